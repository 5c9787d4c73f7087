"""The tables on which journeys are moved: their names, columns and types, and how each journey's terms become rows.

Every input row says when it became known (`visible_us`, or `due_us` for something to do). So one computation serves
the live cycle (everything is known by now), the replay of stored cycles and the replay of a whole year: a person
at instant t sees exactly the rows that were visible by t.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from regard.engine.bench.store import Workbench
from regard.engine.journeys.fields import letter_terms
from regard.engine.journeys.instructions import Compiled, Instruction, Program
from regard.engine.journeys.kinds import Kind, call_kind, message_kind
from regard.kernel.instant import DAY_US, to_us
from regard.kernel.sql import Sql
from regard.playbooks.guardrails import Cap, Guardrails
from regard.playbooks.model import Playbook
from regard.playbooks.purposes import Purpose
from regard.playbooks.steps import Op

_I, _T, _B = pa.int64(), pa.string(), pa.bool_()


def _schema(**columns: pa.DataType) -> pa.Schema:
    return pa.schema(list(columns.items()))


ENROLMENT = _schema(
    eid=_I, number=_I, person=_I, entry_key=_T, arm=_T, state=_T, pc=_I, is_waiting=_B, entered_us=_I,
    step_us=_I, since_us=_I, deadline_us=_I, due_us=_I, exit_us=_I, ended_us=_I, end_reason=_T, world=_I, supposed=_T,
)  # fmt: skip
INPUTS: Mapping[str, pa.Schema] = {
    "clock": _schema(as_of=_I),
    # One row a person and time: a replay sees the zone of then, and the birthday told by then.
    "person": _schema(person=_I, zone=_T, adult_us=_I, from_us=_I, to_us=_I),
    "arm": _schema(person=_I, journey=_T, arm=_T),
    "draw": _schema(person=_I, number=_I, pc=_I, draw=_I),
    # `value_minor` is in the company's currency: what was paid in another is empty.
    "touch": _schema(seq=_I, person=_I, name=_T, at_us=_I, visible_us=_I, score_milli=_I, value_minor=_I),
    "detail": _schema(seq=_I, name=_T, value=_T),
    "membership": _schema(person=_I, segment=_T, from_us=_I, to_us=_I),
    "arrival": _schema(person=_I, number=_I, entry_key=_T, due_us=_I),
    "enrolment": ENROLMENT,
    "former": _schema(person=_I, journey=_T, entry_key=_T, entered_us=_I),
    "learnt": _schema(eid=_I, step=_T, seq=_I, score_milli=_I, value_minor=_I, is_known=_I),
    "consent": _schema(person=_I, purpose=_T, channel=_T, is_granted=_B, at_us=_I, seq=_I, visible_us=_I),
    "restriction": _schema(person=_I, origin=_I, kind=_T, is_lifted=_B, seq=_I, visible_us=_I),
    "suppression": _schema(person=_I, channel=_T, scope=_T, is_lifted=_B, seq=_I, visible_us=_I),
    "address": _schema(person=_I, channel=_T, visible_us=_I, gone_us=_I),
    "contact": _schema(person=_I, at_us=_I, visible_us=_I, channel=_T, bit=_I, world=_I, seq=_I),
    "human": _schema(person=_I, at_us=_I, visible_us=_I),
    "complaint": _schema(person=_I, opened_us=_I, closed_us=_I, world=_I),
    "opening": _schema(zone=_T, open_us=_I, close_us=_I),
    "hour": _schema(zone=_T, minute=_I, at_us=_I),
    "pace": _schema(person=_I, word=_T, from_us=_I, to_us=_I),  # their own wish: 'less' or 'pause'
    "paused": _schema(journey=_T),
    "crowd": _schema(
        journey=_T, step=_T, people=_I, is_approved=_B, from_us=_I, to_us=_I, opens_us=_I
    ),  # opens_us: when it is known to be approved, in a replay
}
REQUEST_GIVES_UP_US = 14 * DAY_US  # how long what nobody's journey asked for is worth waiting for; as a step's own
# What caps name: masks of what messages count as.
_MASKS = {"promotions": 1, "surveys": 2, "promotions_and_surveys": 3, "everything": 7}

INSTRUCTION = _schema(
    number=_I, journey=_T, pc=_I, step=_T, op=_T, act=_T, is_message=_B, goto=_I, other=_I, wait_us=_I,
    until_minute=_I, until_us=_I, purpose=_T, channel=_T, bit=_I, basis=_T, is_channel_allowed=_B, forbidden=_T,
    mark=_T, is_explicit=_B, priority=_I, worth_milli=_I, is_dropped=_B, is_exit_on_no=_B, give_up_us=_I,
    is_pausing=_B, minutes=_I, other_journey=_T, reason=_T, is_answer=_B, kind=_I,
)  # fmt: skip
RULE = _schema(number=_I, journey=_T, reentry_us=_I, only_if=_T, is_current=_B)
DECISION = _schema(
    eid=_I, number=_I, pc=_I, person=_I, journey=_T, step=_T, act=_T, channel=_T, purpose=_T, bit=_I, t=_I, asked_us=_I,
    verdict=_T, code=_T, retry_us=_I, consent=_T, consent_seq=_I, cap=_I, cap_at_most=_I, cap_opens_us=_I,
    automated=_I, crowd=_I, zone=_T, forbidden=_T, mark=_T, is_message=_B, minutes=_I, priority=_I, worth_milli=_I,
    arm=_T, entry_key=_T, world=_I, supposed=_T,
)  # fmt: skip
PASSAGE = _schema(number=_I, from_pc=_I, to_pc=_I, people=_I)
CAP = _schema(cap=_I, at_most=_I, per_us=_I, mask=_I, channel=_T)


def lay_out(bench: Workbench, tables: Mapping[str, pa.Table]) -> None:
    """Lay every input out on the bench; what is not given is empty. Raises KeyError for a table nobody reads."""
    for name in tables:
        if name not in INPUTS and name not in ("instruction", "rule", "cap"):
            raise KeyError(name)
    for name in (*INPUTS, *(n for n in tables if n not in INPUTS)):
        given = tables.get(name)
        if (given is None or given.num_rows == 0) and bench.has(name):
            bench.empty(name)
            continue
        bench.lay(f"{name}_laid", INPUTS[name].empty_table() if given is None else given)
        bench.make(name, Sql(f"SELECT * FROM {name}_laid"))


def program_tables(
    program: Program,
    *,
    forbidden: Mapping[tuple[int, int], str],
    marks: Mapping[tuple[int, int], str],
) -> dict[str, pa.Table]:
    """Return the tables `instruction`, `rule` and `cap` of a program.

    `forbidden` and `marks` name, by (journey number, pc), a field the purpose does not allow and a sensitive one.
    """
    rows = [
        _row(program, compiled, one, forbidden, marks) for compiled in program.journeys for one in compiled.instructions
    ]
    rules = [
        {
            "number": c.number,
            "journey": c.name,
            "reentry_us": c.journey.reentry.after,
            "only_if": c.journey.only_if,
            "is_current": c.is_current,
        }
        for c in program.journeys
    ]
    return {
        "instruction": pa.Table.from_pylist(rows, INSTRUCTION),
        "rule": pa.Table.from_pylist(rules, RULE),
        "cap": pa.Table.from_pylist(list(_caps(program.playbook.guardrails)), CAP),
    }


def request_row(
    playbook: Playbook, number: int, pc: int, kind: Kind, purpose: str, channel: str, template: str
) -> dict[str, Any]:
    """Return the terms of a message asked for outside journeys as a row of `instruction`; what only journeys have is null."""
    declared = playbook.purposes.get(purpose)
    forbidden, mark = letter_terms(playbook, purpose, template)
    return {
        "number": number, "journey": "", "pc": pc, "step": "", "op": str(Op.ACT), "act": "send", "is_message": True,
        "purpose": purpose, "channel": channel, "bit": kind.counts, "kind": int(kind),
        "basis": declared.basis if declared else None,
        "is_channel_allowed": declared is not None and channel in declared.channels,
        "forbidden": forbidden, "mark": mark,
        "is_explicit": purpose in playbook.guardrails.sensitive.explicit_purposes,
        "priority": 0, "is_dropped": False, "is_exit_on_no": False, "give_up_us": REQUEST_GIVES_UP_US,
        "is_pausing": False, "is_answer": False,
    }  # fmt: skip


def _kind(one: Instruction, purpose: Purpose | None) -> Kind:
    """Return what an instruction does, as the guardrails see it."""
    if one.is_message:
        return message_kind(purpose, one.act)
    return call_kind(purpose) if one.is_telling else Kind.WORK


def cap_mask(cap: Cap) -> int:
    """Return the kinds of message a cap counts, as a mask."""
    return _MASKS[cap.counts]


def _caps(guardrails: Guardrails) -> Iterator[dict[str, Any]]:
    for number, cap in enumerate(guardrails.caps):
        yield {
            "cap": number,
            "at_most": cap.at_most,
            "per_us": cap.per,
            "mask": cap_mask(cap),
            "channel": cap.channel,
        }


def _row(
    program: Program,
    compiled: Compiled,
    one: Instruction,
    forbidden: Mapping[tuple[int, int], str],
    marks: Mapping[tuple[int, int], str],
) -> dict[str, Any]:
    """Return one instruction as a row; what a step leaves open is taken from its journey, then the guardrails."""
    terms, journey, limits = one.terms, compiled.journey, program.playbook.guardrails
    purpose = program.playbook.purposes.get(str(terms.get("purpose")))
    drop = terms.get("when_capped") or journey.when_capped or limits.when_capped
    priority = terms.get("priority")
    awaited = terms.get("awaited")
    place, kind = (compiled.number, one.pc), _kind(one, purpose)
    return {
        "number": compiled.number, "journey": compiled.name, "pc": one.pc, "step": one.step, "op": str(one.op),
        "act": one.act, "is_message": one.is_message, "goto": one.goto, "other": one.other,
        "wait_us": terms.get("wait_us"), "until_minute": terms.get("until_minute"), "until_us": _day_start(terms.get("until_day"), program.playbook.company.time_zone),
        "purpose": terms.get("purpose"), "channel": terms.get("channel"),
        "bit": kind.counts,
        "basis": purpose.basis if purpose else None,
        "is_channel_allowed": bool(purpose) and terms.get("channel") in purpose.channels if purpose else False,
        "forbidden": forbidden.get(place), "mark": marks.get(place),
        "is_explicit": terms.get("purpose") in limits.sensitive.explicit_purposes,
        "priority": journey.priority if priority is None else priority, "worth_milli": terms.get("worth_milli"),
        "is_dropped": drop == "drop", "is_exit_on_no": terms.get("on_no") == "exit",
        "give_up_us": terms.get("give_up_us"), "is_pausing": bool(terms.get("pauses_promotions")),
        "minutes": terms.get("minutes"), "other_journey": terms.get("other"), "reason": terms.get("reason"),
        "is_answer": one.op is Op.AWAIT and bool(awaited and awaited.is_answer),
        "kind": int(kind),
    }  # fmt: skip


def _day_start(day: date | None, zone: str) -> int | None:
    """Return the instant at which a day of the company's calendar begins."""
    return None if day is None else to_us(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)))
