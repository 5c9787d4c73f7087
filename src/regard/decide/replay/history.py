"""History as journeys would have met it: who was in which segment when, and who would have come to the door.

Membership is worked out anew from the log by the playbook being replayed, once a day at the company's midnight, which is
what the report says; everything else is exact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regard.collect.among import among
from regard.decide.columns import as_input, read_rows
from regard.decide.occasions import date_instants, fits, schedule_instants
from regard.decide.reading import WHO, Scope, read_cards
from regard.engine.answers import cut_down
from regard.engine.instructions import Compiled, Program
from regard.engine.store import Workbench
from regard.engine.understanding import Coordinates, Understanding, segment_column
from regard.kernel.instant import DAY_US
from regard.kernel.sql import Sql
from regard.playbooks.entries import (
    ByHand,
    DateReached,
    Scheduled,
    SegmentEntered,
    SegmentLeft,
    Silence,
    TouchpointSeen,
)
from regard.playbooks.recall import InSegment
from regard.playbooks.steps.branch import Branch
from regard.playbooks.windows import Clock
from regard.understand.copy_of_log import open_log
from regard.understand.laying import lay_inputs

FOREVER_US = 2**62


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
    return tuple(sorted(found & set(program.playbook.segments)))


def _asked(when: object) -> Iterator[str]:
    if isinstance(when, InSegment):
        yield when.segment
    for part in getattr(when, "of", ()):
        yield from _asked(part)


def membership_over(
    program: Program,
    *,
    from_us: int,
    to_us: int,
    upto: int,
    tell: Callable[[int, int], None] | None = None,
) -> pa.Table:
    """Return `membership` between two instants, worked out once a day. `tell` hears (days done, days)."""
    segments = segments_needed(program)
    days = list(range(from_us, to_us + 1, DAY_US))
    spells = _Spells()
    if segments:
        part = cut_down(program.playbook, segments=segments)
        log = open_log(upto)
        with Workbench() as bench:
            for number, day in enumerate(days):
                at = Coordinates(Clock(day, program.playbook.company.time_zone), upto)
                understanding = Understanding(part, at, log.codes)
                if number == 0:
                    lay_inputs(bench, understanding, log)
                    _hold_log(bench)
                understanding.plan().run(bench)
                for segment in segments:
                    spells.see(segment, day, _members(bench, segment))
                if tell is not None:
                    tell(number + 1, len(days))
    return as_input("membership", spells.rows())


def _hold_log(bench: Workbench) -> None:
    """Keep the log in memory for all days: read from its parts once, not ninety times."""
    bench.make("log_held", Sql("SELECT * FROM log"))
    bench.show("log", Sql("SELECT * FROM log_held"))


def _members(bench: Workbench, segment: str) -> np.ndarray:
    found = bench.take(
        Sql(f"SELECT person FROM result WHERE {segment_column(segment)} ORDER BY person")
    )
    return np.asarray(found.column("person").to_numpy(), dtype=np.int64)


class _Spells:
    """Stretches of membership, built day by day from who is in."""

    def __init__(self) -> None:
        self._inside: dict[str, dict[int, int]] = {}
        self._before: dict[str, np.ndarray] = {}
        self._done: list[tuple[int, str, int, int]] = []

    def see(self, segment: str, at_us: int, members: np.ndarray) -> None:
        before = self._before.get(segment, np.array([], dtype=np.int64))
        since = self._inside.setdefault(segment, {})
        for person in np.setdiff1d(members, before, assume_unique=True).tolist():
            since[person] = at_us
        for person in np.setdiff1d(before, members, assume_unique=True).tolist():
            self._done.append((person, segment, since.pop(person), at_us))
        self._before[segment] = members

    def rows(self) -> list[tuple[int, str, int, int]]:
        still = [
            (person, segment, since, FOREVER_US)
            for segment, inside in self._inside.items()
            for person, since in inside.items()
        ]
        return self._done + still


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
