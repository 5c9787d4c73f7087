"""Those inside a journey, read from the store in columns, as the engine moves them, with what each learnt so far."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from regard.collect.among import among
from regard.decide.facts.columns import as_input, read_input, read_rows
from regard.decide.facts.scope import FactScope, among_named
from regard.engine.journeys.instructions import Program
from regard.identify.columns import WHO
from regard.kernel.instant import FOREVER_US
from regard.playbooks.steps import Op

Stored = tuple[Any, ...]


def read_inside(program: Program, people: Sequence[int]) -> tuple[pa.Table, pa.Table]:
    """Return `enrolment` of these people and `learnt`.

    A version or step we no longer have has no place: people are held there, and shown so.
    """
    scope = FactScope(people, 0)
    stored = read_rows(
        f"""
        SELECT
            e.journey, e.version, e.step, e.id, {WHO}, e.entry_key, e.arm, e.state, e.is_waiting,
            e.entered_at, e.step_at, e.since_at, e.due_at, e.memory
        FROM decide_enrolment AS e {scope.joined("e.person_id")} AND e.state IN ('active', 'paused')
        """,
        scope.bound(),
    )
    places = _places(program)
    placed = [(places[row[:3]], row) for row in stored if row[:3] in places]
    inside = as_input("enrolment", (_as_moved(place, row) for place, row in placed))
    return inside, as_input("learnt", _learnt(row for _, row in placed))


def read_former(scope: FactScope, journeys: Collection[str], *, until_us: int = FOREVER_US) -> pa.Table:
    """Return `former`: when people entered these journeys, up to an instant."""
    if not journeys:
        return as_input("former", ())
    return read_input(
        "former",
        f"""
        SELECT {WHO}, e.journey, e.entry_key, e.entered_at
        FROM decide_enrolment AS e {scope.joined("e.person_id")}
            AND e.entered_at <= %(until)s AND e.journey {among_named("journeys", journeys)}
        """,
        scope.bound(until=until_us, journeys=among(sorted(journeys))[1]),
    )


def people_inside(scope: FactScope, condition: str, **bound: Any) -> set[int]:
    """Return those with an enrolment `e` of which a condition holds."""
    rows = read_rows(
        f"SELECT DISTINCT {WHO} FROM decide_enrolment AS e {scope.joined('e.person_id')} AND {condition}",
        scope.bound(**bound),
    )
    return {person for (person,) in rows}


@dataclass(frozen=True, slots=True)
class _Place:
    number: int
    pc: int
    patience_us: int | None  # of a wait for a touchpoint


def _places(program: Program) -> dict[Stored, _Place]:
    """Return every place somebody can stand at, by journey, version and step."""
    return {
        (c.name, c.version, one.step): _Place(
            c.number, one.pc, one.terms.get("wait_us") if one.op is Op.AWAIT else None
        )
        for c in program.journeys
        for one in c.instructions
    }


def _as_moved(place: _Place, row: Stored) -> Stored:
    """Return a row of `desk.ENROLMENT`. Patience ends a set time after the wait began: it may be looked at earlier."""
    eid, person, entry_key, arm, state, is_waiting, entered, step, since, due, _ = row[3:]
    deadline = due if place.patience_us is None else step + place.patience_us
    return (
        eid,
        place.number,
        person,
        entry_key,
        arm,
        state,
        place.pc,
        is_waiting,
        entered,
        step,
        since,
        deadline,
        due,
        None,
        None,
        "",
        0,
        "",
    )


def _learnt(rows: Iterable[Stored]) -> Iterator[tuple[Any, ...]]:
    for row in rows:
        if row[-1] != "{}":
            for step, found in json.loads(row[-1]).items():
                yield row[3], step, found["seq"], found["score_milli"], found["value_minor"], 1
