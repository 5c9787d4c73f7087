"""The people of a list: filtered, in order, by keyset, so that the last page of a million costs what the first does.

1. Narrow: small sets (a search, a segment of a few thousand, an owner's people) become a list of ids.
2. Order: by the index of the sort; the mark of the last row says where the next page begins.
3. Dress: a handful of queries for the whole page bring names, feelings, promises, segments and owners.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from regard.act.models import HumanTask
from regard.identify.models import Person
from regard.identify.selectors import find_person
from regard.kernel.ids import public_id
from regard.kernel.instant import from_us, to_us
from regard.listen.models import Answer
from regard.profile.models import Card, Promise, Tag
from regard.profile.selectors import search_people as search_cards
from regard.staff.selectors import names_of_staff
from regard.understand.models import Standing
from regard.understand.selectors import shown_members
from regard.web.customers.wanted import Wanted
from regard.web.words import feeling_of_score

PAGE = 50
COUNT_TO = 10_000
NARROW = 5_000  # up to so many ids a filter is a list; above, the database walks the sort's index


@dataclass(slots=True)
class ListedPerson:
    """One row of the list."""

    id: int
    public_id: str
    name: str
    under: str
    value_minor: int | None
    last_at: datetime | None
    traits: dict[str, Any]
    owner: str = ""
    feeling: str = ""
    promise: Promise | None = None
    segments: list[str] = field(default_factory=list)
    is_waiting: bool = False


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """A page of people; `total` is exact up to 10,000, then `is_more` says there are more."""

    rows: list[ListedPerson]
    after: str
    total: int
    is_more: bool


def people_page(wanted: Wanted, *, limit: int = PAGE) -> PeoplePage:
    """Return one page of the list."""
    people = _narrowed(wanted)
    total, is_more = _counted(people, wanted)
    rows = list(_ordered(people, wanted)[: limit + 1])
    shown = rows[:limit]
    mark = _mark(shown[-1], wanted.sort) if len(rows) > limit else ""
    return PeoplePage(dress(shown), mark, total, is_more)


def every_person(wanted: Wanted, *, chunk: int = 500) -> Iterator[ListedPerson]:
    """Yield the whole list page by page, for export."""
    after = ""
    while True:
        query = Wanted(
            wanted.q, wanted.segment, wanted.owner, wanted.tag, wanted.needs, wanted.sort, after
        )
        page = list(_ordered(_narrowed(query), query)[:chunk])
        yield from dress(page)
        if len(page) < chunk:
            return
        after = _mark(page[-1], wanted.sort)


def _narrowed(wanted: Wanted) -> QuerySet[Person]:
    people = Person.objects.filter(survivor=None)
    if wanted.q:
        people = people.filter(id__in=search_people(wanted.q, limit=NARROW))
    if wanted.segment:
        members = shown_members().filter(segment=wanted.segment)
        ids = list(members.values_list("person_id", flat=True)[: NARROW + 1])
        if len(ids) <= NARROW:
            people = people.filter(id__in=ids)
        else:
            people = people.filter(Exists(members.filter(person=OuterRef("pk"))))
    if wanted.owner.isdecimal():
        people = people.filter(card__owner_id=int(wanted.owner[:18]))
    if wanted.tag:
        people = people.filter(Exists(Tag.objects.filter(person=OuterRef("pk"), name=wanted.tag)))
    if wanted.needs:
        people = people.filter(id__in=_in_need(wanted.needs))
    return people


def _in_need(needs: str) -> list[int]:
    """Return the surviving people with an open promise, or with that or an open task."""
    ids = set(Promise.objects.filter(state="open").values_list("person_id", flat=True)[:NARROW])
    if needs == "person":
        ids |= set(
            HumanTask.objects.filter(state="open").values_list("person_id", flat=True)[:NARROW]
        )
    rows = Person.objects.filter(id__in=ids).values_list("id", "survivor_id")
    return [survivor or own for own, survivor in rows]


def search_people(text: str, *, limit: int) -> list[int]:
    """Return surviving people whose name (first or last first), e-mail or other id begins with the text."""
    found = dict.fromkeys(f.person for f in search_cards(text, limit=limit))
    exact = find_person(text) if text else None
    if exact is not None:
        found.setdefault(exact)
    return list(found)[:limit]


def _counted(people: QuerySet[Person], wanted: Wanted) -> tuple[int, bool]:
    if not wanted.has_filters:
        return people.count(), False
    number = len(people.order_by().values_list("id")[: COUNT_TO + 1])
    return min(number, COUNT_TO), number > COUNT_TO


def _ordered(people: QuerySet[Person], wanted: Wanted) -> QuerySet[Person]:
    """Order by the sort's index and begin behind the mark; who has no value there comes last."""
    people = people.select_related("card", "standing")
    mark = wanted.after.partition("~")
    last_id = int(mark[2]) if mark[2].isdecimal() and len(mark[2]) < 19 else 0
    if wanted.sort == "name":
        if mark[1]:
            key = mark[0]
            people = people.filter(Q(card__search__gt=key) | Q(card__search=key, id__gt=last_id))
        return people.filter(card__isnull=False).order_by("card__search", "id")
    column = "standing__value_minor" if wanted.sort == "value" else "standing__last_touch_at"
    if mark[1]:
        people = _behind(people, column, mark[0], last_id)
    return people.order_by(F(column).desc(nulls_last=True), "-id")


def _behind(people: QuerySet[Person], column: str, key: str, last_id: int) -> QuerySet[Person]:
    if not key.removeprefix("-").isdecimal() or len(key) > 18:
        return people.filter(**{f"{column}__isnull": True}, id__lt=last_id)
    at: object = int(key) if column.endswith("minor") else from_us(int(key))
    lower = Q(**{f"{column}__lt": at}) | Q(**{column: at}, id__lt=last_id)
    return people.filter(lower | Q(**{f"{column}__isnull": True}))


def _mark(person: Person, sort: str) -> str:
    if sort == "name":
        return f"{person.card.search}~{person.pk}"
    standing: Standing | None = getattr(person, "standing", None)
    if standing is None:
        return f"none~{person.pk}"
    if sort == "value":
        return f"{standing.value_minor}~{person.pk}"
    last = standing.last_touch_at
    return f"{to_us(last) if last else 'none'}~{person.pk}"


def dress(people: list[Person]) -> list[ListedPerson]:
    """Return list rows with everything the columns show: seven queries, however many people."""
    ids = [p.pk for p in people]
    origin = {p: p for p in ids}
    origin.update(Person.objects.filter(survivor_id__in=ids).values_list("id", "survivor_id"))
    staff = names_of_staff()
    rows = {p.pk: _listed(p, staff) for p in people}
    for answer in Answer.objects.filter(person_id__in=origin).order_by("answered_at", "seq"):
        if answer.score is not None:
            rows[origin[answer.person_id]].feeling = feeling_of_score(answer.score * 1000)
    for promise in Promise.objects.filter(person_id__in=origin, state="open").order_by("-due_at"):
        rows[origin[promise.person_id]].promise = promise
    for person in HumanTask.objects.filter(person_id__in=origin, state="open").values_list(
        "person_id", flat=True
    ):
        rows[origin[person]].is_waiting = True
    segments = defaultdict(list)
    for person, segment in (
        shown_members().filter(person_id__in=ids).order_by("id").values_list("person_id", "segment")
    ):
        segments[person].append(segment)
    for person, names in segments.items():
        rows[person].segments = names
    return list(rows.values())


def _listed(person: Person, staff: dict[int, str]) -> ListedPerson:
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
        owner=staff.get(card.owner_id or 0, "") if card else "",
    )
