"""Drafts: a part of the playbook changed step by step on screen, kept between visits, published when it is right.

A draft remembers which version it was begun from; publishing over a version somebody else made meanwhile is refused
until the draft takes that version up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.db import transaction

from regard.kernel.issues import Issue, Refused
from regard.playbooks.editing.parts import put_part, write_part
from regard.playbooks.load import read_yaml
from regard.versions.base_line import with_base
from regard.versions.contracts import DraftPart, DraftState
from regard.versions.models import Draft, PlaybookVersion
from regard.versions.selectors import active_text
from regard.versions.services import Applied, apply_playbook

MOST_UNDONE = 30
LONGEST_PART = 60_000  # characters of one part's YAML
OPEN = (Draft.State.EDITED, Draft.State.ASKED)

Value = dict[str, object]


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """One version somebody published since a draft was begun, and whether it touched the draft's part."""

    by: str
    at: datetime
    note: str
    touched: bool


def value_of(draft: Draft | DraftPart) -> Value:
    """Return a draft's part as the playbook writes it."""
    value = read_yaml(draft.text)
    return value if isinstance(value, dict) else {}


def open_drafts(section: str) -> list[DraftPart]:
    """Return the drafts of a section that are neither published nor dropped, last changed first."""
    return [_as_read(row) for row in Draft.objects.filter(section=section, state__in=OPEN).order_by("-changed_at")]


def open_draft(draft_id: int, section: str) -> DraftPart | None:
    """Return one of them, or None."""
    row = Draft.objects.filter(pk=draft_id, section=section, state__in=OPEN).first()
    return _as_read(row) if row else None


def _as_read(row: Draft) -> DraftPart:
    return DraftPart(
        row.pk,
        row.section,
        row.name,
        row.text,
        tuple(row.past),
        row.base_hash,
        DraftState(row.state),
        row.changed_by,
        row.changed_at,
    )


@lru_cache(maxsize=64)
def _parts_of(digest: str, section: str) -> Value:
    text = PlaybookVersion.objects.filter(hash=digest).values_list("text", flat=True).first()
    if text is None:
        raise LookupError(digest)  # raised, so that the cache keeps no version that is not there
    value = read_yaml(text)
    found = value.get(section) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def part_of_version(digest: str, section: str, name: str) -> Value | None:
    """Return a part as an applied version wrote it, or None where that version had none. Do not change it."""
    try:
        found = _parts_of(digest, section).get(name)
    except LookupError:
        return None
    return found if isinstance(found, dict) else None


def active_part(section: str, name: str) -> Value | None:
    """Return a part as the active playbook writes it, or None. Do not change it."""
    active = active_text()
    return part_of_version(active[1], section, name) if active else None


def versions_since(draft: DraftPart) -> list[Meanwhile]:
    """Return what was published since the draft's version, oldest first; empty where it is still the active one."""
    active = active_text()
    if active is None or active[1] == draft.base_hash:
        return []
    begun = PlaybookVersion.objects.filter(hash=draft.base_hash).order_by("-seq").first()
    rows = PlaybookVersion.objects.filter(seq__gt=begun.seq if begun else 0).order_by("seq")
    found, before = [], part_of_version(draft.base_hash, draft.section, draft.name)
    for row in rows:
        now = part_of_version(row.hash, draft.section, draft.name)
        found.append(Meanwhile(row.by, row.activated_at, row.note, now != before))
        before = now
    return found


@transaction.atomic
def start_draft(*, section: str, name: str, value: Value, by: str, now: datetime) -> DraftPart:
    """Begin a draft of a part on the active playbook. Raises Refused before the first playbook."""
    active = active_text()
    if active is None:
        raise Refused(Issue("playbook", "no playbook is active", code="no_playbook"))
    row = Draft.objects.create(
        section=section,
        name=name,
        text=_written(value),
        base_hash=active[1],
        by=by,
        changed_by=by,
        started_at=now,
        changed_at=now,
    )
    return _as_read(row)


@transaction.atomic
def change_draft(*, draft_id: int, change: Callable[[Value], Value], by: str, now: datetime) -> DraftPart:
    """Change a draft by a pure function of its value. Raises Refused where the draft is closed or grows too long.

    Who was asked to look looks at something else now: asking starts over.
    """
    draft = _open_draft(draft_id)
    text = _written(change(value_of(draft)))
    if text != draft.text:
        draft.past = [*draft.past, draft.text][-MOST_UNDONE:]
        draft.text, draft.state = text, Draft.State.EDITED
        draft.changed_by, draft.changed_at = by, now
        draft.save()
    return _as_read(draft)


@transaction.atomic
def undo_draft(*, draft_id: int, by: str, now: datetime) -> DraftPart:
    """Take back the newest change of a draft, as often as there is one."""
    draft = _open_draft(draft_id)
    if draft.past:
        draft.text, draft.past = draft.past[-1], draft.past[:-1]
        draft.state, draft.changed_by, draft.changed_at = Draft.State.EDITED, by, now
        draft.save()
    return _as_read(draft)


def ask_for_approval(*, draft_id: int, now: datetime) -> DraftPart:
    """Say that the draft is ready and somebody else should look at it."""
    return _as_read(_turn(draft_id, Draft.State.ASKED, now))


def refuse_draft(*, draft_id: int, now: datetime) -> DraftPart:
    """Say no to a draft somebody was asked to look at: it is being edited again. Twice is fine."""
    return _as_read(_turn(draft_id, Draft.State.EDITED, now))


def drop_draft(*, draft_id: int, now: datetime) -> None:
    """Close a draft without publishing it."""
    _turn(draft_id, Draft.State.DROPPED, now)


@transaction.atomic
def _turn(draft_id: int, state: DraftState, now: datetime) -> Draft:
    draft = _open_draft(draft_id)
    draft.state, draft.changed_at = state, now
    draft.save()
    return draft


@transaction.atomic
def take_up_newer(*, draft_id: int, now: datetime) -> DraftPart:
    """Rest a draft on the active playbook: others' parts stay as they made them, this part is the draft's."""
    draft, active = _open_draft(draft_id), active_text()
    if active is not None:
        draft.base_hash, draft.changed_at = active[1], now
        draft.save()
    return _as_read(draft)


@transaction.atomic
def publish_draft(*, draft_id: int, by: str, now: datetime, note: str) -> Applied:
    """Write the part into the playbook and make that the active version.

    Raises Refused with every mistake, and where somebody published since the draft's version: nobody's work is
    overwritten unseen. What needs a second person is the caller's to ask before.
    """
    draft, active = _open_draft(draft_id), active_text()
    text = put_part(active[0] if active else "", draft.section, draft.name, value_of(draft))
    applied = apply_playbook(text=with_base(text, draft.base_hash), by=by, now=now, note=note[:200])
    draft.state, draft.changed_at = Draft.State.PUBLISHED, now
    draft.save()
    return applied


def _open_draft(draft_id: int) -> Draft:
    draft = Draft.objects.select_for_update().filter(pk=draft_id, state__in=OPEN).first()
    if draft is None:
        raise Refused(Issue("draft", "this draft is published or dropped already", code="not_found"))
    return draft


def _written(value: Value) -> str:
    text = write_part(value)
    if len(text) > LONGEST_PART:
        raise Refused(Issue("yaml", f"one part has at most {LONGEST_PART:,} characters"))
    return text


def hash_of_version(seq: int) -> str | None:
    """Return the hash of an applied version by its number, or None where there is none."""
    return PlaybookVersion.objects.filter(seq=seq).values_list("hash", flat=True).first()
