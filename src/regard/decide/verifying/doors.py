"""Who came to a door, and whose turn it was, in one stored cycle: the rules of `occasions`, on what was known to it.

The live run reads members, cards and survivors as they are; here they are read as they were: changes of segments up to
the run the cycle saw, tellings and joinings up to its number.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from regard.collect.among import among
from regard.decide.facts.columns import read_rows
from regard.decide.live.ways_in import (
    MARGIN_US,
    STALE_US,
    Arrival,
    Stretch,
    date_instants,
    schedule_instants,
)
from regard.decide.verifying.families import Families
from regard.engine.journeys.instructions import Compiled, Program
from regard.playbooks.entries import (
    ByHand,
    DateReached,
    Scheduled,
    SegmentEntered,
    SegmentLeft,
    Silence,
    TouchpointSeen,
)
from regard.playbooks.values.happening import Seen


@dataclass(frozen=True, slots=True)
class DoorThen:
    """What every way in needs to know: the stretch, the run the cycle saw, who spoke for whom, which journeys are new."""

    stretch: Stretch
    run: int
    zone: str
    currency: str  # the company's
    families: Families
    new_journeys: frozenset[str]
    changes: Sequence[tuple[int, str, bool, int]]  # person, segment, entered, as_of


def door_of(program: Program, stretch: Stretch, *, run: int, families: Families, new: frozenset[str]) -> DoorThen:
    """Return the door of one cycle."""
    rows = read_rows(
        "SELECT person_id, segment, CASE WHEN entered THEN 1 ELSE 0 END, as_of FROM understand_segmentchange"
        " WHERE as_of > %s AND as_of <= %s AND run_id > %s AND run_id <= %s",
        [stretch.after_us - MARGIN_US, stretch.until_us, stretch.after_run, run],
    )
    changes = [(families.speaker(who), name, bool(came), at) for who, name, came, at in rows]
    company = program.playbook.company
    return DoorThen(stretch, run, company.time_zone, company.currency, families, new, changes)


def arrivals_then(program: Program, door: DoorThen) -> Iterator[Arrival]:
    """Yield everybody some journey might have let in."""
    for compiled in program.journeys:
        if compiled.is_current:
            for entry in compiled.journey.entry:
                yield from _FINDERS[type(entry)](compiled, entry, door)


def touched_then(program: Program, door: DoorThen) -> set[int]:
    """Return those to whom something happened that may matter to somebody inside."""
    listed, bound = among(sorted({one.name for one in program.happenings()}))
    rows = read_rows(
        f"SELECT DISTINCT origin FROM collect_touchpoint WHERE seq > %s AND seq <= %s AND name {listed}",
        [door.stretch.after_seq, door.stretch.upto, bound],
    )
    segments = set(program.segments())
    found = {door.families.speaker(origin) for (origin,) in rows}
    return found | {person for person, segment, _, _ in door.changes if segment in segments}


def members_then(segment: str, door: DoorThen) -> dict[int, int]:
    """Return who was in a segment, and since when."""
    rows = read_rows(
        "SELECT person_id, CASE WHEN entered THEN 1 ELSE 0 END, as_of FROM understand_segmentchange"
        " WHERE segment = %s AND run_id <= %s ORDER BY as_of, id",
        [segment, door.run],
    )
    inside: dict[int, int] = {}
    for person, came, at_us in rows:
        if came:
            inside[person] = at_us
        else:
            inside.pop(person, None)
    return {door.families.speaker(person): since for person, since in inside.items()}


def _by_change(compiled: Compiled, segment: str, door: DoorThen, *, came: bool) -> Iterator[Arrival]:
    word = "in" if came else "out"
    for person, name, entered, at_us in door.changes:
        if name == segment and entered == came:
            yield person, compiled.number, f"{word}:{at_us}", at_us


def _by_entering(compiled: Compiled, entry: SegmentEntered, door: DoorThen) -> Iterator[Arrival]:
    yield from _by_change(compiled, entry.segment, door, came=True)
    if entry.already_in and compiled.name in door.new_journeys:
        for person, since in members_then(entry.segment, door).items():
            yield person, compiled.number, f"in:{since}", door.stretch.until_us


def _by_leaving(compiled: Compiled, entry: SegmentLeft, door: DoorThen) -> Iterator[Arrival]:
    yield from _by_change(compiled, entry.segment, door, came=False)


def _by_touchpoint(compiled: Compiled, entry: TouchpointSeen, door: DoorThen) -> Iterator[Arrival]:
    stretch = door.stretch
    rows = read_rows(
        "SELECT origin, seq, occurred_at, score_milli, value_minor, currency, properties FROM collect_touchpoint"
        " WHERE seq > %s AND seq <= %s AND name = %s AND occurred_at > %s AND occurred_at <= %s",
        [
            stretch.after_seq,
            stretch.upto,
            entry.touchpoint.name,
            stretch.until_us - STALE_US,
            stretch.until_us,
        ],
    )
    for origin, seq, at_us, *seen in rows:
        if entry.touchpoint.fits(Seen(*seen), door.currency):
            whose = _account(origin, door) if entry.whose == "account" else ()
            for person in whose or (door.families.speaker(origin),):
                yield person, compiled.number, f"tp:{seq}", at_us


def _account(origin: int, door: DoorThen) -> set[int]:
    """Return everybody of the accounts of whoever speaks for an origin."""
    rows = read_rows(
        "SELECT DISTINCT theirs.person_id FROM identify_accountmember AS mine"
        " JOIN identify_accountmember AS theirs ON theirs.account_id = mine.account_id"
        " WHERE mine.person_id = %s AND mine.seq <= %s AND theirs.seq <= %s",
        [door.families.speaker(origin), door.stretch.upto, door.stretch.upto],
    )
    return {door.families.speaker(person) for (person,) in rows}


def _by_silence(compiled: Compiled, entry: Silence, door: DoorThen) -> Iterator[Arrival]:
    stretch = door.stretch
    low, high = stretch.after_us - entry.of, stretch.until_us - entry.of
    named, names = ("AND name = %s", [entry.touchpoint]) if entry.touchpoint else ("", [])
    heard = read_rows(
        "SELECT DISTINCT origin FROM collect_touchpoint WHERE occurred_at > %s AND occurred_at <= %s"
        f" AND direction = 'in' AND seq <= %s {named}",
        [low, high, stretch.upto, *names],
    )
    people = {door.families.speaker(origin) for (origin,) in heard}
    listed, bound = among(door.families.origins(people))
    rows = read_rows(
        f"SELECT origin, MAX(occurred_at) FROM collect_touchpoint WHERE origin {listed}"
        f" AND direction = 'in' AND seq <= %s AND occurred_at <= %s {named} GROUP BY origin",
        [bound, stretch.upto, stretch.until_us, *names],
    )
    last: dict[int, int] = {}
    for origin, at_us in rows:
        person = door.families.speaker(origin)
        last[person] = max(at_us, last.get(person, at_us))
    for person, at_us in last.items():
        if low < at_us <= high:
            yield person, compiled.number, f"quiet:{at_us}", at_us + entry.of


def _by_date(compiled: Compiled, entry: DateReached, door: DoorThen) -> Iterator[Arrival]:
    stretch = door.stretch
    for person, value in _told_then(entry.field, door).items():
        for day, at_us in date_instants(entry, value, door.zone, stretch.after_us, stretch.until_us):
            yield person, compiled.number, f"date:{day}", at_us


def _told_then(field: str, door: DoorThen) -> dict[int, object]:
    """Return what everybody had told of one field; what only a card knows, counts all along."""
    rows = read_rows(
        "SELECT person_id, value, seq FROM profile_fieldchange WHERE name = %s ORDER BY occurred_at, seq",
        [field],
    )
    cards = read_rows("SELECT person_id, fields FROM profile_card WHERE fields LIKE %s", [f'%"{field}"%'])
    ever = {door.families.speaker(origin) for origin, _, _ in rows}
    found: dict[int, object] = {
        door.families.speaker(who): json.loads(fields).get(field)
        for who, fields in cards
        if door.families.speaker(who) not in ever
    }
    for origin, value, seq in rows:
        if seq <= door.stretch.upto:
            found[door.families.speaker(origin)] = None if value is None else json.loads(value)
    return found


def _by_schedule(compiled: Compiled, entry: Scheduled, door: DoorThen) -> Iterator[Arrival]:
    stretch = door.stretch
    for day, at_us in schedule_instants(entry, door.zone, stretch.after_us, stretch.until_us):
        for person in members_then(entry.segment, door):
            yield person, compiled.number, f"on:{day}", at_us


def _by_hand(compiled: Compiled, entry: ByHand, door: DoorThen) -> Iterator[Arrival]:  # noqa: ARG001 (the shape of a finder)
    rows = read_rows(
        "SELECT person_id, seq, at FROM decide_steering"
        " WHERE kind = 'enter' AND journey = %s AND seq > %s AND seq <= %s",
        [compiled.name, door.stretch.after_seq, door.stretch.upto],
    )
    for person, seq, at_us in rows:
        yield door.families.speaker(person), compiled.number, f"hand:{seq}", at_us


_FINDERS: dict[type, Callable[[Compiled, Any, DoorThen], Iterator[Arrival]]] = {
    SegmentEntered: _by_entering,
    SegmentLeft: _by_leaving,
    TouchpointSeen: _by_touchpoint,
    Silence: _by_silence,
    DateReached: _by_date,
    Scheduled: _by_schedule,
    ByHand: _by_hand,
}
