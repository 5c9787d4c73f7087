"""Those inside a journey, read from the store in columns, as the engine moves them, with what each learnt so far."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from regard.decide.columns import as_input, read_columns
from regard.decide.reading import WHO, Scope
from regard.engine.desk import ENROLMENT
from regard.engine.store import Workbench
from regard.kernel.sql import Sql

_STORED = pa.schema(
    [(name, pa.int64()) for name in ("eid", "person", "entered_us", "step_us", "since_us", "due_us")]
    + [(name, pa.string()) for name in ("journey", "version", "entry_key", "arm", "state", "step", "memory")]
    + [("is_waiting", pa.bool_())]
)  # fmt: skip
# Patience for a touchpoint ends a set time after the wait began: it may be looked at earlier than that. A version or
# step we no longer have has no place: people are held there, and shown so.
_AS_MOVED = Sql(
    "SELECT s.eid, p.number, s.person, s.entry_key, s.arm, s.state, p.pc, s.is_waiting, s.entered_us, s.step_us,"
    " s.since_us, CASE WHEN p.is_await THEN s.step_us + p.wait_us ELSE s.due_us END AS deadline_us, s.due_us,"
    " CAST(NULL AS BIGINT) AS exit_us, CAST(NULL AS BIGINT) AS ended_us, '' AS end_reason,"
    " CAST(0 AS BIGINT) AS world, '' AS supposed FROM stored AS s"
    " JOIN place AS p ON p.journey = s.journey AND p.version = s.version AND p.step = s.step AND p.pc >= 0"
)


def read_inside(bench: Workbench, people: Sequence[int]) -> tuple[pa.Table, pa.Table]:
    """Return `enrolment` of these people and `learnt`. `place` (filing.py) is on the bench."""
    scope = Scope(people, 0)
    stored = read_columns(
        f"SELECT e.id, {WHO}, e.entered_at, e.step_at, e.since_at, e.due_at, e.journey, e.version, e.entry_key, e.arm,"
        " e.state, e.step, e.memory, e.is_waiting"
        f" FROM decide_enrolment AS e{scope.joined('e.person_id')} AND e.state IN ('active', 'paused')",
        scope.bound(),
        _STORED,
    )
    bench.lay("stored", stored)
    inside = bench.take(_AS_MOVED).cast(ENROLMENT)
    return inside, as_input("learnt", _learnt(stored, set(inside.column("eid").to_pylist())))


def _learnt(stored: pa.Table, placed: set[int]) -> Iterator[tuple[Any, ...]]:
    told = stored.filter(pc.not_equal(stored["memory"], "{}")).select(["eid", "memory"])
    for row in told.to_pylist():
        if row["eid"] in placed:
            for step, found in json.loads(row["memory"]).items():
                yield row["eid"], step, found["seq"], found["score_milli"], found["value_minor"], 1
