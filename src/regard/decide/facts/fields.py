"""What people told of themselves: the card of now, or each field as stretches of time; and `person`, which follows from it.

A field counts from when it was told (an import: from the day the words in it are dated), never before. What only the
card of today knows, with no telling behind it, counts all along.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pyarrow as pa

from regard.collect.among import among
from regard.decide.facts.columns import as_input, read_rows
from regard.decide.facts.hours import zone_key
from regard.decide.facts.scope import FactScope, FieldFacts, Known, Values
from regard.identify.columns import EVERYBODY, WHO
from regard.kernel.instant import FOREVER_US, to_us
from regard.playbooks.guardrails import Minors
from regard.profile.columns import CARDS, TELLINGS

ZONE, COUNTRY = "time_zone", "country"
_parse = msgspec.json.Decoder().decode


class FactCards(dict[int, dict[str, Any]]):
    """Fields as they are at one moment, by person."""

    @property
    def people(self) -> Collection[int]:
        """Return whom it speaks of."""
        return self.keys()

    def spans(self, names: Sequence[str]) -> Iterator[tuple[int, Known, int, int]]:  # noqa: ARG002 (Fields)
        """Yield each person once."""
        return ((person, known, 0, FOREVER_US) for person, known in self.items())

    def told(self, name: str) -> Iterable[tuple[int, Values]]:
        """Return the one value of each person who has one."""
        return ((person, [(0, known[name])]) for person, known in self.items() if known.get(name) is not None)


class FieldTold:
    """Fields as they changed: for each, whose it is and from when each value counted."""

    def __init__(self, fields: dict[str, dict[int, Values]], people: Collection[int] = ()) -> None:
        self._fields = fields
        self.people = people

    def spans(self, names: Sequence[str]) -> Iterator[tuple[int, Known, int, int]]:
        """Yield a person anew wherever one of these fields changed."""
        asked = [(name, self._fields.get(name, {})) for name in names]
        for person in self.people:
            values = [(name, told) for name, by_person in asked if (told := by_person.get(person))]
            edges = sorted({0, *(since for _, told in values for since, _ in told)})
            for since, until in zip(edges, [*edges[1:], FOREVER_US], strict=True):
                yield person, {name: value_at(told, since) for name, told in values}, since, until

    def told(self, name: str) -> Iterable[tuple[int, Values]]:
        """Return the values of each person, as they changed."""
        return self._fields[name].items()

    def of(self, people: Collection[int]) -> FieldTold:
        """Return the same, spoken of these people."""
        return FieldTold(self._fields, people)

    def newest(self, people: Iterable[int]) -> FactCards:
        """Return what counted in the end, of these people."""
        cards = FactCards((person, {}) for person in people)
        for name, by_person in self._fields.items():
            for person, values in by_person.items():
                if person in cards:
                    cards[person][name] = values[-1][1]
        return cards


def value_at(values: Values, at_us: int) -> Any:
    """Return the value that counted at an instant, or None."""
    place = bisect_right(values, at_us, key=lambda pair: pair[0])
    return values[place - 1][1] if place else None


def read_cards(scope: FactScope) -> FactCards:
    """Return what is known now; what the survivor's own card says goes before what a joined one says."""
    rows = read_rows(
        f"""
        SELECT {WHO}, c.fields, o.survivor_id IS NULL
        FROM {EVERYBODY} AS o LEFT JOIN {CARDS} AS c ON c.person_id = o.id
        WHERE {scope.ours("o.id")}
        """,
        scope.bound(),
    )
    merged = FactCards()
    for person, fields, is_survivor in rows:
        known = _parse(fields) if fields else {}
        if before := merged.get(person):
            known = {**before, **known} if is_survivor else {**known, **before}
        merged[person] = known
    return merged


def read_told(names: Collection[str], scope: FactScope, *, first_us: int) -> FieldTold:
    """Return what was told of these fields; what counted at `first_us` already, counts from 0."""
    fields: dict[str, dict[int, Values]] = {name: {} for name in names}
    if not names:
        return FieldTold(fields)
    listed, bound = among(sorted(names))
    rows = read_rows(
        f"""
        SELECT {scope.who("f.person_id")}, f.name, f.value, f.occurred_at, f.seq
        FROM {TELLINGS} AS f {scope.joined("f.person_id")} AND f.name {listed.replace("%s", "%(names)s")}
        """,
        scope.bound(names=bound),
    )
    tellings: dict[tuple[str, int], list[tuple[int, int, int, Any]]] = {}
    for person, since, (name, value, at_us, seq) in scope.told(rows):
        told = tellings.setdefault((name, person), [])
        if seq <= scope.upto:  # told later: it is known that the card did not know it by itself
            told.append((max(at_us, since), at_us, seq, value))
    for (name, person), told in tellings.items():
        if values := list(_followed(told, first_us)):
            fields[name][person] = values
    for person, known in _cards(names, scope):
        for name, value in known.items():
            if value is not None and (name, person) not in tellings:
                fields[name][person] = [(0, value)]
    return FieldTold(fields)


def _followed(told: list[tuple[int, int, int, Any]], first_us: int) -> Values:
    """Return each value and from when it counted: the newest by when it was said, among what was seen by then."""
    newest, found = (-FOREVER_US, 0), Values()
    for seen_us, at_us, seq, text in sorted(told, key=lambda row: row[:3]):
        if (at_us, seq) < newest:
            continue
        newest, since = (at_us, seq), 0 if seen_us <= first_us else seen_us
        if found and found[-1][0] == since:
            found.pop()
        found.append((since, None if text is None else json.loads(text)))
    return found


def _cards(names: Collection[str], scope: FactScope) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (person, fields) of every card, these fields only."""
    places = {f"field_{n}": name for n, name in enumerate(sorted(names))}
    card = msgspec.defstruct("Card", [(place, Any, None) for place in places], rename=places)
    decode = msgspec.json.Decoder(card).decode
    rows = read_rows(f"SELECT c.person_id, c.fields FROM {CARDS} AS c WHERE {scope.ours('c.person_id')}", scope.bound())
    for person, _, (text,) in scope.told(rows):
        if text and text != "{}":
            known = decode(text)
            yield person, {name: getattr(known, place) for place, name in places.items()}


def fields_of_people(minors: Minors | None) -> list[str]:
    """Return the fields from which `person` follows."""
    return [ZONE, COUNTRY] + ([minors.field] if minors else [])


def people_table(fields: FieldFacts, minors: Minors | None) -> pa.Table:
    """Return `person`: zone key and, where a birth date is known, the instant they come of age, as known at each time."""
    return as_input(
        "person",
        (
            (
                person,
                zone_key(known.get(ZONE), known.get(COUNTRY)),
                comes_of_age(known.get(minors.field), minors.under) if minors else None,
                since,
                until,
            )
            for person, known, since, until in fields.spans(fields_of_people(minors))
        ),
    )


def comes_of_age(value: object, age: int) -> int | None:
    """Return the instant at which somebody born on this day is `age` years old, or None where it is no day."""
    if value is None:
        return None
    try:
        born = date.fromisoformat(str(value)[:10])
        grown = born.replace(year=born.year + age, day=min(born.day, 28) if born.month == 2 else born.day)
    except ValueError:
        return None
    return to_us(datetime(grown.year, grown.month, grown.day, tzinfo=UTC))
