"""May we write to somebody, about what, by which channel? The guardrails say so, and no other list.

Asked are those that rest on the person alone: what they said, where they can be reached, who they are. Hours, caps and
crowds say when, and belong to a message that somebody means to send.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa

from regard.collect.sequence import last_sequence
from regard.decide.facts.benches import workbench_for
from regard.decide.facts.columns import as_columns
from regard.decide.facts.scope import Stretch
from regard.decide.facts.tables import permissions_about
from regard.decide.live.past import Now
from regard.decide.live.rows import explain
from regard.engine.bench.steps import Plan
from regard.engine.journeys import tables as journey_tables
from regard.engine.journeys.facts import facts_steps
from regard.engine.journeys.guardrails import GO, OF_THE_PERSON, held_step
from regard.engine.journeys.instructions import Compiled, Instruction, Program
from regard.engine.journeys.rounds import TERMS
from regard.identify.selectors import survivor_of
from regard.kernel.instant import to_us
from regard.kernel.reasons import Reason, Verdict
from regard.kernel.sql import Sql
from regard.playbooks.journeys import Journey
from regard.playbooks.model import Playbook
from regard.playbooks.steps import Op

Pair = tuple[str, str]  # purpose, channel
_NOBODYS = Journey.model_validate(
    {"name": "Nobody's", "entry": [{"on": "by_hand"}], "steps": [{"step": "rest", "do": "wait", "for": "1d"}]}
)
_ASKED = pa.schema(
    [(name, pa.int64()) for name in ("eid", "number", "pc", "person", "t", "asked_us", "own_seq")]
    + [("arm", pa.string()), ("world", pa.int64()), ("entry_key", pa.string()), ("supposed", pa.string())]
)


def permissions_of(
    person: int, pairs: Sequence[Pair], *, as_of: datetime, playbook: Playbook, upto: int | None = None
) -> dict[Pair, Verdict]:
    """Return what the guardrails say to a message about each purpose by each channel, with what would change a no.

    `upto`: only what has a number up to this (default: all). Nothing said means no where the purpose rests on consent.
    """
    now_us, whom = to_us(as_of), survivor_of(person)
    program = _program(playbook, pairs)
    moment = Stretch(now_us, now_us, 0, last_sequence() if upto is None else upto)
    past = Now(stretch=moment, company=playbook.company, people=[whom], as_then=True)
    tables = journey_tables.program_tables(program, forbidden={}, marks={})
    tables |= permissions_about(program, past)
    asked = ((n, 0, n, whom, now_us, now_us, None, "treated", 0, "", "") for n in range(len(pairs)))
    # no ORM past this point
    with workbench_for("permission", 1) as bench:
        journey_tables.lay_out(bench, tables)
        bench.lay("asked_laid", as_columns(_ASKED, asked))
        bench.make("candidate", _CANDIDATES)
        steps = (*facts_steps(None), held_step(OF_THE_PERSON))
        Plan((*journey_tables.INPUTS, "cap", "candidate"), steps).run(bench)
        rows = bench.take(Sql("SELECT *, held_by AS code, NULL AS retry_us FROM held")).to_pylist()
    return {pairs[row["eid"]]: _answer(program, row) for row in rows}


_CANDIDATES = Sql(
    "SELECT a.eid, a.number, a.pc, a.person, a.t, a.asked_us, a.own_seq, a.arm, a.world, a.entry_key, a.supposed,"
    f" {TERMS} FROM asked_laid AS a JOIN instruction AS i ON i.number = a.number AND i.pc = a.pc"
)


def _program(playbook: Playbook, pairs: Sequence[Pair]) -> Program:
    """Return a program of nothing but messages, one a pair, which the guardrails can be asked about."""
    messages = tuple(
        Instruction(n, f"{purpose}:{channel}", Op.ACT, act="send", is_message=True, terms=_terms(purpose, channel))
        for n, (purpose, channel) in enumerate(pairs)
    )
    return Program(playbook, (Compiled(0, "", "", _NOBODYS, messages),))


def _terms(purpose: str, channel: str) -> dict[str, Any]:
    return {"purpose": purpose, "channel": channel}


def _answer(program: Program, row: dict[str, Any]) -> Verdict:
    words, change = explain(program, row)
    return Verdict(row["code"] == GO.code, Reason(row["code"], words, change))
