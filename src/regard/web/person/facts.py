"""Everything the person page says, read once: later modules only put it into words and pictures."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Sum
from django.http import Http404

from regard.act.models import HumanTask
from regard.collect.models import Touchpoint
from regard.collect.selectors import Tally, tally
from regard.identify.models import Person
from regard.identify.selectors import origins_behind, who_speaks_for
from regard.kernel.ids import parse_public_id, public_id
from regard.listen.models import Answer
from regard.playbooks.vocabulary import ORDER_COMPLETED
from regard.profile.models import Note, Promise, Tag
from regard.staff.models import User
from regard.staff.selectors import all_staff

NEWEST = 2_000  # touchpoints read for chart and story; the timeline itself has no end
ORDER = ORDER_COMPLETED.name


@dataclass(frozen=True, slots=True)
class Moment:
    """The few columns of a touchpoint that chart and story need."""

    seq: int
    at: datetime
    name: str
    channel: str
    direction: str
    actor: str
    value_minor: int | None
    currency: str
    score_milli: int | None


@dataclass(frozen=True, slots=True)
class Bought:
    """All orders of a person, however many the page reads: how many, and their sum in the currency of most of them."""

    count: int
    minor: int
    currency: str


@dataclass(slots=True)
class Facts:
    """What is known of a surviving person and all their origins."""

    person: Person
    public_id: str
    origins: list[int]
    name: str
    fields: dict[str, Any]
    owner_id: int | None
    team: list[User]
    staff: dict[int, str]
    tally: Tally
    moments: list[Moment]  # newest first, at most NEWEST
    bought: Bought
    traits: dict[str, Any]
    value_minor: int | None
    computed_at: datetime | None
    answers: list[Answer]  # newest first
    promises: list[Promise]  # open ones first, soonest due
    tasks: list[HumanTask]  # open ones, soonest due
    notes: list[Note]
    tags: list[Tag]

    @property
    def id(self) -> int:
        """The surviving person."""
        return self.person.pk

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
    def orders(self) -> list[Moment]:
        """Orders, newest first."""
        return [m for m in self.moments if m.name == ORDER]

    @property
    def owner(self) -> str:
        """The name of who looks after the person, or ''."""
        return self.staff.get(self.owner_id or 0, "")


def person_of(text: str) -> int:
    """Return the surviving person of a public id in an address. Raises Http404: only `per_...` opens a page."""
    found = who_speaks_for(parse_public_id("per", text)).values_list("id", flat=True).first()
    if found is None:
        raise Http404
    return found


def facts_of(text: str) -> Facts:
    """Read the facts of who speaks for a public id: ten queries whatever the history. Raises Http404."""
    person = who_speaks_for(parse_public_id("per", text)).select_related("card", "standing").first()
    if person is None:
        raise Http404
    origins = origins_behind(person.pk)
    card, standing = getattr(person, "card", None), getattr(person, "standing", None)
    public = public_id("per", person.public_id)
    team, moments = all_staff(), _moments(origins)
    return Facts(
        person=person,
        public_id=public,
        origins=origins,
        name=(card.display_name if card else "") or f"Someone new ({public[-6:]})",
        fields=card.fields if card else {},
        owner_id=card.owner_id if card else None,
        team=team,
        staff={u.pk: u.name for u in team},
        tally=_tally(origins, moments),
        moments=moments,
        bought=_bought(origins, moments),
        traits=standing.traits if standing else {},
        value_minor=standing.value_minor if standing else None,
        computed_at=standing.as_of if standing else None,
        answers=list(Answer.objects.filter(person_id__in=origins).order_by("-answered_at", "-seq")[:20]),
        promises=_promises(origins),
        tasks=list(HumanTask.objects.filter(person_id__in=origins, state="open").order_by("due_at", "id")),
        notes=list(Note.objects.filter(person_id__in=origins).order_by("-at", "-id")[:20]),
        tags=list(Tag.objects.filter(person_id__in=origins).order_by("name")),
    )


def _promises(origins: list[int]) -> list[Promise]:
    """Return open promises first, the soonest due on top; then what was settled, newest first."""
    rows = list(Promise.objects.filter(person_id__in=origins).order_by("-due_at")[:50])
    still_open = sorted((p for p in rows if p.state == "open"), key=lambda p: p.due_at)
    return still_open + [p for p in rows if p.state != "open"]


def _tally(origins: list[int], moments: list[Moment]) -> Tally:
    """Return how much is known; counted from what was read where that is everything."""
    if len(moments) == NEWEST:
        return tally(origins)
    times = [m.at for m in moments]
    return Tally(len(times), min(times, default=None), max(times, default=None))


def _bought(origins: list[int], moments: list[Moment]) -> Bought:
    """Return what was bought in all; asked of the log only where not everything was read."""
    if len(moments) == NEWEST:
        rows = Touchpoint.objects.filter(origin__in=origins, name=ORDER).values_list("currency")
        told = list(rows.annotate(n=Count("seq"), priced=Count("value_minor"), minor=Sum("value_minor")))
        currency, _, _, total = max(told, key=lambda row: (row[2], row[0]), default=("", 0, 0, 0))
        return Bought(sum(n for _, n, _, _ in told), total or 0, currency)
    orders = [m for m in moments if m.name == ORDER]
    priced = Counter(o.currency for o in orders if o.value_minor is not None)
    currency = max(priced, key=lambda code: (priced[code], code), default="")
    return Bought(len(orders), sum(o.value_minor or 0 for o in orders if o.currency == currency), currency)


def _moments(origins: list[int]) -> list[Moment]:
    columns = (
        "seq",
        "occurred_at",
        "name",
        "channel",
        "direction",
        "actor",
        "value_minor",
        "currency",
        "score_milli",
    )
    rows = Touchpoint.objects.filter(origin__in=origins).order_by("-occurred_at", "-seq")
    return [Moment(*row) for row in rows.values_list(*columns)[:NEWEST]]
