"""Judge decisions again, and requests of others, at the moment they are to be carried out, on the caller's own facts.

Only this binds (contract 4): the plan was made minutes or days ago. The caller holds the transaction; people are locked
first, in order, so that two workers never judge one person at the same time, and a withdrawal is wholly before or after.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection

from regard.collect.among import among
from regard.collect.sequence import last_sequence
from regard.consent.services import lock_people
from regard.decide.contracts import Contact, Requested
from regard.decide.facts.benches import workbench_for
from regard.decide.facts.columns import as_columns, read_rows
from regard.decide.facts.programs import program_of, tables_of
from regard.decide.facts.scope import Stretch
from regard.decide.facts.tables import permissions_about
from regard.decide.live.past import Now
from regard.decide.live.requested import OUTSIDE, contact_table, instructions_of, places_of
from regard.decide.live.rows import explain
from regard.decide.models import Decision, Enrolment
from regard.engine.bench.steps import Plan
from regard.engine.journeys import tables as journey_tables
from regard.engine.journeys.facts import facts_steps
from regard.engine.journeys.guardrails import BY_CODE, judging_steps
from regard.engine.journeys.instructions import Program
from regard.engine.journeys.rounds import TERMS
from regard.identify.selectors import survivors_of
from regard.kernel.instant import from_us, to_us
from regard.kernel.sql import Sql
from regard.playbooks.model import Playbook


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict on one decision now, with its reason and when to ask again."""

    verdict: str  # go, no, wait
    code: str
    words: str
    retry_at: datetime | None = None


_ASKED = pa.schema(
    [(name, pa.int64()) for name in ("eid", "number", "pc", "person", "t", "asked_us", "own_seq")]
    + [("arm", pa.string()), ("world", pa.int64()), ("entry_key", pa.string()), ("supposed", pa.string())]
)
GONE = Judged("no", "journey_gone", "The journey or this step of it is not in the playbook any more")
LEFT = Judged("no", "left_journey", "Left the journey before it was handed over")
NO_PURPOSE = Judged("no", "purpose_gone", "The purpose it was asked for is not in the playbook any more")
# What explains a verdict, and what it is.
_TOLD = (
    "eid",
    "verdict",
    "code",
    "retry_us",
    "purpose",
    "channel",
    "forbidden",
    "mark",
    "automated",
    "crowd",
    "cap",
    "zone",
)


class _Asked(NamedTuple):
    """One decision that is asked about again, with the arm of the enrolment it comes from."""

    id: int
    person: int
    journey: str
    version: str
    step: str
    asked_us: int
    arm: str
    entry_key: str
    state: str
    end_reason: str

    @property
    def has_left(self) -> bool:
        """Whether the person left the journey since: by its exit or by hand, not because a later step was a no."""
        return self.state == Enrolment.State.EXITED.value and self.end_reason not in BY_CODE


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What was judged: decisions by their ids, requests by the numbers they were given with."""

    decisions: dict[int, Judged]
    requests: dict[int, Judged]


class _Turn(NamedTuple):
    """One act whose turn it is, as the bench reads it; `eid` is a decision's id, or a request's number below zero."""

    eid: int
    number: int
    pc: int
    person: int
    asked_us: int
    own_seq: int | None = None
    arm: str = "treated"
    entry_key: str = ""


def check(
    *,
    decision_ids: Sequence[int] = (),
    requests: Sequence[Requested] = (),
    contacts: Sequence[Contact] = (),
    playbook: Playbook,
    now: datetime,
) -> Verdicts:
    """Judge go-decisions and requests at `now`. Call inside the transaction that claims them.

    Locks the people behind them. Of several messages to one person the best goes first; the next is judged with the
    first counted, so a cap holds within one claim too. Messages count here once claimed or sent, not while planned:
    decisions by their outcome, `contacts` are those of the same people that no decision stands behind.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("decisions are judged inside the transaction that claims them")
    asked = _read_asked(decision_ids)
    lock_people([*(one.person for one in asked), *(one.person for one in requests)])
    program = program_of(playbook, pairs={(one.journey, one.version) for one in asked})
    places = {one.id: _place(program, one) for one in asked}
    judged = {one.id: GONE for one in asked if places[one.id] is None}
    judged |= {one.id: LEFT for one in asked if one.has_left}
    asking = [one for one in requests if one.purpose in playbook.purposes]
    turns = [
        _Turn(one.id, *place, one.person, one.asked_us, one.id, one.arm, one.entry_key)
        for one in asked
        if (place := places[one.id]) is not None and one.id not in judged
    ]
    pcs = places_of(asking)
    turns += [_Turn(-one.id, OUTSIDE, pcs[one.terms], one.person, one.asked_us) for one in asking]
    found = _judge(program, turns, asking, contacts, to_us(now)) if turns else {}
    refused = {one.id: NO_PURPOSE for one in requests if one.purpose not in playbook.purposes}
    return Verdicts(
        judged | {eid: told for eid, told in found.items() if eid > 0},
        refused | {-eid: told for eid, told in found.items() if eid < 0},
    )


