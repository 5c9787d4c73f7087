"""Apply a playbook: the active version in the database is the truth (contract 12)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from regard.collect.sequence import allot_sequence
from regard.kernel.issues import Issue, Level, Refused
from regard.playbooks.load import load_playbook
from regard.playbooks.model import Playbook
from regard.versions.base_line import hash_of, split_base
from regard.versions.difference import PlaybookDifference, compare_playbooks
from regard.versions.models import PlaybookVersion
from regard.versions.selectors import active_text, shipped_text


@dataclass(frozen=True, slots=True)
class Applied:
    """What applying did: the version's hash and number, and what differs from the one before."""

    hash: str
    seq: int
    is_new: bool
    differences: tuple[PlaybookDifference, ...]


@dataclass(frozen=True, slots=True)
class Planned:
    """What applying would do, nothing written."""

    playbook: Playbook
    text: str
    hash: str
    base: str
    active_hash: str
    differences: tuple[PlaybookDifference, ...]

    @property
    def is_stale(self) -> bool:
        """Say whether the file was made from another version than the active one."""
        return bool(self.base and self.active_hash) and not self.active_hash.startswith(self.base[:12])


def plan_playbook(*, text: str, where: str = "playbook.yaml") -> Planned:
    """Check a playbook and compare it with the active one. Raises Refused with every issue at once."""
    base, body = split_base(text)
    loaded = load_playbook(body, where=where)
    if loaded.playbook is None or any(issue.level is Level.ERROR for issue in loaded.issues):
        raise Refused(*(_below_base_line(issue) if base else issue for issue in loaded.issues))
    active = active_text()
    before = load_playbook(active[0]).playbook if active else None
    return Planned(
        playbook=loaded.playbook,
        text=body,
        hash=hash_of(body),
        base=base,
        active_hash=active[1] if active else "",
        differences=tuple(compare_playbooks(before, loaded.playbook)),
    )


def apply_playbook(
    *,
    text: str,
    by: str,
    now: datetime,
    where: str = "playbook.yaml",
    note: str = "",
    over_newer: bool = False,
) -> Applied:
    """Make a playbook the active one. Applying the active one again changes nothing.

    A file whose base line names another version than the active one is refused with what differs, unless
    `over_newer`: somebody changed the playbook since the file was made. A file without a base line is taken.
    """
    with transaction.atomic():
        seq = allot_sequence()  # takes the counter's lock first: two appliers follow each other
        plan = plan_playbook(text=text, where=where)
        if plan.hash == plan.active_hash:
            seq = PlaybookVersion.objects.order_by("-seq").values_list("seq", flat=True)[0]
            return Applied(plan.hash, seq, False, ())
        if plan.is_stale and not over_newer:
            raise Refused(*_stale_issues(plan, where))
        PlaybookVersion.objects.create(seq=seq, hash=plan.hash, text=plan.text, activated_at=now, by=by, note=note)
    return Applied(plan.hash, seq, True, plan.differences)


def apply_shipped_playbook(*, now: datetime) -> Applied | None:
    """Apply the playbook in the wheel where none was ever applied; None where one was."""
    if active_text() is not None:
        return None
    return apply_playbook(text=shipped_text(), by="shipped", now=now, where="shipped/retail.yaml", note="first start")


def _below_base_line(issue: Issue) -> Issue:
    """Return the issue with the line it has in the file, the base line on top counted."""
    return replace(issue, line=issue.line + 1 if issue.line else None)


def _stale_issues(plan: Planned, where: str) -> list[Issue]:
    first = Issue(
        where,
        f"made from version {plan.base[:12]}, but {plan.active_hash[:12]} is active",
        hint="'regard playbook export' shows the active one; --over applies this file all the same",
        line=1,
        code="policy",
    )
    return [first, *(Issue(where, f"would change {d}", code="policy") for d in plan.differences)]
