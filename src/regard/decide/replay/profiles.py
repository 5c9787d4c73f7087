"""What people had told us of themselves by then: each field as stretches of time, and what follows from it.

A field counts from when it was told (an import: from the day the words in it are dated), never before. What only the
card of today knows, with no telling behind it, counts all along.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any

import msgspec
import pyarrow as pa

from regard.collect.among import among
from regard.decide.facts.columns import as_input, read_rows
from regard.decide.facts.hours import zone_key
from regard.decide.facts.reading import comes_of_age
from regard.decide.replay.joined import Joined
from regard.kernel.instant import FOREVER_US
from regard.playbooks.guardrails import Minors

Values = list[tuple[int, Any]]  # from when each value counted, in order; before the first: not known
_ZONE, _COUNTRY = "time_zone", "country"


class Told:
    """What people told of themselves: for each field, whose it is and from when each value counted."""

    def __init__(self, fields: dict[str, dict[int, Values]]) -> None:
        self._fields = fields

    def of(self, field: str, person: int) -> Values:
        """Return the values of one person's field."""
        return self._fields[field].get(person, [])

    def everybody(self, field: str) -> Iterator[tuple[int, Values]]:
        """Yield (person, values) of all who ever told a field."""
        yield from self._fields[field].items()


def read_told(names: Collection[str], *, upto: int, joined: Joined, from_us: int) -> Told:
    """Return what was told of these fields; what counted when the stretch began, counts from 0."""
    fields: dict[str, dict[int, Values]] = {name: {} for name in names}
    if not names:
        return Told(fields)
    listed, bound = among(sorted(names))
    rows = read_rows(
        f"SELECT person_id, name, value, occurred_at, seq FROM profile_fieldchange WHERE name {listed} AND seq <= %s",
        [bound, upto],
    )
    tellings: dict[tuple[str, int], list[tuple[int, int, int, Any]]] = {}
    for origin, name, value, at_us, seq in rows:
        person, since = joined.one(origin) if joined.origins.size else (origin, 0)
        row = (max(at_us, since), at_us, seq, value)
        tellings.setdefault((name, person), []).append(row)
    for (name, person), told in tellings.items():
        fields[name][person] = list(_followed(told, from_us))
    for person, known in _cards(names):
        for name, value in known.items():
            if value is not None and person not in fields[name]:
                fields[name][person] = [(0, value)]
    return Told(fields)


def _followed(told: list[tuple[int, int, int, Any]], from_us: int) -> Values:
    """Return each value and from when it counted: the newest by when it was said, among what was seen by then."""
    newest, found = (-FOREVER_US, 0), Values()
    for seen_us, at_us, seq, text in sorted(told, key=lambda row: row[:3]):
        if (at_us, seq) < newest:
            continue
        newest, since = (at_us, seq), 0 if seen_us <= from_us else seen_us
        if found and found[-1][0] == since:
            found.pop()
        found.append((since, None if text is None else json.loads(text)))
    return found


def _cards(names: Collection[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (person, fields) of every card, these fields only."""
    places = {f"field_{n}": name for n, name in enumerate(sorted(names))}
    card = msgspec.defstruct("Card", [(place, Any, None) for place in places], rename=places)
    decode = msgspec.json.Decoder(card).decode
    for person, text in read_rows("SELECT person_id, fields FROM profile_card"):
        if text and text != "{}":
            known = decode(text)
            yield person, {name: getattr(known, place) for place, name in places.items()}


def people_then(people: Iterable[int], told: Told, minors: Minors | None) -> pa.Table:
    """Return `person`: the zone, and the instant of coming of age, as known at each time."""
    key = _zone_of()
    return as_input(
        "person",
        (
            (person, zone, adult_us, since, until)
            for person in people
            for (zone, adult_us), since, until in _stretches(
                [told.of(_ZONE, person), told.of(_COUNTRY, person)]
                + ([told.of(minors.field, person)] if minors else []),
                lambda zone, country, born=None: (key(zone, country), _adult_us(born, minors)),
            )
        ),
    )


def fields_of_people(minors: Minors | None) -> set[str]:
    """Return the fields that `people_then` asks for."""
    return {_ZONE, _COUNTRY} | ({minors.field} if minors else set())


def _zone_of() -> Callable[[Any, Any], str]:
    known: dict[tuple[Any, Any], str] = {}

    def zone_of(zone: Any, country: Any) -> str:
        pair = (
            zone if isinstance(zone, str) else None,
            country if isinstance(country, str) else None,
        )
        if pair not in known:
            known[pair] = zone_key(*pair)
        return known[pair]

    return zone_of


def _adult_us(born: object, minors: Minors | None) -> int | None:
    return comes_of_age(born, minors.under) if minors and born is not None else None


def _stretches(fields: Sequence[Values], meant: Callable[..., Any]) -> Iterator[tuple[Any, int, int]]:
    """Yield (what the fields mean together, from_us, to_us), over all time."""
    edges = sorted({0, *(since for values in fields for since, _ in values)})
    for since, until in zip(edges, [*edges[1:], FOREVER_US], strict=True):
        yield meant(*(value_at(values, since) for values in fields)), since, until


def value_at(values: Values, at_us: int) -> Any:
    """Return the value that counted at an instant, or None."""
    place = bisect_right(values, at_us, key=lambda pair: pair[0])
    return values[place - 1][1] if place else None
