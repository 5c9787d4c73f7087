"""History as journeys would have met it: who was in which segment when, and who would have come to the door.

Membership comes from `membership.py`, worked out anew from the log by the playbook being replayed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regard.collect.among import among
from regard.decide.facts.columns import as_input, read_rows
from regard.decide.facts.reading import WHO
from regard.decide.live.ways_in import STALE_US, date_instants, schedule_instants
from regard.decide.replay.joined import Joined
from regard.decide.replay.profiles import Told
from regard.engine.journeys.instructions import Compiled, Program
from regard.kernel.instant import FOREVER_US
from regard.playbooks.entries import (
    ByHand,
    DateReached,
    Scheduled,
    SegmentEntered,
    SegmentLeft,
    Silence,
    TouchpointSeen,
)
from regard.playbooks.steps.branch import Branch
from regard.playbooks.unnamed import with_unnamed
from regard.playbooks.values.happening import Seen
from regard.playbooks.values.recall import InSegment, Meets


@dataclass(frozen=True, slots=True)
class Past:
    """A stretch of history, with who was in which segment: rows (person, segment, from_us, to_us)."""

    from_us: int
    to_us: int
    upto: int
    zone: str  # the company's
    currency: str  # the company's
    membership: pa.Table
    joined: Joined
    told: Told  # fields that a date in them may let somebody in
    ran: frozenset[str] = frozenset()  # journeys that ran already: who is in at the start is no news

    def intervals(self, segment: str) -> Iterator[tuple[int, int, int]]:
        """Yield (person, from_us, to_us) of one segment."""
        rows = self.membership.filter(pc.equal(self.membership.column("segment"), segment))
        yield from zip(
            rows.column("person").to_pylist(),
            rows.column("from_us").to_pylist(),
            rows.column("to_us").to_pylist(),
            strict=True,
        )


def segments_needed(program: Program) -> tuple[str, ...]:
    """Return the segments any entry, exit or branch of the program asks about."""
    found: set[str] = set()
    for compiled in program.journeys:
        journey = compiled.journey
        found |= {s for e in journey.entry if (s := getattr(e, "segment", None))}
        found |= {s for e in journey.exit_on for s in (e.segment_entered, e.segment_left) if s}
        found |= {journey.only_if} if journey.only_if else set()
        for step in journey.all_steps():
            if isinstance(step, Branch):
                found |= {s for case in step.cases for s in _asked(case.when)}
    older = [c.journey for c in program.journeys if not c.is_current]
    return tuple(sorted(found & set(with_unnamed(program.playbook, older=older).segments)))


def _asked(when: object) -> Iterator[str]:
    if isinstance(when, InSegment | Meets):
        yield when.segment
    for part in getattr(when, "of", ()):
        yield from _asked(part)


def arrivals_over(program: Program, past: Past) -> pa.Table:
    """Return `arrival` of a stretch of history: everybody some journey would have been asked to let in."""
    rows = [
        row
        for compiled in program.journeys
        if compiled.is_current
        for entry in compiled.journey.entry
        for row in FINDERS[type(entry)](compiled, entry, past)
    ]
    return as_input("arrival", rows)


Arrivals = Iterator[tuple[int, int, str, int]]


def _entered(compiled: Compiled, entry: SegmentEntered, past: Past) -> Arrivals:
    is_new = entry.already_in and compiled.name not in past.ran
    for person, since, _ in past.intervals(entry.segment):
        if since > past.from_us or is_new:
            yield person, compiled.number, f"in:{since}", since


def _left(compiled: Compiled, entry: SegmentLeft, past: Past) -> Arrivals:
    for person, _, until in past.intervals(entry.segment):
        if until < FOREVER_US:
            yield person, compiled.number, f"out:{until}", until


def _seen(compiled: Compiled, entry: TouchpointSeen, past: Past) -> Arrivals:
    """Yield who did it; what somebody did before we knew who they are lets them in when we did, unless it is old by then."""
    listed, bound = among([entry.touchpoint.name])
    is_any = entry.touchpoint.is_bare
    asked = "" if is_any else ", t.score_milli, t.value_minor, t.currency, t.properties"
    rows = read_rows(
        f"SELECT t.origin, t.seq, t.occurred_at{asked} FROM collect_touchpoint AS t WHERE t.name {listed}"
        " AND t.occurred_at > %s AND t.occurred_at <= %s AND t.seq <= %s",
        [bound, past.from_us, past.to_us, past.upto],
    )
    if not is_any:
        rows = [row for row in rows if entry.touchpoint.fits(Seen(*row[3:]), past.currency)]
    people, since = past.joined.whose(np.array([row[0] for row in rows], dtype=np.int64))
    for (_, seq, at_us, *_), person, known_us in zip(rows, people.tolist(), since.tolist(), strict=True):
        if known_us - at_us < STALE_US:
            yield person, compiled.number, f"tp:{seq}", max(at_us, known_us)


def _silent(compiled: Compiled, entry: Silence, past: Past) -> Arrivals:
    """Yield each silence that became long enough: the next word came later, or never."""
    named = "AND t.name = %s" if entry.touchpoint else ""
    rows = read_rows(
        f"SELECT person, at_us FROM (SELECT {WHO} AS person, t.occurred_at AS at_us,"
        f" LEAD(t.occurred_at) OVER (PARTITION BY {WHO} ORDER BY t.occurred_at, t.seq) AS next_us"
        " FROM collect_touchpoint AS t JOIN identify_person AS o ON o.id = t.origin"
        f" WHERE t.direction = 'in' AND t.seq <= %s {named}) AS s"
        " WHERE at_us > %s AND at_us <= %s AND (next_us IS NULL OR next_us > at_us + %s)",
        [
            past.upto,
            *([entry.touchpoint] if entry.touchpoint else []),
            past.from_us - entry.of,
            past.to_us - entry.of,
            entry.of,
        ],
    )
    yield from ((person, compiled.number, f"quiet:{at}", at + entry.of) for person, at in rows)


def _dated(compiled: Compiled, entry: DateReached, past: Past) -> Arrivals:
    """Yield whose date comes, by what they had told us when it came."""
    for person, values in past.told.everybody(entry.field):
        ends = [since for since, _ in values[1:]] + [past.to_us]
        for (since, value), until in zip(values, ends, strict=True):
            after, last = max(since, past.from_us), min(until, past.to_us)
            for day, at_us in date_instants(entry, value, past.zone, after, last):
                yield person, compiled.number, f"date:{day}", at_us


def fields_of_dates(program: Program) -> set[str]:
    """Return the fields whose dates let somebody in."""
    return {
        entry.field
        for compiled in program.journeys
        for entry in compiled.journey.entry
        if isinstance(entry, DateReached)
    }


def _scheduled(compiled: Compiled, entry: Scheduled, past: Past) -> Arrivals:
    zone = past.zone
    instants = list(schedule_instants(entry, zone, past.from_us, past.to_us))
    for person, since, until in past.intervals(entry.segment):
        for day, at_us in instants:
            if since <= at_us < until:
                yield person, compiled.number, f"on:{day}", at_us


def _by_hand(compiled: Compiled, entry: ByHand, past: Past) -> Arrivals:  # noqa: ARG001 (a finder)
    rows = read_rows(
        f"SELECT {WHO}, s.seq, s.at FROM decide_steering AS s JOIN identify_person AS o ON o.id = s.person_id"
        " WHERE s.kind = 'enter' AND s.journey = %s AND s.at > %s AND s.at <= %s",
        [compiled.name, past.from_us, past.to_us],
    )
    yield from ((person, compiled.number, f"hand:{seq}", at_us) for person, seq, at_us in rows)


FINDERS: dict[type, Callable[..., Arrivals]] = {
    SegmentEntered: _entered,
    SegmentLeft: _left,
    TouchpointSeen: _seen,
    Silence: _silent,
    DateReached: _dated,
    Scheduled: _scheduled,
    ByHand: _by_hand,
}