def _read_asked(decision_ids: Sequence[int]) -> list[_Asked]:
    if not decision_ids:
        return []
    listed, bound = among(decision_ids)
    rows = read_rows(
        """
        SELECT
            d.id, d.person_id, d.journey, d.version, d.step, d.asked_at, COALESCE(e.arm, 'treated'),
            COALESCE(e.entry_key, ''), COALESCE(e.state, ''), COALESCE(e.end_reason, '')
        FROM decide_decision AS d
        LEFT JOIN decide_enrolment AS e ON e.id = d.enrolment_id
        WHERE d.id
        """
        + listed,
        [bound],
    )
    return [_Asked(*row) for row in rows]


def _judge(
    program: Program,
    turns: Sequence[_Turn],
    requests: Sequence[Requested],
    contacts: Sequence[Contact],
    now_us: int,
) -> dict[int, Judged]:
    survivors = survivors_of([*(one.person for one in turns), *(one.person for one in contacts)])
    people, moment = sorted({survivors[one.person] for one in turns}), Stretch(now_us, now_us, 0, last_sequence())
    past = Now(stretch=moment, company=program.playbook.company, people=people, counts_planned=False)
    also = {(one.purpose, one.channel) for one in requests}
    known = permissions_about(program, past, also=also)
    known["contact"] = pa.concat_tables([known["contact"], contact_table(contacts, survivors)])
    tables = tables_of(program) | _begun(known, now_us)
    if requests:
        asked_for = instructions_of(requests, program.playbook)
        tables["instruction"] = pa.concat_tables([tables["instruction"], asked_for])
    waiting = _asked_table(turns, survivors, now_us)
    # no ORM past this point
    found: list[dict[str, Any]] = []
    with workbench_for("claim", len(turns)) as bench:
        journey_tables.lay_out(bench, tables)
        bench.lay("asked_laid", waiting)
        bench.make("asked", Sql("SELECT * FROM asked_laid"))
        plan = Plan((*journey_tables.INPUTS, "cap", "candidate"), tuple(_steps(program)))
        while not bench.is_empty("asked"):
            bench.make("candidate", _best_of_each())
            plan.run(bench)
            found += bench.take(Sql(f"SELECT {', '.join(_TOLD)} FROM verdict")).to_pylist()
            if len(found) == len(turns):  # as nearly always: one message a person
                break
            bench.make(
                "contact",
                Sql(
                    """
                    SELECT person, at_us, visible_us, channel, bit, world, seq FROM contact
                    UNION ALL
                    SELECT person, t, t, channel, bit, 0, NULL FROM verdict WHERE verdict = 'go' AND bit > 0
                    """
                ),
            )
            bench.make(
                "asked",
                Sql("SELECT a.* FROM asked AS a WHERE a.eid NOT IN (SELECT eid FROM candidate)"),
            )
    return _explained(program, found)


def _begun(known: Mapping[str, pa.Table], now_us: int) -> dict[str, pa.Table]:
    """Let what was written down hold from now at the latest: a clock that was set back hides no complaint and no wish."""
    tables = dict(known)
    for name, column in (("complaint", "opened_us"), ("pace", "from_us")):
        at, place = tables[name].column(column), tables[name].column_names.index(column)
        begun = pc.min_element_wise(at, pa.scalar(now_us, pa.int64()))
        tables[name] = tables[name].set_column(place, column, begun)
    return tables


def _explained(program: Program, found: Sequence[dict[str, Any]]) -> dict[int, Judged]:
    """Put verdicts into words, once for each different set of values they speak of."""
    told: dict[tuple[Any, ...], str] = {}
    judged = {}
    for row in found:
        values = tuple(row[name] for name in _TOLD[1:])
        if values not in told:
            told[values] = explain(program, row)[0]
        retry = row["retry_us"]
        judged[row["eid"]] = Judged(
            row["verdict"], row["code"], told[values], None if retry is None else from_us(retry)
        )
    return judged


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


def _asked_table(turns: Sequence[_Turn], survivors: Mapping[int, int], now_us: int) -> pa.Table:
    return as_columns(
        _ASKED,
        (
            (one.eid, one.number, one.pc, survivors[one.person], now_us, one.asked_us, one.own_seq, one.arm, 0,
             one.entry_key, "")
            for one in turns
        ),
    )  # fmt: skip


def _place(program: Program, one: _Asked) -> tuple[int, int] | None:
    compiled = program.of(one.journey, one.version)
    pc = -1 if compiled is None else compiled.at(one.step)
    return None if compiled is None or pc < 0 else (compiled.number, pc)


def record_outcome(*, outcomes: Mapping[int | None, str], now: datetime) -> None:
    """Keep what became of go-decisions: claimed, sent, failed, cancelled or uncertain. Call in the same transaction.

    From `claimed` on a message counts under every cap; failed and cancelled ones do not. None stands for messages that
    no decision asked for: what became of those is told by the message alone.
    """
    known = set(Decision.Outcome.values)
    for outcome in sorted(set(outcomes.values())):
        if outcome not in known:
            raise ValueError(f"'{outcome}' is no outcome")
        ids = sorted(i for i, told in outcomes.items() if told == outcome and i is not None)
        Decision.objects.filter(id__in=ids).update(outcome=outcome, outcome_at=now)
