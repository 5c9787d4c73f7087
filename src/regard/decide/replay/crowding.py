"""Crowds that need a second pair of eyes, held in a replay as the live run would have held them.

A person's journey depends on no other person's, except here: how many come to a step at once. So
1. everybody is moved without asking; 2. it is counted, instant by instant, how many were coming or due in a journey and
how many a step had reached in a day, the way the cycle counts (`decide.crowds`), and what would have been held is
written down; 3. everybody is moved again with that, until nothing changes any more.
Approvals colleagues gave then count as they did; beside them one may be supposed, so long after a crowd is first held.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regard.decide.facts.columns import as_input, read_rows
from regard.decide.facts.past import Past
from regard.decide.live.crowds import most_without_approval
from regard.engine.bench.store import Workbench
from regard.engine.journeys import run as journeys
from regard.engine.journeys import tables as journey_tables
from regard.engine.journeys.guardrails import GAVE_UP
from regard.engine.journeys.instructions import Program
from regard.engine.journeys.run import Moved
from regard.kernel.instant import DAY_US, FOREVER_US
from regard.kernel.sql import Sql
from regard.understand.running.workbench import open_workbench

MOST_TRIES = 8
UNSETTLED = "Crowds hold each other up here in a way that did not come to rest: which of them waited when is roughly right only."
_COME_SO_FAR = (
    "go",
    "needs_approval",
    "quiet_hours",
)  # codes of those no earlier guardrail holds back
_TURN = pa.schema([("number", pa.int64()), ("t", pa.int64()), ("eid", pa.int64())])
Place = tuple[str, str]  # journey, step
Tell = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class HeldCrowd:
    """At an instant a step would have gone to so many people; it waits until `opens_us` (FOREVER_US: nobody approves)."""

    journey: str
    step: str
    at_us: int
    people: int
    opens_us: int


@dataclass(frozen=True, slots=True)
class CrowdAsking:
    """What is to be moved, and when colleagues approve: `granted` are the approvals of then, by place."""

    program: Program
    tables: Mapping[str, pa.Table]
    approves_after_us: int | None
    granted: Mapping[Place, list[int]]


@dataclass(frozen=True, slots=True)
class Crowded:
    """What came of it, and every crowd that was held. `is_settled`: another try would change nothing."""

    moved: Moved
    held: tuple[HeldCrowd, ...]
    is_settled: bool = True


def granted_in(past: Past) -> dict[Place, list[int]]:
    """Return when colleagues approved which step, by the words of then."""
    rows = read_rows(
        "SELECT journey, step, at FROM decide_steering WHERE kind = 'approve' AND at > %s AND at <= %s"
        " AND seq <= %s ORDER BY at",
        [past.first_us - DAY_US, past.stretch.until_us, past.stretch.upto],
    )
    found: dict[Place, list[int]] = {}
    for journey, step, at_us in rows:
        found.setdefault((journey, step), []).append(at_us)
    return found


def move_with_crowds(asking: CrowdAsking, grid_us: int, tell: Tell | None) -> Crowded:
    """Move everybody; where a crowd would have been held, again with it held, until it does not change."""
    limits = _limits(asking.program)
    held: tuple[HeldCrowd, ...] = ()
    for _ in range(MOST_TRIES):
        moved, turns = _move(asking, _crowd(held, grid_us), tell, keeps_turns=bool(limits))
        found = tuple(_held(asking, limits, moved, turns, grid_us)) if limits else ()
        if found == held:
            return Crowded(moved, held)
        held = found
    return Crowded(moved, held, is_settled=False)


def _limits(program: Program) -> dict[tuple[int, Place], int]:
    """Return how many each act of each current journey may reach in a day by itself, by (number, place)."""
    found = {}
    for compiled in program.journeys:
        for one in compiled.instructions:
            most = most_without_approval(program.playbook.guardrails, one) if one.act else None
            if most is not None:
                found[compiled.number, (compiled.name, one.step)] = most
    return found


def _crowd(held: Iterable[HeldCrowd], grid_us: int) -> pa.Table:
    """Return `crowd`: each holds for the instant of the clock it was found at."""
    return as_input(
        "crowd",
        ((one.journey, one.step, one.people, False, one.at_us, one.at_us + grid_us, one.opens_us) for one in held),
    )


def _move(asking: CrowdAsking, crowd: pa.Table, tell: Tell | None, *, keeps_turns: bool) -> tuple[Moved, pa.Table]:
    turns: list[pa.Table] = []
    with open_workbench() as bench:
        laid = {name: table for name, table in asking.tables.items() if name != "assumed"}
        journey_tables.lay_out(bench, laid | {"crowd": crowd})

        def after_round(number: int) -> None:
            if keeps_turns:
                turns.append(_turns(bench))
            if tell is not None:
                tell("moving people", number, 0)

        moved = journeys.move(bench, asking.program, assumed=asking.tables["assumed"], after_round=after_round)
    return moved, pa.concat_tables([_TURN.empty_table(), *turns])


def _turns(bench: Workbench) -> pa.Table:
    """Return who was due in which journey in this round, those who just came in apart: they are counted as coming."""
    return bench.take(Sql("SELECT number, t, eid FROM due WHERE world = 0 AND entered_us < t")).cast(_TURN)


def _held(
    asking: CrowdAsking, limits: Mapping[tuple[int, Place], int], moved: Moved, turns: pa.Table, grid_us: int
) -> Iterator[HeldCrowd]:
    """Yield every instant at which a step would have been held, in order."""
    clock = np.asarray(asking.tables["clock"].column("as_of").to_numpy(), dtype=np.int64)
    present = _present(asking, turns, clock)
    asked = _asked(moved)
    names: dict[str, list[int]] = {}
    for compiled in asking.program.journeys:
        names.setdefault(compiled.name, []).append(compiled.number)
    done: set[Place] = set()
    for (_, place), most in limits.items():
        if place in done:
            continue
        done.add(place)
        there: dict[int, int] = {}
        for number in names[place[0]]:
            for at_us, people in present.get(number, {}).items():
                there[at_us] = there.get(at_us, 0) + people
        granted = asking.granted.get(place, [])
        yield from _followed(
            place, most, there, asked.get(place, _Asks({}, set())), granted, asking.approves_after_us, grid_us
        )


def _present(asking: CrowdAsking, turns: pa.Table, clock: np.ndarray) -> dict[int, dict[int, int]]:
    """Return journey number -> instant -> how many came to the door or were due."""
    found: dict[int, dict[int, int]] = {}
    coming = asking.tables["arrival"]
    number = np.asarray(coming.column("number").to_numpy(), dtype=np.int64)
    due = np.asarray(coming.column("due_us").to_numpy(), dtype=np.int64)
    place = np.searchsorted(clock, due)
    kept = place < clock.size
    columns = [(number[kept], clock[place[kept]])]
    once = turns.group_by(["number", "t", "eid"]).aggregate([])
    columns.append(tuple(np.asarray(once.column(n).to_numpy(), np.int64) for n in ("number", "t")))  # type: ignore[arg-type]
    for numbers, instants in columns:
        pairs, counts = np.unique(np.stack([numbers, instants]), axis=1, return_counts=True)
        for one, at_us, people in zip(*pairs.tolist(), counts.tolist(), strict=True):
            there = found.setdefault(one, {})
            there[at_us] = there.get(at_us, 0) + people
    return found


@dataclass(frozen=True, slots=True)
class _Asks:
    """How many came to a step for the first time at each instant, and the instants at which anybody was judged there."""

    first: dict[int, int]
    instants: set[int]


def _asked(moved: Moved) -> dict[Place, _Asks]:
    """Return who came so far that only a crowd, or the night, could hold them."""
    certain = moved.decisions.filter(pc.equal(moved.decisions.column("world"), 0))
    judged = certain.filter(pc.is_in(certain.column("code"), pa.array((*_COME_SO_FAR, GAVE_UP.code))))
    rows = judged.filter(pc.is_in(judged.column("code"), pa.array(_COME_SO_FAR)))
    first = rows.group_by(["journey", "step", "eid", "pc"]).aggregate([("t", "min")])
    counted = first.group_by(["journey", "step", "t_min"]).aggregate([("eid", "count")])
    found: dict[Place, _Asks] = {}
    for row in counted.to_pylist():
        place = row["journey"], row["step"]
        found.setdefault(place, _Asks({}, set())).first[row["t_min"]] = row["eid_count"]
    for row in judged.group_by(["journey", "step", "t"]).aggregate([]).to_pylist():
        found.setdefault((row["journey"], row["step"]), _Asks({}, set())).instants.add(row["t"])
    return found


def _followed(
    place: Place,
    most: int,
    there: Mapping[int, int],
    asks: _Asks,
    granted: list[int],
    approves_after_us: int | None,
    grid_us: int,
) -> Iterator[HeldCrowd]:
    """Go through one step's instants in order, as the cycles would have."""
    asked = asks.first
    went: list[tuple[int, int]] = []
    approvals, waiting = list(granted), 0
    for at_us in sorted(there.keys() | asked.keys()):
        approved_us = _standing_approval(approvals, at_us)
        if approved_us is not None and waiting:
            went.append((max(approved_us, at_us - DAY_US + 1), waiting))
            waiting = 0
        went = [(then, people) for then, people in went if then > at_us - DAY_US]
        people = there.get(at_us, 0) + sum(n for _, n in went)
        if people <= most or approved_us is not None:
            went.append((at_us, asked.get(at_us, 0)))
            continue
        if at_us not in asks.instants:
            continue
        opens_us = next((then for then in approvals if then > at_us), FOREVER_US)
        if opens_us == FOREVER_US and approves_after_us is not None:
            opens_us = at_us + -(-approves_after_us // grid_us) * grid_us
            approvals.append(opens_us)
        waiting += asked.get(at_us, 0)
        yield HeldCrowd(*place, at_us, people, opens_us)


def _standing_approval(approvals: list[int], at_us: int) -> int | None:
    """Return the newest approval that still holds: for a day."""
    place = bisect_right(approvals, at_us)
    if place and approvals[place - 1] > at_us - DAY_US:
        return approvals[place - 1]
    return None
