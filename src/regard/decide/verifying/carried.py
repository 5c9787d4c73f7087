"""What one verified cycle leaves to the next: who stands where, what was decided, and what colleagues did in between.

The rows of the store as they were then, kept in memory. Colleagues' acts are applied by the same rules as live
(steering.py, releasing.py, moving.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heappop, heappush
from typing import Any

import pyarrow as pa

from regard.decide.facts.programs import definition_of
from regard.decide.models import Steering
from regard.decide.steering.releasing import HeldRow, turns_of
from regard.decide.steering.to_another_version import fitting_places
from regard.decide.verifying.families import Families
from regard.engine.journeys.instructions import END, Program
from regard.engine.journeys.tables import ENROLMENT
from regard.kernel.instant import to_us
from regard.playbooks.steps import Op

INSIDE = ("active", "paused")


@dataclass(slots=True)
class CarriedStanding:
    """One enrolment as the store held it then."""

    eid: int
    origin: int  # as it was written down: who speaks for them may change
    journey: str
    version: str
    step: str
    entry_key: str
    arm: str
    state: str
    is_waiting: bool
    entered_us: int
    step_us: int
    since_us: int
    due_us: int | None
    memory: dict[str, tuple[Any, Any, Any]] = field(default_factory=dict)


@dataclass(slots=True)
class Carried:
    """Everybody who is or was in a journey, and the journeys that ever ran."""

    families: Families
    rows: dict[int, CarriedStanding] = field(default_factory=dict)
    by_origin: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    inside: dict[tuple[str, str], set[int]] = field(default_factory=lambda: defaultdict(set))
    ran: set[str] = field(default_factory=set)
    timers: list[tuple[int, int]] = field(default_factory=list)  # (due, eid), some of them overtaken

    def put(self, row: CarriedStanding) -> None:
        """Write one row, as it stands now."""
        if row.eid not in self.rows:
            self.by_origin[row.origin].append(row.eid)
        self.rows[row.eid] = row
        if row.state in INSIDE:
            self.inside[row.journey, row.version].add(row.eid)
            if row.due_us is not None:
                heappush(self.timers, (row.due_us, row.eid))
        else:
            self.inside[row.journey, row.version].discard(row.eid)

    def versions(self) -> frozenset[tuple[str, str]]:
        """Return the versions somebody is inside."""
        return frozenset(pair for pair, eids in self.inside.items() if eids)

    def in_journey(self, journey: str) -> Iterator[CarriedStanding]:
        """Yield everybody inside a journey."""
        for (name, _), eids in list(self.inside.items()):
            if name == journey:
                yield from [self.rows[eid] for eid in sorted(eids)]

    def due(self, now_us: int) -> list[CarriedStanding]:
        """Return those inside, held ones too, whose time has come."""
        found: dict[int, CarriedStanding] = {}
        while self.timers and self.timers[0][0] <= now_us:
            due_us, eid = heappop(self.timers)
            row = self.rows[eid]
            if row.state in INSIDE and row.due_us == due_us:
                found[eid] = row
        for row in found.values():
            heappush(self.timers, (row.due_us or 0, row.eid))
        return list(found.values())

    def of(self, origins: Iterable[int]) -> list[CarriedStanding]:
        """Return every enrolment, ended ones too, of these origins."""
        return [self.rows[eid] for one in origins for eid in self.by_origin.get(one, ())]

    # What colleagues did.

    def steer(self, word: Steering) -> None:
        """Apply one act of a colleague."""
        _ACTS.get(word.kind, _nothing)(self, word)

    def release(self, now: datetime, paused: Iterable[str]) -> None:
        """Let go on whose turn has come (releasing.release_due)."""
        still = set(paused)
        for row in self.due(to_us(now)):
            if row.state == "paused" and row.journey not in still:
                row.state = "active"

    def table(self, program: Program, rows: Iterable[CarriedStanding]) -> tuple[pa.Table, list[tuple[Any, ...]]]:
        """Return `enrolment` of these rows as the live run reads them (inside.py), and the rows of `learnt`."""
        told, learnt = [], []
        for row in rows:
            compiled = program.of(row.journey, row.version)
            pc = END if compiled is None else compiled.at(row.step)
            if compiled is None or pc == END:
                continue
            one = compiled.instructions[pc]
            wait = one.terms.get("wait_us") if one.op is Op.AWAIT else None
            told.append(
                {
                    "eid": row.eid,
                    "number": compiled.number,
                    "person": self.families.speaker(row.origin),
                    "entry_key": row.entry_key,
                    "arm": row.arm,
                    "state": row.state,
                    "pc": pc,
                    "is_waiting": row.is_waiting,
                    "entered_us": row.entered_us,
                    "step_us": row.step_us,
                    "since_us": row.since_us,
                    "deadline_us": row.due_us if wait is None else row.step_us + wait,
                    "due_us": row.due_us,
                    "exit_us": None,
                    "ended_us": None,
                    "end_reason": "",
                    "world": 0,
                    "supposed": "",
                }
            )
            learnt += [(row.eid, step, *found, 1) for step, found in row.memory.items()]
        return pa.Table.from_pylist(told, ENROLMENT), learnt


def _nothing(carried: Carried, word: Steering) -> None:
    """To let somebody in or approve a step changes nobody's place."""


def _pause(carried: Carried, word: Steering) -> None:
    for row in carried.in_journey(word.journey):
        row.state = "paused"


def _resume(carried: Carried, word: Steering) -> None:
    held = [row for row in carried.in_journey(word.journey) if row.state == "paused"]
    line = [HeldRow(row.eid, row.origin, row.entry_key, row.due_us or 0, row.is_waiting) for row in held]
    for turn in turns_of(line, now_us=to_us(word.at), days=word.release_days):
        row = carried.rows[turn.id]
        row.due_us, row.state = turn.due_us, "paused" if turn.is_held else "active"
        carried.put(row)


def _let_out(carried: Carried, word: Steering) -> None:
    whom = carried.families.speaker(word.person_id or 0)
    for row in carried.of(carried.families.origins([whom])):
        if row.journey == word.journey and row.state in INSIDE:
            row.state, row.due_us = "exited", None
            carried.put(row)


def _move(carried: Carried, word: Steering) -> None:
    journey = definition_of(word.journey, word.version)
    carried.ran.add(word.journey)
    if journey is None:
        return
    rows = [row for row in carried.in_journey(word.journey) if row.version != word.version]
    fits = fitting_places(word.journey, journey, {(row.version, row.step) for row in rows})
    for row in rows:
        one = fits.get((row.version, row.step))
        if one is not None:
            carried.inside[row.journey, row.version].discard(row.eid)
            patience = one.terms.get("wait_us") if one.op is Op.AWAIT else None
            if patience is not None and row.is_waiting and (row.due_us or 0) > row.step_us + patience:
                row.due_us = row.step_us + patience
            row.version = word.version
        elif word.left:
            row.state, row.due_us = "exited", None
        carried.put(row)


_ACTS: dict[str, Callable[[Carried, Steering], None]] = {
    Steering.Kind.PAUSE: _pause,
    Steering.Kind.RESUME: _resume,
    Steering.Kind.LEAVE: _let_out,
    Steering.Kind.MOVE: _move,
}
