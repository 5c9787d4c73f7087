"""The order of a list of people, by keyset: the last page of a million costs what the first does.

A few people are sorted in memory. Many are walked along the index of the sort: first those who have a value there, then,
newest first, those who have none. A mark is `value~person`, or `none~person` among those who have none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from regard.collect.among import among
from regard.directory.narrowing import Narrowed
from regard.identify.models import Person
from regard.kernel.instant import from_us, to_us
from regard.profile.models import Card
from regard.understand.models import Standing

Key = tuple[int | str | None, int]  # the value sorted by, None for none; the person
NONE = "none"


@dataclass(frozen=True, slots=True)
class Sort:
    """A way to sort: the table and column that hold its value, upwards or downwards; both have an index with the person."""

    rows: type[Standing] | type[Card]
    column: str
    is_up: bool = False
    is_time: bool = False


SORTED_BY = {
    "recent": Sort(Standing, "last_touch_at", is_time=True),
    "value": Sort(Standing, "value_minor"),
    "name": Sort(Card, "search", is_up=True),
}


def ordered(narrowed: Narrowed, sort: str, after: str, limit: int) -> list[Key]:
    """Return up to `limit` people behind a mark, with the value they are sorted by; survivors and others alike."""
    by, mark = SORTED_BY[sort], read_mark(after, SORTED_BY[sort])
    if narrowed.few is not None:
        return _sorted(narrowed.few, by, mark)[:limit]
    found = [] if mark is not None and mark[0] is None else _walked(narrowed, by, mark, limit)
    if len(found) < limit:
        last = mark[1] if mark is not None and mark[0] is None else None
        found += _without(narrowed, by, last, limit - len(found))
    return found


def mark_of(key: Key) -> str:
    """Return the mark of the last row of a page."""
    return f"{NONE if key[0] is None else key[0]}~{key[1]}"


def read_mark(text: str, by: Sort) -> Key | None:
    """Read a mark; one that is none is read as the start."""
    value, tilde, person = text.rpartition("~")
    if not tilde or not person.isdecimal() or len(person) > 18:
        return None
    if value == NONE and not by.is_up:
        return None, int(person)
    if by.is_up:
        return value, int(person)
    is_number = value.removeprefix("-").isdecimal() and value.isascii() and len(value) < 19
    return (int(value), int(person)) if is_number else None


def _sorted(people: Iterable[int], by: Sort, mark: Key | None) -> list[Key]:
    sql, bound = among(people)
    table = by.rows._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT person_id, {by.column} FROM {table} WHERE person_id {sql}",  # noqa: S608 (our own names)
            [bound],
        )
        known = {person: value for person, value in cursor.fetchall() if value is not None}
    rest: list[Key] = [(None, p) for p in sorted(set(people) - known.keys(), reverse=True)]
    keys: list[Key] = sorted(((v, p) for p, v in known.items()), reverse=not by.is_up)
    if by.is_up:
        rest = []  # who has no card has no name to stand under
    if mark is None:
        return keys + rest
    if mark[0] is None:
        return [key for key in rest if key[1] < mark[1]]
    behind = [k for k in keys if (k > mark if by.is_up else k < mark)]
    return behind + rest


def _walked(narrowed: Narrowed, by: Sort, mark: Key | None, limit: int) -> list[Key]:
    """Walk the sort's index from the mark. The range comes first: without it a database would walk from the start."""
    rows: QuerySet[Any] = by.rows.objects.filter(*narrowed.asked)
    if not by.is_up and by.is_time:
        rows = rows.filter(**{f"{by.column}__isnull": False})
    if mark is not None:
        value: Any = from_us(int(mark[0] or 0)) if by.is_time else mark[0]
        toward = "gt" if by.is_up else "lt"
        rows = rows.filter(
            Q(**{f"{by.column}__{toward}": value}) | Q(**{f"person_id__{toward}": mark[1]}),
            **{f"{by.column}__{toward}e": value},
        )
    order = (by.column, "person_id") if by.is_up else (f"-{by.column}", "-person_id")
    found = rows.order_by(*order).values_list(by.column, "person_id")[:limit]
    return [(to_us(v) if by.is_time else v, person) for v, person in found]


def _without(narrowed: Narrowed, by: Sort, last: int | None, limit: int) -> list[Key]:
    """Return those who have no value to sort by, the newest person first; nobody without a name stands among names."""
    if by.is_up:
        return []
    known = by.rows.objects.filter(person_id=OuterRef("pk"), **{f"{by.column}__isnull": False})
    people = Person.objects.annotate(person_id=F("id")).filter(~Exists(known), *narrowed.asked)
    if last is not None:
        people = people.filter(id__lt=last)
    found = people.order_by("-id").values_list("id", flat=True)[:limit]
    return [(None, person) for person in found]
