"""The people of a list: filtered, in order, by keyset, so that the last page of a million costs what the first does.

1. Narrow (narrowing.py): a search, a segment of a few thousand, an owner's people become numbers.
2. Order (ordering.py): in memory, or by the index of the sort; the mark of the last row says where the next page begins.
3. Dress: a handful of queries for the whole page bring names, feelings, promises, segments and owners.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from regard.act.models import HumanTask
from regard.collect.values import as_value
from regard.directory.narrowing import Narrowed, narrow
from regard.directory.ordering import Key, mark_of, ordered
from regard.directory.wanted import Wanted
from regard.identify.models import Person
from regard.kernel.ids import public_id
from regard.listen.models import Answer
from regard.playbooks.feelings import feeling_of_score
from regard.playbooks.unnamed import is_unnamed
from regard.profile.contracts import PromiseRow
from regard.profile.models import Card, Promise
from regard.staff.selectors import names_of_staff
from regard.understand.models import Standing
from regard.understand.selectors import last_run, shown_members

PAGE = 50
COUNT_TO = 10_000


@dataclass(frozen=True, slots=True)
class ListedPerson:
    """One row of the list. `segments`: the named ones, in the order they were come into."""

    id: int
    public_id: str
    name: str
    under: str
    value_minor: int | None
    last_at: datetime | None
    traits: dict[str, Any]
    owner: str
    feeling: str
    promise: PromiseRow | None
    segments: tuple[str, ...]
    is_waiting: bool


@dataclass(frozen=True, slots=True)
class _Around:
    """What stands in other tables about the people of a page, by surviving person."""

    staff: dict[int, str]
    feelings: dict[int, str]
    promises: dict[int, PromiseRow]
    segments: dict[int, list[str]]
    waiting: frozenset[int]


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page of people; `total` is exact up to 10,000, then `is_more` says there are more."""

    rows: list[ListedPerson]
    after: str
    total: int
    is_more: bool


def people_page(wanted: Wanted, *, limit: int = PAGE, staff: dict[int, str] | None = None) -> ListPage:
    """Return one page of the list. `staff`: names by id, where they were read already."""
    narrowed = narrow(wanted)
    found = _survivors(narrowed, wanted.sort, wanted.after, limit + 1)
    rows = _dress([p for _, p in found[:limit]], staff=staff)
    if len(found) <= limit and not wanted.after:
        return ListPage(rows, "", len(found), narrowed.is_cut)
    mark = mark_of(found[limit - 1][0]) if len(found) > limit else ""
    return ListPage(rows, mark, *_counted(narrowed, wanted))


def every_person(wanted: Wanted, *, chunk: int = 500) -> Iterator[ListedPerson]:
    """Yield the whole list page by page, for export."""
    narrowed, after = narrow(wanted), ""
    while found := _survivors(narrowed, wanted.sort, after, chunk):
        yield from _dress([person for _, person in found])
        after = mark_of(found[-1][0])


def _survivors(narrowed: Narrowed, sort: str, after: str, limit: int) -> list[tuple[Key, Person]]:
    """Return up to `limit` people of the list with their keys; who was joined into somebody is passed over."""
    found: list[tuple[Key, Person]] = []
    while len(found) < limit:
        wanted = limit - len(found)
        keys = ordered(narrowed, sort, after, wanted)
        people = Person.objects.filter(survivor=None).select_related("card", "standing")
        known = people.in_bulk([person for _, person in keys])
        found += [(key, known[key[1]]) for key in keys if key[1] in known]
        if len(keys) < wanted:
            break
        after = mark_of(keys[-1])
    return found


def _counted(narrowed: Narrowed, wanted: Wanted) -> tuple[int, bool]:
    """Return (how many, whether there are more than that)."""
    if narrowed.few is not None:
        return len(narrowed.few), narrowed.is_cut
    rows: QuerySet[Any] = Person.objects.filter(survivor=None)
    if wanted.has_filters:
        rows = narrowed.many if narrowed.many is not None else _met(narrowed)
    number = len(rows.order_by().values_list("pk")[: COUNT_TO + 1])
    if number > COUNT_TO and not wanted.has_filters:
        run = last_run()
        everybody = int(run.report.get("everybody", 0)) if run else 0
        if everybody > COUNT_TO:
            return everybody, False
    return min(number, COUNT_TO), number > COUNT_TO


def _met(narrowed: Narrowed) -> QuerySet[Card]:
    return Card.objects.filter(*narrowed.asked)


def listed_people(ids: Sequence[int]) -> list[ListedPerson]:
    """Return list rows of these people, in their order; who is not there is left out."""
    known = Person.objects.select_related("card", "standing").in_bulk(ids)
    return _dress([known[person] for person in ids if person in known])


def _dress(people: list[Person], *, staff: dict[int, str] | None = None) -> list[ListedPerson]:
    """Return list rows with everything the columns show: seven queries, however many people."""
    around = _around([p.pk for p in people], names_of_staff() if staff is None else staff)
    return [_listed(person, around) for person in people]


def _around(ids: list[int], staff: dict[int, str]) -> _Around:
    origin = {p: p for p in ids}
    origin.update(Person.objects.filter(survivor_id__in=ids).values_list("id", "survivor_id"))
    feelings = {}
    for answer in Answer.objects.filter(person_id__in=origin).order_by("answered_at", "seq"):
        if answer.score is not None:
            feelings[origin[answer.person_id]] = feeling_of_score(answer.score * 1000)
    open_promises = Promise.objects.filter(person_id__in=origin, state="open").order_by("-due_at")
    promises = {origin[p.person_id]: as_value(PromiseRow, p) for p in open_promises}
    tasks = HumanTask.objects.filter(person_id__in=origin, state="open").values_list("person_id", flat=True)
    waiting = frozenset(origin[person] for person in tasks)
    segments = defaultdict(list)
    for person, segment in shown_members().filter(person_id__in=ids).order_by("id").values_list("person_id", "segment"):
        if not is_unnamed(segment):
            segments[person].append(segment)
    return _Around(staff, feelings, promises, segments, waiting)


def _listed(person: Person, around: _Around) -> ListedPerson:
    card: Card | None = getattr(person, "card", None)
    standing: Standing | None = getattr(person, "standing", None)
    fields = card.fields if card else {}
    public = public_id("per", person.public_id)
    place = ", ".join(str(fields[f]) for f in ("city", "country") if fields.get(f))
    name = (card.display_name if card else "") or f"Someone new ({public[-6:]})"
    email = str(fields.get("email") or "")
    return ListedPerson(
        id=person.pk,
        public_id=public,
        name=name,
        under=" · ".join(x for x in (email if email != name else "", place) if x),
        value_minor=standing.value_minor if standing else None,
        last_at=standing.last_touch_at if standing else None,
        traits=standing.traits if standing else {},
        owner=around.staff.get(card.owner_id or 0, "") if card else "",
        feeling=around.feelings.get(person.pk, ""),
        promise=around.promises.get(person.pk),
        segments=tuple(around.segments.get(person.pk, ())),
        is_waiting=person.pk in around.waiting,
    )
