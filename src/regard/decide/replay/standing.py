"""Who was inside a journey when a replay begins, and where they stood: from the stored enrolments and decisions.

1. Who stands today where they already stood then, stands there. Of the others the last decision before says which act they
   had passed, or had come to.
2. From there the engine takes them on through waits and branches up to the beginning, with the answers that did come:
   the messages before it are history. It stops before the next act, which the replay judges.
Everybody goes on with the version they began, as live.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regard.collect.among import among
from regard.collect.columns import TOUCHPOINTS
from regard.decide.facts.arms import draw_table, holdout_keys
from regard.decide.facts.columns import as_input, read_rows
from regard.decide.facts.members import read_spells, run_shown
from regard.decide.facts.messages import read_touches
from regard.decide.facts.programs import definition_of, tables_of
from regard.decide.facts.scope import FactScope
from regard.decide.facts.tables import hours_waited_for, zones_of
from regard.decide.replay.moments import Days
from regard.engine.journeys import run as journeys
from regard.engine.journeys import tables as journey_tables
from regard.engine.journeys.instructions import END, Compiled, Program
from regard.engine.journeys.tables import ENROLMENT
from regard.identify.columns import EVERYBODY, WHO
from regard.playbooks.journeys import Journey
from regard.playbooks.steps import Op
from regard.understand.running.workbench import open_workbench

Stored = dict[str, Any]
_COLUMNS = (
    "id",
    "person",
    "journey",
    "version",
    "entry_key",
    "arm",
    "step",
    "entered_at",
    "step_at",
    "since_at",
    "due_at",
    "is_waiting",
    "memory",
)


@dataclass(frozen=True, slots=True)
class ReplayStanding:
    """Those inside at the beginning as the engine moves them, what they had learnt, and of how many we cannot say where."""

    enrolments: pa.Table
    learnt: pa.Table
    lost: int = 0

    @property
    def most(self) -> int:
        """Return the highest number among them; who comes in later has a higher one."""
        return int(pc.max(self.enrolments.column("eid")).as_py() or 0)


def read_stored(from_us: int) -> list[Stored]:
    """Return every enrolment that had begun and not ended at an instant, as it is stored today."""
    rows = read_rows(
        f"""
        SELECT
            e.id, {WHO}, e.journey, e.version, e.entry_key, e.arm, e.step, e.entered_at, e.step_at, e.since_at,
            e.due_at, CASE WHEN e.is_waiting THEN 1 ELSE 0 END, e.memory
        FROM decide_enrolment AS e JOIN {EVERYBODY} AS o ON o.id = e.person_id
        WHERE e.entered_at <= %s AND (e.ended_at IS NULL OR e.ended_at > %s)
        ORDER BY e.id
        """,
        [from_us, from_us],
    )
    return [dict(zip(_COLUMNS, row, strict=True)) for row in rows]


def versions_of(stored: Sequence[Stored]) -> dict[tuple[str, str], Journey]:
    """Return the definitions of the versions these people are inside, as far as we still have them."""
    pairs = sorted({(row["journey"], row["version"]) for row in stored})
    found = {pair: definition_of(*pair) for pair in pairs}
    return {pair: journey for pair, journey in found.items() if journey is not None}


def stand_at(
    program: Program,
    stored: Sequence[Stored],
    people: pa.Table,
    days: Days,
    *,
    upto: int,
) -> ReplayStanding:
    """Return where each of `stored` stood when the stretch begins; `people` is the input `person`."""
    from_us = days.start
    if not stored:
        return ReplayStanding(ENROLMENT.empty_table(), as_input("learnt", ()))
    passed = _last_decisions([row["id"] for row in stored], from_us)
    rows = [row for one in stored if (row := _row(program, one, passed.get(one["id"]), from_us)) is not None]
    known = {row["eid"]: row for row in rows}
    learnt = list(_learnt(program, [s for s in stored if s["id"] in known], known, from_us))
    begin = pa.Table.from_pylist(rows, ENROLMENT)
    moved = _taken_on(program, begin, learnt, people, days, upto=upto)
    inside = moved.enrolments.filter(pc.equal(moved.enrolments.column("state"), "active"))
    return ReplayStanding(_at_the_door(program, inside, from_us), moved.learnt, len(stored) - inside.num_rows)


def _last_decisions(enrolments: Sequence[int], from_us: int) -> dict[int, tuple[str, int, int, str]]:
    """Return enrolment -> (step, asked, as of, verdict) of the last act it had come to by then."""
    listed, bound = among(enrolments)
    rows = read_rows(
        f"""
        SELECT enrolment_id, step, asked_at, as_of, verdict
        FROM decide_decision
        WHERE enrolment_id {listed} AND asked_at <= %s
        ORDER BY asked_at, id
        """,
        [bound, from_us],
    )
    return {enrolment: (step, asked, as_of, verdict) for enrolment, step, asked, as_of, verdict in rows}


def _row(
    program: Program, stored: Stored, passed: tuple[str, int, int, str] | None, from_us: int
) -> dict[str, Any] | None:
    """Return an enrolment as far back as it is known, or None where we no longer know its version or step."""
    compiled = program.of(stored["journey"], stored["version"])
    if compiled is None:
        return None
    since_us, is_waiting, deadline_us = stored["entered_at"], False, None
    place, due_us = 0, since_us
    if stored["step_at"] <= from_us:
        place, since_us = compiled.at(stored["step"]), stored["since_at"]
        is_waiting, due_us = bool(stored["is_waiting"]), stored["due_at"] or from_us
        deadline_us = _deadline(compiled, place, stored) if is_waiting else None
        due_us = due_us if is_waiting else from_us
    elif passed is not None:
        step, asked_us, as_of, verdict = passed
        is_past = verdict != "wait" and as_of <= from_us
        place = compiled.at(step)
        if place != END and is_past:
            place = compiled.instructions[place].goto
        since_us = as_of if is_past else asked_us
        due_us = since_us
    if place == END:
        return None
    step_us = stored["step_at"] if stored["step_at"] <= from_us else since_us
    return {
        "eid": stored["id"],
        "number": compiled.number,
        "person": stored["person"],
        "entry_key": stored["entry_key"],
        "arm": stored["arm"],
        "state": "active",
        "pc": place,
        "is_waiting": is_waiting,
        "entered_us": stored["entered_at"],
        "step_us": step_us,
        "since_us": since_us,
        "deadline_us": deadline_us,
        "due_us": due_us,
        "exit_us": None,
        "ended_us": None,
        "end_reason": "",
        "world": 0,
        "supposed": "",
    }


def _deadline(compiled: Compiled, place: int, stored: Stored) -> int | None:
    """Return when patience ends: a wait for a touchpoint has its own, whatever it is due for."""
    if place == END:
        return None
    one = compiled.instructions[place]
    wait: int | None = one.terms.get("wait_us") if one.op is Op.AWAIT else None
    due: int | None = stored["due_at"]
    return due if wait is None else int(stored["step_at"]) + wait


def _learnt(
    program: Program, stored: Sequence[Stored], known: Mapping[int, dict[str, Any]], from_us: int
) -> Iterator[tuple[Any, ...]]:
    """Yield what they had learnt at steps they had passed; what they learn on the way here, the engine finds again."""
    told = [(row, json.loads(row["memory"])) for row in stored if row["memory"] != "{}"]
    seqs = sorted({f["seq"] for _, memory in told for f in memory.values() if f["seq"] is not None})
    listed, bound = among(seqs)
    rows = read_rows(f"SELECT t.seq, t.occurred_at FROM {TOUCHPOINTS} AS t WHERE t.seq {listed}", [bound])
    occurred = dict(rows)
    for row, memory in told:
        now = known[row["id"]]
        compiled = program.numbered(now["number"])
        for step, found in memory.items():
            at_us = occurred.get(found["seq"], 0)
            if at_us <= from_us and compiled.at(step) < now["pc"]:
                yield row["id"], step, found["seq"], found["score_milli"], found["value_minor"], 1


def _taken_on(
    program: Program,
    begin: pa.Table,
    learnt: list[tuple[Any, ...]],
    people: pa.Table,
    days: Days,
    *,
    upto: int,
) -> journeys.Moved:
    """Move them through waits and branches up to the beginning, with what happened and who was in which segment."""
    from_us, grid_us = days.start, days.grid_us
    whom = sorted(set(begin.column("person").to_pylist()))
    since = int(pc.min(begin.column("since_us")).as_py())
    touch, detail = read_touches(FactScope(whom, upto, as_then=True), program, since_us=since - 1)
    first = from_us - -(-(from_us - since) // grid_us) * grid_us
    tables = tables_of(program)
    tables |= {
        "instruction": _stopping_at_acts(tables["instruction"], from_us),
        "clock": pa.table({"as_of": np.arange(first, from_us + 1, grid_us, dtype=np.int64)}),
        "person": people,
        "touch": touch,
        "detail": detail,
        "membership": as_input("membership", read_spells(None, FactScope(whom, upto), run=run_shown())),
        "draw": draw_table(program, holdout_keys(whom)),
        "hour": hours_waited_for(program, zones_of(people), from_us=first, to_us=from_us),
        "enrolment": begin,
        "learnt": as_input("learnt", learnt),
    }
    # no ORM past this point
    with open_workbench() as bench:
        journey_tables.lay_out(bench, tables)
        return journeys.move(bench, program)


def _stopping_at_acts(instructions: pa.Table, from_us: int) -> pa.Table:
    """Make every act a wait until after the beginning: nothing is judged on the way there."""
    ops = instructions.column("op").to_pylist()
    is_act = [op == Op.ACT for op in ops]
    changed = {
        "op": [str(Op.WAIT) if act else op for act, op in zip(is_act, ops, strict=True)],
        "is_message": [False] * len(ops),
        "until_us": [
            from_us + 1 if act else until
            for act, until in zip(is_act, instructions.column("until_us").to_pylist(), strict=True)
        ],
        "wait_us": [
            None if act else wait for act, wait in zip(is_act, instructions.column("wait_us").to_pylist(), strict=True)
        ],
    }
    for name, values in changed.items():
        place = instructions.schema.get_field_index(name)
        field = instructions.schema.field(name)
        instructions = instructions.set_column(place, field, pa.array(values, field.type))
    return instructions


def _at_the_door(program: Program, inside: pa.Table, from_us: int) -> pa.Table:
    """Let those who came to an act ask now; the others keep their waits."""
    rows = inside.to_pylist()
    for row in rows:
        if program.numbered(row["number"]).instructions[row["pc"]].op is Op.ACT:
            row |= {"is_waiting": False, "deadline_us": None, "due_us": from_us}
        row["exit_us"] = None
    return pa.Table.from_pylist(rows, ENROLMENT)
