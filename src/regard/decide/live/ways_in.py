"""Who comes to the door: the rows of `arrival`, and whose turn has come for another reason, since the last cycle.

An occasion is found by what was written since (sequence numbers) and by what the clock has passed since (instants);
both stretches may overlap with the last cycle's, since an entry key lets nobody in twice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from regard.collect.among import among
from regard.decide.facts.columns import read_rows
from regard.decide.facts.reading import WHO, Scope
from regard.decide.models import Cycle
from regard.engine.journeys.instructions import Compiled, Program
from regard.kernel.instant import DAY_US, from_us, to_us
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
from regard.understand.asking.activity import origins_active
from regard.understand.columns import RUNS, SEGMENT_CHANGES, SHOWN_MEMBERS, SHOWN_RUN

STALE_US = 3 * DAY_US  # news older than this starts no journey: an import of last year's orders does not
MARGIN_US = 60 * 60 * 1_000_000

Arrival = tuple[int, int, str, int]  # person, journey number, entry key, due_us
Changes = dict[tuple[str, bool], list[tuple[int, int]]]  # (segment, entered) -> (person, as_of)
Finder = Callable[[Compiled, Any, "Door"], Iterator[Arrival]]


@dataclass(frozen=True, slots=True)
class Stretch:
    """What lies between the last finished cycle and this one: instants (after, until], numbers (after_seq, upto].

    `after_run`: the run of understand the last cycle saw; segments that changed in it or before are no news any more.
    """

    after_us: int
    until_us: int
    after_seq: int
    upto: int
    after_run: int = 0


def stretch_between(last: Cycle | None, cycle: Cycle, *, after_run: int) -> Stretch:
    """Return what lies between two cycles; before the first, one day and no old news."""
    until = to_us(cycle.as_of)
    if last is None:
        return Stretch(until - DAY_US, until, 0, cycle.upto)
    after = min(to_us(last.as_of), until)
    return Stretch(after, until, min(last.upto, cycle.upto), cycle.upto, after_run)


@dataclass(frozen=True, slots=True)
class Door:
    """What every way in needs to know: the stretch, the company's zone, and which journeys open for the first time.

    `changes`: who entered and left the segments some journey begins with, asked once for all of them.
    """

    stretch: Stretch
    zone: str
    currency: str  # the company's
    new_journeys: frozenset[str]
    changes: Changes


def arrivals(program: Program, stretch: Stretch, *, new_journeys: frozenset[str]) -> Iterator[Arrival]:
    """Yield everybody some journey may let in; the engine applies the re-entry rule."""
    company, changes = program.playbook.company, _changes(_begun_with(program), stretch)
    door = Door(stretch, company.time_zone, company.currency, new_journeys, changes)
    for compiled in program.journeys:
        if compiled.is_current:
            for entry in compiled.journey.entry:
                yield from FINDERS[type(entry)](compiled, entry, door)


def woken_people(program: Program, stretch: Stretch) -> set[int]:
    """Return whose timer has come, and those inside for whom something was written since the last cycle.

    What may matter to somebody inside: a touchpoint or a segment a journey listens for, and a journey that was resumed
    or moved to another version, because what they wait for may have come already.
    """
    listed, bound = among(sorted({one.name for one in program.happenings()}))
    touched = read_rows(
        f"SELECT DISTINCT {WHO} FROM collect_touchpoint AS t JOIN identify_person AS o ON o.id = t.origin"
        f" WHERE t.seq > %s AND t.seq <= %s AND t.name {listed}",
        [stretch.after_seq, stretch.upto, bound],
    )
    moved = _changes(program.segments(), stretch)
    rows = read_rows(
        f"SELECT DISTINCT {WHO} FROM decide_enrolment AS e JOIN identify_person AS o ON o.id = e.person_id"
        " WHERE e.state = 'active' AND e.due_at <= %s",
        [stretch.until_us],
    )
    people = {person for (person,) in touched}
    people |= {person for found in moved.values() for person, _ in found}
    if people:
        scope = Scope(sorted(people), stretch.upto)
        rows += read_rows(
            f"SELECT DISTINCT {WHO} FROM decide_enrolment AS e{scope.joined('e.person_id')}"
            " AND e.state IN ('active', 'paused')",  # held: from when they are due is written down
            scope.bound(),
        )
    if steered := _steered(stretch):
        listed, bound = among(steered)
        rows += read_rows(
            f"SELECT DISTINCT {WHO} FROM decide_enrolment AS e JOIN identify_person AS o ON o.id = e.person_id"
            f" WHERE e.state = 'active' AND e.journey {listed}",
            [bound],
        )
    return {person for (person,) in rows}


def _steered(stretch: Stretch) -> list[str]:
    """Return the journeys that were resumed, or whose people were moved to another version, in this stretch."""
    rows = read_rows(
        "SELECT DISTINCT journey FROM decide_steering WHERE kind IN ('resume', 'move') AND seq > %s AND seq <= %s",
        [stretch.after_seq, stretch.upto],
    )
    return [journey for (journey,) in rows]


def _begun_with(program: Program) -> set[str]:
    """Return the segments that let people in when they enter or leave them."""
    return {
        entry.segment
        for compiled in program.journeys
        if compiled.is_current
        for entry in compiled.journey.entry
        if isinstance(entry, SegmentEntered | SegmentLeft)
    }


def _changes(segments: set[str], stretch: Stretch) -> Changes:
    """Return who entered and left these segments in the runs of understand that are news in this stretch.

    A change bears the instant of its run. So the runs are asked for first, by their numbers, and the changes from the
    first to the last of their instants: an hour of changes is what a stretch with its margin would have to look through.
    """
    since_us = stretch.after_us - MARGIN_US
    runs = read_rows(
        f"SELECT MIN(as_of), MAX(as_of) FROM {RUNS} AS r"
        f" WHERE id > %s AND id <= {SHOWN_RUN} AND as_of > %s AND as_of <= %s",
        [stretch.after_run, since_us, stretch.until_us],
    )
    found: Changes = {}
    if runs[0][0] is None or not segments:
        return found
    listed, names = among(sorted(segments))
    rows = read_rows(
        f"SELECT {WHO}, c.segment, c.entered, c.as_of FROM {SEGMENT_CHANGES} AS c"
        " JOIN identify_person AS o ON o.id = c.person_id WHERE c.as_of >= %s AND c.as_of <= %s"
        f" AND c.segment {listed}"
        f" AND c.run_id > %s AND c.run_id <= {SHOWN_RUN}",
        [*runs[0], names, stretch.after_run],
    )
    for person, segment, entered, at_us in rows:
        found.setdefault((segment, bool(entered)), []).append((person, at_us))
    return found


def _by_entering(compiled: Compiled, entry: SegmentEntered, door: Door) -> Iterator[Arrival]:
    yield from _by_change(compiled, entry.segment, True, door)
    if entry.already_in and compiled.name in door.new_journeys:
        yield from _already_in(compiled, entry.segment, door.stretch)


def _by_leaving(compiled: Compiled, entry: SegmentLeft, door: Door) -> Iterator[Arrival]:
    yield from _by_change(compiled, entry.segment, False, door)


def _by_change(compiled: Compiled, segment: str, entered: bool, door: Door) -> Iterator[Arrival]:
    word = "in" if entered else "out"
    for person, at_us in door.changes.get((segment, entered), ()):
        yield person, compiled.number, f"{word}:{at_us}", at_us


def _already_in(compiled: Compiled, segment: str, stretch: Stretch) -> Iterator[Arrival]:
    rows = read_rows(
        f"SELECT {WHO}, m.since_at FROM {SHOWN_MEMBERS} AS m JOIN identify_person AS o ON o.id = m.person_id"
        f" WHERE m.segment = %s",
        [segment],
    )
    yield from ((person, compiled.number, f"in:{since}", stretch.until_us) for person, since in rows)


def _by_touchpoint(compiled: Compiled, entry: TouchpointSeen, door: Door) -> Iterator[Arrival]:
    stretch = door.stretch
    rows = read_rows(
        f"SELECT {WHO}, t.seq, t.occurred_at, t.score_milli, t.value_minor, t.currency, t.properties"
        " FROM collect_touchpoint AS t JOIN identify_person AS o ON o.id = t.origin"
        " WHERE t.seq > %s AND t.seq <= %s AND t.name = %s AND t.occurred_at > %s AND t.occurred_at <= %s",
        [
            stretch.after_seq,
            stretch.upto,
            entry.touchpoint.name,
            stretch.until_us - STALE_US,
            stretch.until_us,
        ],
    )
    fitting = [row for row in rows if entry.touchpoint.fits(Seen(*row[3:]), door.currency)]
    if entry.whose == "account":
        yield from _whole_account(compiled, fitting)
        return
    yield from ((row[0], compiled.number, f"tp:{row[1]}", row[2]) for row in fitting)


def _whole_account(compiled: Compiled, rows: Iterable[tuple[Any, ...]]) -> Iterator[Arrival]:
    """Yield everybody of the accounts of those it happened to."""
    for person, seq, at_us, *_ in rows:
        others = read_rows(
            f"SELECT DISTINCT {WHO} FROM identify_accountmember AS mine"
            " JOIN identify_accountmember AS theirs ON theirs.account_id = mine.account_id"
            " JOIN identify_person AS o ON o.id = theirs.person_id WHERE mine.person_id = %s",
            [person],
        )
        yield from ((other, compiled.number, f"tp:{seq}", at_us) for (other,) in others or [(person,)])


def _by_silence(compiled: Compiled, entry: Silence, door: Door) -> Iterator[Arrival]:
    """Yield those whose last word was so long ago that the silence became long enough in this stretch.

    Only who said something in the stretch as long ago can be one of them: theirs is the history that is read.
    """
    stretch = door.stretch
    low, high = stretch.after_us - entry.of, stretch.until_us - entry.of
    heard = origins_active(low + 1, high + 1, upto=stretch.upto)
    if not heard:
        return
    listed, origins = among(heard)
    people = read_rows(f"SELECT DISTINCT {WHO} FROM identify_person AS o WHERE o.id {listed}", [origins])
    scope = Scope(sorted(person for (person,) in people), stretch.upto)
    named = "AND t.name = %(name)s" if entry.touchpoint else ""
    rows = read_rows(
        f"SELECT {WHO}, MAX(t.occurred_at) FROM collect_touchpoint AS t{scope.joined('t.origin')}"
        f" AND t.direction = 'in' AND t.seq <= %(upto)s AND t.occurred_at <= %(until)s {named} GROUP BY {WHO}"
        " HAVING MAX(t.occurred_at) > %(low)s AND MAX(t.occurred_at) <= %(high)s",
        scope.bound(until=stretch.until_us, name=entry.touchpoint, low=low, high=high),
    )
    yield from ((person, compiled.number, f"quiet:{last}", last + entry.of) for person, last in rows)


def _by_date(compiled: Compiled, entry: DateReached, door: Door) -> Iterator[Arrival]:
    stretch, zone = door.stretch, door.zone
    if not _days_reached(entry, zone, stretch.after_us, stretch.until_us):
        return  # it strikes once a day: only then is everybody's card looked at
    rows = read_rows(
        f"SELECT {WHO}, c.fields FROM profile_card AS c JOIN identify_person AS o ON o.id = c.person_id"
        " WHERE c.fields LIKE %s",
        [f'%"{entry.field}"%'],
    )
    for person, fields in rows:
        for day, at_us in date_instants(
            entry, json.loads(fields).get(entry.field), zone, stretch.after_us, stretch.until_us
        ):
            yield person, compiled.number, f"date:{day}", at_us


def _days_reached(entry: DateReached, zone: str, after_us: int, until_us: int) -> list[date]:
    """Return the days of a calendar whose instant for this entry lies in (after, until]."""
    first = (from_us(after_us + entry.before) - timedelta(days=1)).date()
    last = (from_us(until_us + entry.before) + timedelta(days=1)).date()
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in days if after_us < _local(day, entry.at, zone) - entry.before <= until_us]


def date_instants(
    entry: DateReached, value: object, zone: str, after_us: int, until_us: int
) -> Iterator[tuple[str, int]]:
    """Yield (day, instant) of each time the date comes in (after, until]; 29 February is kept on the 28th."""
    try:
        day = date.fromisoformat(str(value)[:10])
    except ValueError:
        return
    years = range(from_us(after_us).year - 1, from_us(until_us).year + 2) if entry.yearly else (day.year,)
    for year in years:
        comes = day.replace(year=year, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=year)
        at_us = _local(comes, entry.at, zone) - entry.before
        if after_us < at_us <= until_us:
            yield comes.isoformat(), at_us


def _by_schedule(compiled: Compiled, entry: Scheduled, door: Door) -> Iterator[Arrival]:
    stretch, zone = door.stretch, door.zone
    for day, at_us in schedule_instants(entry, zone, stretch.after_us, stretch.until_us):
        rows = read_rows(
            f"SELECT {WHO} FROM {SHOWN_MEMBERS} AS m JOIN identify_person AS o ON o.id = m.person_id"
            f" WHERE m.segment = %s",
            [entry.segment],
        )
        yield from ((person, compiled.number, f"on:{day}", at_us) for (person,) in rows)


def schedule_instants(entry: Scheduled, zone: str, after_us: int, until_us: int) -> Iterator[tuple[str, int]]:
    """Yield (day, instant) of each time the schedule strikes in (after, until]."""
    day = (from_us(after_us) - timedelta(days=1)).date()
    while day <= (from_us(until_us) + timedelta(days=1)).date():
        at_us = _local(day, entry.at, zone)
        if _strikes(entry, day) and after_us < at_us <= until_us:
            yield day.isoformat(), at_us
        day += timedelta(days=1)


def _strikes(entry: Scheduled, day: date) -> bool:
    if entry.every == "day":
        return True
    if entry.every == "week":
        return day.isoweekday() == entry.day
    return day.day == entry.day and (entry.every == "month" or day.month in (1, 4, 7, 10))


def _by_hand(compiled: Compiled, entry: ByHand, door: Door) -> Iterator[Arrival]:  # noqa: ARG001 (the shape of a finder)
    stretch = door.stretch
    rows = read_rows(
        f"SELECT {WHO}, s.seq, s.at FROM decide_steering AS s JOIN identify_person AS o ON o.id = s.person_id"
        " WHERE s.kind = 'enter' AND s.journey = %s AND s.seq > %s AND s.seq <= %s",
        [compiled.name, stretch.after_seq, stretch.upto],
    )
    yield from ((person, compiled.number, f"hand:{seq}", at_us) for person, seq, at_us in rows)


def _local(day: date, minute: int, zone: str) -> int:
    wall = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=ZoneInfo(zone))
    return to_us(wall.astimezone(UTC))


FINDERS: dict[type, Finder] = {
    SegmentEntered: _by_entering,
    SegmentLeft: _by_leaving,
    TouchpointSeen: _by_touchpoint,
    Silence: _by_silence,
    DateReached: _by_date,
    Scheduled: _by_schedule,
    ByHand: _by_hand,
}
