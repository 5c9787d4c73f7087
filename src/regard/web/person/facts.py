"""Everything the person page says, read once: later modules only put it into words and pictures."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404

from regard.act.contracts import TaskRow
from regard.act.selectors import tasks_of
from regard.collect.selectors import LogTally, TouchpointMoment, bought_in_all, newest_moments, tally
from regard.identify.selectors import origins_behind, speaker_of
from regard.kernel.ids import parse_public_id, public_id
from regard.listen.contracts import AnswerSaid
from regard.listen.selectors import answers_of
from regard.playbooks.vocabulary import ORDER_COMPLETED
from regard.profile.contracts import NoteRow, PromiseRow, TagRow
from regard.profile.selectors import notes_of, promises_of, tags_of
from regard.staff.contracts import StaffMember
from regard.staff.selectors import all_staff
from regard.understand.selectors import known_person

NEWEST = 2_000  # touchpoints read for chart and story; the timeline itself has no end
ORDER = ORDER_COMPLETED.name


@dataclass(frozen=True, slots=True)
class Bought:
    """All orders of a person, however many the page reads: how many, and their sum in the currency of most of them."""

    count: int
    minor: int
    currency: str


@dataclass(slots=True)
class Facts:
    """What is known of a surviving person and all their origins."""

    id: int  # the surviving person
    public_id: str
    origins: list[int]
    name: str
    fields: dict[str, Any]
    owner_id: int | None
    team: list[StaffMember]
    staff: dict[int, str]
    tally: LogTally
    moments: list[TouchpointMoment]  # newest first, at most NEWEST
    bought: Bought
    traits: dict[str, Any]
    value_minor: int | None
    computed_at: datetime | None
    answers: list[AnswerSaid]  # newest first
    promises: list[PromiseRow]  # open ones first, soonest due
    tasks: list[TaskRow]  # open ones, soonest due
    notes: list[NoteRow]
    tags: list[TagRow]

    @property
    def address(self) -> str:
        """The person's page."""
        return f"/customers/{self.public_id}"

    @property
    def first_name(self) -> str:
        """What to call the person in a sentence."""
        return str(self.fields.get("first_name") or self.name.split("@")[0].split(" ")[0] or "They")

    @property
    def place(self) -> str:
        """Where the person lives, as far as told."""
        return str(self.fields.get("city") or self.fields.get("country") or "")

    @property
    def orders(self) -> list[TouchpointMoment]:
        """Orders, newest first."""
        return [m for m in self.moments if m.name == ORDER]

    @property
    def owner(self) -> str:
        """The name of who looks after the person, or ''."""
        return self.staff.get(self.owner_id or 0, "")


def person_of(text: str) -> int:
    """Return the surviving person of a public id in an address. Raises Http404: only `per_...` opens a page."""
    public = parse_public_id("per", text)
    found = speaker_of(public) if public else None
    if found is None:
        raise Http404
    return found


def facts_of(text: str) -> Facts:
    """Read the facts of who speaks for a public id: ten queries whatever the history. Raises Http404."""
    known = known_person(parse_public_id("per", text))
    if known is None:
        raise Http404
    origins = origins_behind(known.id)
    public = public_id("per", known.public_id)
    team, moments = all_staff(), newest_moments(origins, limit=NEWEST)
    return Facts(
        id=known.id,
        public_id=public,
        origins=origins,
        name=known.name or f"Someone new ({public[-6:]})",
        fields=known.fields,
        owner_id=known.owner_id,
        team=team,
        staff={u.pk: u.name for u in team},
        tally=_tally(origins, moments),
        moments=moments,
        bought=_bought(origins, moments),
        traits=known.traits,
        value_minor=known.value_minor,
        computed_at=known.computed_at,
        answers=answers_of(origins),
        promises=promises_of(origins),
        tasks=tasks_of(origins),
        notes=notes_of(origins, limit=20),
        tags=tags_of(origins),
    )


def _tally(origins: list[int], moments: list[TouchpointMoment]) -> LogTally:
    """Return how much is known; counted from what was read where that is everything."""
    if len(moments) == NEWEST:
        return tally(origins)
    times = [m.at for m in moments]
    return LogTally(len(times), min(times, default=None), max(times, default=None))


def _bought(origins: list[int], moments: list[TouchpointMoment]) -> Bought:
    """Return what was bought in all; asked of the log only where not everything was read."""
    if len(moments) == NEWEST:
        told = bought_in_all(origins, ORDER)
        currency, _, _, total = max(told, key=lambda row: (row[2], row[0]), default=("", 0, 0, 0))
        return Bought(sum(n for _, n, _, _ in told), total, currency)
    orders = [m for m in moments if m.name == ORDER]
    priced = Counter(o.currency for o in orders if o.value_minor is not None)
    currency = max(priced, key=lambda code: (priced[code], code), default="")
    return Bought(len(orders), sum(o.value_minor or 0 for o in orders if o.currency == currency), currency)
