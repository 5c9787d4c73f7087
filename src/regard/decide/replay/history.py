"""History as journeys would have met it: who was in which segment when, and who would have come to the door.

Membership comes from `membership.py`, worked out anew from the log by the playbook being replayed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from regard.collect.among import among
from regard.decide.columns import as_input, read_rows
from regard.decide.occasions import date_instants, fits, schedule_instants
from regard.decide.reading import WHO, Scope, read_cards
from regard.decide.replay.spells import FOREVER_US
from regard.engine.instructions import Compiled, Program
from regard.playbooks.entries import (
    ByHand,
    DateReached,
    Scheduled,
    SegmentEntered,
    SegmentLeft,
    Silence,
    TouchpointSeen,
)
from regard.playbooks.recall import InSegment, Meets
from regard.playbooks.steps.branch import Branch
from regard.playbooks.unnamed import with_unnamed


@dataclass(frozen=True, slots=True)
class Past:
    """A stretch of history, with who was in which segment: rows (person, segment, from_us, to_us)."""

    from_us: int
    to_us: int
    upto: int
    zone: str  # the company's
    membership: pa.Table

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
    return tuple(sorted(found & set(with_unnamed(program.playbook).segments)))


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
    for person, since, _ in past.intervals(entry.segment):
        if since > past.from_us or entry.already_in:
            yield person, compiled.number, f"in:{since}", since


def _left(compiled: Compiled, entry: SegmentLeft, past: Past) -> Arrivals:
    for person, _, until in past.intervals(entry.segment):
        if until < FOREVER_US:
            yield person, compiled.number, f"out:{until}", until


def _seen(compiled: Compiled, entry: TouchpointSeen, past: Past) -> Arrivals:
    listed, bound = among([entry.touchpoint.name])
    rows = read_rows(
        f"SELECT {WHO}, t.seq, t.occurred_at, t.score_milli, t.value_minor, t.properties FROM collect_touchpoint AS t"
        f" JOIN identify_person AS o ON o.id = t.origin WHERE t.name {listed} AND t.occurred_at > %s"
        " AND t.occurred_at <= %s AND t.seq <= %s",
        [bound, past.from_us, past.to_us, past.upto],
    )
    for person, seq, at_us, score, value, properties in rows:
        if fits(entry.touchpoint, score, value, properties):
            yield person, compiled.number, f"tp:{seq}", at_us


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
            past.upto, *([entry.touchpoint] if entry.touchpoint else []),
            past.from_us - entry.of, past.to_us - entry.of, entry.of,
        ],
    )  # fmt: skip
    yield from ((person, compiled.number, f"quiet:{at}", at + entry.of) for person, at in rows)


def _dated(compiled: Compiled, entry: DateReached, past: Past) -> Arrivals:
    zone = past.zone
    for person, fields in read_cards(Scope(None, past.upto)).items():
        for day, at_us in date_instants(
            entry, fields.get(entry.field), zone, past.from_us, past.to_us
        ):
            yield person, compiled.number, f"date:{day}", at_us


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
