"""Who comes to the door: the rows of `arrival`, and whose turn has come for another reason.

One finder a kind of entry, written against `Past`: the same for the cycle of now, a stored one and a replay. An occasion
is found by what was written since the last cycle (numbers) and by what the clock has passed since (instants); both
stretches may overlap with the last cycle's, since an entry key lets nobody in twice.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from regard.collect.among import among
from regard.collect.columns import TOUCHPOINTS
from regard.decide.facts.columns import read_rows
from regard.decide.facts.past import STALE_US, Arrival, Past, PastOfCycle
from regard.decide.facts.scope import Changes, FactScope, among_named
from regard.decide.models import Steering
from regard.engine.journeys.instructions import Compiled, Program
from regard.identify.columns import ACCOUNT_MEMBERS
from regard.kernel.instant import from_us, to_us
from regard.playbooks.entries.by_hand import ByHand
from regard.playbooks.entries.date import DateReached
from regard.playbooks.entries.schedule import Scheduled
from regard.playbooks.entries.segment_entered import SegmentEntered
from regard.playbooks.entries.segment_left import SegmentLeft
from regard.playbooks.entries.silence import Silence
from regard.playbooks.entries.touchpoint import TouchpointSeen
from regard.playbooks.values.happening import RowSeen

Found = Iterator[tuple[int, str, int]]  # person, entry key, due_us
Finder = Callable[[Compiled, Any, Past, Changes], Found]


def arrivals(program: Program, past: Past) -> Iterator[Arrival]:
    """Yield everybody some journey may let in; the engine applies the re-entry rule."""
    current = [compiled for compiled in program.journeys if compiled.is_current]
    entries = [(compiled, entry) for compiled in current for entry in compiled.journey.entry]
    begun_with = {segment for _, entry in entries if (segment := entry.asks_segment())}
    changes = past.changes(begun_with) if begun_with else {}
    for compiled, entry in entries:
        for person, key, due_us in FINDERS[type(entry)](compiled, entry, past, changes):
            yield person, compiled.number, key, due_us


def woken_people(program: Program, past: PastOfCycle) -> set[int]:
    """Return whose timer has come, and those inside for whom something was written since the last cycle.

    What may matter to somebody inside: a touchpoint or a segment a journey listens for, and a journey that was resumed
    or moved to another version, because what they wait for may have come already.
    """
    moved = past.changes(program.segments())
    touched = _touched(sorted({one.name for one in program.happenings()}), past)
    touched |= {person for found in moved.values() for person, _ in found}
    steered = Steering.objects.filter(
        kind__in=(Steering.Kind.RESUME, Steering.Kind.MOVE),
        seq__gt=past.stretch.after_seq,
        seq__lte=past.stretch.upto,
    )
    journeys = set(steered.values_list("journey", flat=True))
    return {*past.due(), *(past.inside(touched) if touched else ()), *(past.active_in(journeys) if journeys else ())}


def _touched(names: Collection[str], past: PastOfCycle) -> set[int]:
    """Return those for whom one of these touchpoints was written down since the last cycle."""
    scope, (is_news, bound) = past.about(None), past.written("t.seq", "t.occurred_at")
    rows = read_rows(
        f"""
        SELECT DISTINCT {scope.who("t.origin")}
        FROM {TOUCHPOINTS} AS t {scope.joined("t.origin")} AND {is_news} AND t.name {among_named("names", names)}
        """,
        scope.bound(**bound, names=among(names)[1]),
    )
    return {person for person, *_ in scope.told(rows)}


def _by_entering(compiled: Compiled, entry: SegmentEntered, past: Past, changes: Changes) -> Found:
    yield from ((person, f"in:{at_us}", at_us) for person, at_us in changes.get((entry.segment, True), ()))
    if entry.already_in and compiled.name in past.new_journeys:
        opens_us = past.first_us
        yield from ((person, f"in:{since}", opens_us) for person, since in past.members(entry.segment, opens_us))


def _by_leaving(compiled: Compiled, entry: SegmentLeft, past: Past, changes: Changes) -> Found:  # noqa: ARG001 (a finder)
    yield from ((person, f"out:{at_us}", at_us) for person, at_us in changes.get((entry.segment, False), ()))


def _by_touchpoint(compiled: Compiled, entry: TouchpointSeen, past: Past, changes: Changes) -> Found:  # noqa: ARG001 (a finder)
    """Yield who did it; what somebody did before we knew who they are lets them in when we did, unless it is old by then."""
    scope, (is_news, bound) = past.about(None), past.written("t.seq", "t.occurred_at")
    asked = "" if entry.touchpoint.is_bare else ", t.score_milli, t.value_minor, t.currency, t.properties"
    rows = read_rows(
        f"""
        SELECT {scope.who("t.origin")}, t.seq, t.occurred_at{asked}
        FROM {TOUCHPOINTS} AS t {scope.joined("t.origin")}
            AND {is_news} AND t.name = %(name)s AND t.occurred_at > %(oldest)s AND t.occurred_at <= %(until)s
        """,
        scope.bound(**bound, name=entry.touchpoint.name, oldest=past.oldest_us, until=past.stretch.until_us),
    )
    if asked:
        rows = [row for row in rows if entry.touchpoint.fits(RowSeen(*row[3:]), past.company.currency)]
    found = [(who, seq, at, max(at, known)) for who, known, (seq, at, *_) in scope.told(rows) if known - at < STALE_US]
    accounts = _accounts({who for who, *_ in found}, scope) if entry.whose == "account" else {}
    for who, seq, _, due_us in found:
        yield from ((person, f"tp:{seq}", due_us) for person in accounts.get(who, (who,)))


def _accounts(people: set[int], scope: FactScope) -> dict[int, set[int]]:
    """Return everybody of the accounts of these people, by person."""
    rows = read_rows(
        f"""
        SELECT {scope.who("theirs.person_id")}, mine.person_id
        FROM {ACCOUNT_MEMBERS} AS mine JOIN {ACCOUNT_MEMBERS} AS theirs ON theirs.account_id = mine.account_id
        {scope.joined("theirs.person_id")}
            AND mine.person_id {among_named("whose", (0,))} AND mine.seq <= %(upto)s AND theirs.seq <= %(upto)s
        """,
        scope.bound(whose=among(sorted(people))[1]),
    )
    found: dict[int, set[int]] = {}
    for person, _, (whose,) in scope.told(rows):
        found.setdefault(whose, set()).add(person)
    return found


def _by_silence(compiled: Compiled, entry: Silence, past: Past, changes: Changes) -> Found:  # noqa: ARG001 (a finder)
    """Yield those whose last word was so long ago, when somebody looked, that the silence had become long enough."""
    low, high = past.stretch.after_us - entry.of, past.stretch.until_us - entry.of
    for person, at_us, next_us in past.words(low, high, entry.touchpoint):
        if next_us is None or next_us > past.looked_at(at_us + entry.of):
            yield person, f"quiet:{at_us}", at_us + entry.of


def _by_date(compiled: Compiled, entry: DateReached, past: Past, changes: Changes) -> Found:  # noqa: ARG001 (a finder)
    """Yield whose date comes, by what they had told us when it came."""
    first, last = past.stretch.after_us, past.stretch.until_us
    if not _days_reached(entry, past.company.time_zone, first, last):
        return  # it strikes once a day: only then is everybody's card looked at
    for person, values in past.told(entry.field):
        ends = [since for since, _ in values[1:]] + [last]
        for (since, value), until in zip(values, ends, strict=True):
            for day, at_us in date_instants(entry, value, past.company.time_zone, max(since, first), min(until, last)):
                yield person, f"date:{day}", at_us


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


def _by_schedule(compiled: Compiled, entry: Scheduled, past: Past, changes: Changes) -> Found:  # noqa: ARG001 (a finder)
    for day, at_us in schedule_instants(entry, past.company.time_zone, past.stretch.after_us, past.stretch.until_us):
        yield from ((person, f"on:{day}", at_us) for person, _ in past.members(entry.segment, at_us))


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


def _by_hand(compiled: Compiled, entry: ByHand, past: Past, changes: Changes) -> Found:  # noqa: ARG001 (a finder)
    scope, (is_news, bound) = past.about(None), past.written("s.seq", "s.at")
    rows = read_rows(
        f"""
        SELECT {scope.who("s.person_id")}, s.seq, s.at
        FROM decide_steering AS s {scope.joined("s.person_id")}
            AND s.kind = 'enter' AND s.journey = %(journey)s AND {is_news}
        """,
        scope.bound(**bound, journey=compiled.name),
    )
    yield from ((person, f"hand:{seq}", max(at_us, known)) for person, known, (seq, at_us) in scope.told(rows))


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
