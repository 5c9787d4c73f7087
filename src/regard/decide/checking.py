"""Judge decisions again, at the moment they are to be carried out, on the facts of the caller's transaction.

Only this binds (contract 4): the plan was made minutes or days ago. The caller holds the transaction; people are locked
first, in order, so that two workers never judge one person at the same time, and a withdrawal is wholly before or after.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pyarrow as pa
from django.db import connection

from regard.collect.sequence import last_sequence
from regard.consent.services import lock_people
from regard.decide.benches import workbench_for
from regard.decide.filing import explain
from regard.decide.laying import permissions_about
from regard.decide.models import Decision
from regard.decide.programs import program_of, tables_of
from regard.decide.reading import Scope
from regard.engine import desk
from regard.engine.facts import facts_steps
from regard.engine.frame import Plan
from regard.engine.guardrails import judging_steps
from regard.engine.instructions import Program
from regard.engine.rounds import TERMS
from regard.identify.selectors import survivors_of
from regard.kernel.instant import from_us, to_us
from regard.kernel.sql import Sql
from regard.playbooks.model import Playbook


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict on one decision now. `facts` are the values seen; `consent_seq` is the row a yes rests on."""

    decision: int
    verdict: str  # go, no, wait
    code: str
    words: str
    change: str = ""
    retry_at: datetime | None = None
    consent_seq: int | None = None
    facts: dict[str, Any] = field(default_factory=dict)


GONE = Judged(
    0, "no", "journey_gone", "The journey or this step of it is not in the playbook any more"
)


def check(*, decision_ids: Sequence[int], playbook: Playbook, now: datetime) -> dict[int, Judged]:
    """Judge go-decisions again at `now`. Call inside the transaction that claims them.

    Locks the people behind them. Of several messages to one person the best goes first; the next is judged with the
    first counted, so a cap holds within one claim too. Messages count here once claimed or sent, not while planned.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("decisions are judged inside the transaction that claims them")
    rows = {
        row.id: row
        for row in Decision.objects.filter(id__in=decision_ids).select_related("enrolment")
    }
    lock_people(row.person_id for row in rows.values())
    pairs = {(row.journey, row.version) for row in rows.values()}
    program = program_of(playbook, pairs=pairs)
    known = {i: row for i, row in rows.items() if _place(program, row) is not None}
    judged = {i: GONE for i in rows if i not in known}
    if known:
        judged |= _judge(program, known, to_us(now))
    return judged


def _judge(program: Program, rows: Mapping[int, Decision], now_us: int) -> dict[int, Judged]:
    survivors = survivors_of(row.person_id for row in rows.values())
    scope = Scope(sorted(set(survivors.values())), last_sequence())
    asked = _asked_table(program, rows, survivors, now_us)
    tables = tables_of(program) | permissions_about(
        program, scope, now_us=now_us, claimed_only=True
    )
    # no ORM past this point
    found: list[dict[str, Any]] = []
    with workbench_for("claim", len(rows)) as bench:
        desk.lay_out(bench, tables)
        bench.lay("asked_laid", asked)
        bench.make("asked", Sql("SELECT * FROM asked_laid"))
        plan = Plan((*desk.INPUTS, "cap", "candidate"), tuple(_steps(program)))
        while bench.take(Sql("SELECT COUNT(*) AS n FROM asked")).column("n")[0].as_py():
            bench.make("candidate", _best_of_each())
            plan.run(bench)
            found += bench.take(Sql("SELECT * FROM verdict")).to_pylist()
            bench.make(
                "contact",
                Sql(
                    "SELECT person, at_us, visible_us, channel, bit, world, seq FROM contact UNION ALL SELECT person, t,"
                    " t, channel, bit, 0, NULL FROM verdict WHERE verdict = 'go' AND is_message"
                ),
            )
            bench.make(
                "asked",
                Sql("SELECT a.* FROM asked AS a WHERE a.eid NOT IN (SELECT eid FROM candidate)"),
            )
    return {row["eid"]: _judged(program, row) for row in found}


def _steps(program: Program) -> list[Any]:
    return [*facts_steps(program.playbook.guardrails.human_touch), *judging_steps()]


def _best_of_each() -> Sql:
    """Return the candidates of one round: a person's best message, and everything that is no message."""
    return Sql(
        "SELECT * FROM (SELECT a.eid, a.number, a.pc, a.person, a.t, a.asked_us, a.own_seq, a.arm, a.world, a.entry_key,"
        f" a.supposed, {TERMS}, ROW_NUMBER() OVER (PARTITION BY a.person, i.is_message ORDER BY i.priority DESC,"
        " i.worth_milli DESC NULLS LAST, a.eid) AS turn FROM asked AS a"
        " JOIN instruction AS i ON i.number = a.number AND i.pc = a.pc) AS n WHERE turn = 1 OR NOT is_message"
    )


def _asked_table(
    program: Program, rows: Mapping[int, Decision], survivors: Mapping[int, int], now_us: int
) -> pa.Table:
    told = []
    for decision in rows.values():
        number, pc = _place(program, decision) or (0, 0)
        told.append(
            {
                "eid": decision.id,
                "number": number,
                "pc": pc,
                "person": survivors[decision.person_id],
                "t": now_us,
                "asked_us": to_us(decision.asked_at),
                "own_seq": decision.id,
                "arm": decision.enrolment.arm if decision.enrolment else "treated",
                "world": 0,
                "entry_key": decision.enrolment.entry_key if decision.enrolment else "",
                "supposed": "",
            }
        )
    return pa.Table.from_pylist(told)


def _place(program: Program, decision: Decision) -> tuple[int, int] | None:
    compiled = program.of(decision.journey, decision.version)
    pc = -1 if compiled is None else compiled.at(decision.step)
    return None if compiled is None or pc < 0 else (compiled.number, pc)


def _judged(program: Program, row: dict[str, Any]) -> Judged:
    words, change = explain(program, row)
    facts = {
        name: row[name]
        for name in ("basis", "consent", "consent_seq", "zone", "automated", "cap_at_most")
        if row[name] not in (None, "")
    }
    retry = row["retry_us"]
    return Judged(
        row["eid"],
        row["verdict"],
        row["code"],
        words,
        change,
        None if retry is None else from_us(retry),
        row["consent_seq"],
        facts,
    )


def record_outcome(*, outcomes: Mapping[int, str], now: datetime) -> None:
    """Keep what became of go-decisions: claimed, sent, failed, cancelled or uncertain. Call in the same transaction.

    From `claimed` on a message counts under every cap; failed and cancelled ones do not.
    """
    known = set(Decision.Outcome.values)
    for outcome in sorted(set(outcomes.values())):
        if outcome not in known:
            raise ValueError(f"'{outcome}' is no outcome")
        ids = sorted(i for i, told in outcomes.items() if told == outcome)
        Decision.objects.filter(id__in=ids).update(outcome=outcome, outcome_at=now)
