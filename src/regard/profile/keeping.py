"""What colleagues keep about a person: tags, notes, and promises made, kept or broken. Deeds are touchpoints too."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction

from regard.collect.deeds import Deed, record_deeds
from regard.identify.models import Person
from regard.identify.selectors import origins_of
from regard.kernel.instant import to_us
from regard.kernel.issues import Issue, Refused
from regard.playbooks.vocabulary import TouchpointKind
from regard.profile.models import Note, Promise, Tag
from regard.profile.vocabulary import NOTE_ADDED, PROMISE_BROKEN, PROMISE_KEPT, PROMISE_MADE, PROMISE_REOPENED

LONGEST_TAG = 60
LONGEST_NOTE = 20_000
LONGEST_PROMISE = 400


@transaction.atomic
def add_tag(*, person: int, name: str, by: str, now: datetime) -> None:
    """Tag a person; a tag they have already is left as it is."""
    tag = " ".join(name.split())[:LONGEST_TAG]
    if not tag:
        raise Refused(Issue("tag", "a tag is a word or a few", code="empty"))
    if tag not in Tag.objects.filter(person_id__in=origins_of(person)).values_list("name", flat=True):
        Tag.objects.get_or_create(person_id=person, name=tag, defaults={"by": by, "at": now})


@transaction.atomic
def remove_tag(*, person: int, name: str) -> bool:
    """Take a tag away; False where the person had none of that name."""
    return bool(Tag.objects.filter(person_id__in=origins_of(person), name=name).delete()[0])


@transaction.atomic
def add_note(*, person: int, text: str, by: str, now: datetime) -> int:
    """Write a note about a person; it is part of what they may see on request."""
    said = text.strip()[:LONGEST_NOTE]
    if not said:
        raise Refused(Issue("note", "the note is empty", code="empty"))
    note = Note.objects.create(person_id=person, text=said, by=by, at=now)
    _record(person, NOTE_ADDED, f"note:{note.id}", now, {"note": note.id, "by": by})
    return note.id


@transaction.atomic
def make_promise(
    *,
    person: int,
    text: str,
    due_at: datetime,
    by: str,
    now: datetime,
    owner: int | None = None,
    is_invented: bool = False,
) -> int:
    """Write down what we promised and by when; it stays open until somebody says it was kept or broken."""
    said = text.strip()[:LONGEST_PROMISE]
    if not said:
        raise Refused(Issue("promise", "say what was promised", code="empty"))
    key = f"promise:{uuid.uuid4().hex}"
    seq = _record(person, PROMISE_MADE, key, now, {"text": said, "due": due_at.isoformat(), "by": by})
    promise = Promise.objects.create(
        person_id=person,
        text=said,
        due_at=due_at,
        owner_id=owner,
        made_at=now,
        made_seq=seq,
        is_invented=is_invented,
    )
    return promise.id


def keep_promise(*, promise: int, by: str, now: datetime) -> None:
    """Say that a promise was kept. Raises Refused where it is settled already."""
    _settle(promise, Promise.State.KEPT, PROMISE_KEPT, by, now)


def break_promise(*, promise: int, by: str, now: datetime) -> None:
    """Say that a promise was broken. Raises Refused where it is settled already."""
    _settle(promise, Promise.State.BROKEN, PROMISE_BROKEN, by, now)


@transaction.atomic
def reopen_promise(*, promise: int, by: str, now: datetime) -> None:
    """Take back that a promise was kept or broken (undo). Raises Refused where it is open."""
    settled = Promise.objects.filter(id=promise).exclude(state=Promise.State.OPEN)
    if not settled.update(state=Promise.State.OPEN, settled_at=None):
        raise Refused(Issue("promise", "it is open, or there is none", code="open_already"))
    row = Promise.objects.get(id=promise)
    key = f"promise:{promise}:reopened:{to_us(now)}"
    _record(row.person_id, PROMISE_REOPENED, key, now, {"promise": promise, "by": by})


@transaction.atomic
def _settle(promise: int, state: str, kind: TouchpointKind, by: str, now: datetime) -> None:
    open_ones = Promise.objects.filter(id=promise, state=Promise.State.OPEN)
    if not open_ones.update(state=state, settled_at=now):
        raise Refused(Issue("promise", "it is settled already, or there is none", code="already_settled"))
    row = Promise.objects.get(id=promise)
    key = f"promise:{promise}:{state}:{to_us(now)}"  # the update above makes it once; undo may make it again
    _record(row.person_id, kind, key, now, {"promise": promise, "by": by})


def _record(person: int, kind: TouchpointKind, key: str, now: datetime, properties: dict[str, object]) -> int:
    if not Person.objects.filter(id=person).exists():
        raise Refused(Issue("person", f"there is no person {person}", code="not_found"))
    (seq,) = record_deeds(deeds=[Deed(person=person, kind=kind, key=key, properties=properties)], now=now)
    if seq is None:
        raise Refused(Issue("touchpoint", f"{key} is in the log already", code="already_recorded"))
    return seq
