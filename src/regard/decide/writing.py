"""Write what the engine decided: enrolments and decisions of some people, in one transaction, or not at all.

Two schedulers may have computed the same people. Each enrolment is moved by an UPDATE that names where it was found;
if any has moved meanwhile, nothing of this chunk is written and the caller reads again (`OvertakenError`). A decision is
one row for ever by its key: a wait may become a go or a no later, a go and a no never change.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from regard.collect.among import among
from regard.decide.hours import zone_words
from regard.engine.guardrails import BY_CODE
from regard.engine.instructions import END, Program
from regard.kernel.durations import duration_words
from regard.kernel.instant import from_us

Row = dict[str, Any]


class OvertakenError(Exception):
    """Another scheduler moved one of these people first; read again."""


@dataclass(slots=True)
class Written:
    """What was written, by decision verdict and reason; `go` lists the ids of new go-decisions."""

    entered: int = 0
    moved: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    go: list[int] = field(default_factory=list)


@transaction.atomic
def write_chunk(
    *, program: Program, cycle: int, before: Sequence[Row], after: Sequence[Row], decisions: Sequence[Row],
    memory: Mapping[int, dict[str, Any]], passages: Sequence[Row], known: int,
) -> Written:  # fmt: skip
    """Write a chunk's new and moved enrolments and its decisions. `known`: the largest enrolment id laid out.

    Raises OvertakenError, with nothing written.
    """
    was = {row["eid"]: row for row in before}
    moved = [row for row in after if row["eid"] <= known and _differs(was[row["eid"]], row)]
    entered = [row for row in after if row["eid"] > known]
    _move(program, was, moved, memory)
    ids = _enter(program, entered, memory)
    ids.update({eid: eid for eid in was})
    written = Written(len(entered), len(moved))
    _decide(program, cycle, ids, decisions, written)
    _count(program, passages)
    return written


def decision_key(row: Row) -> str:
    """Return the key of a decision: journey, step, person and entry (promises, section 4)."""
    return f"{row['journey']}/{row['step']}/{row['person']}/{row['entry_key']}"[:160]


def explain(program: Program, row: Row) -> tuple[str, str]:
    """Return the words of a decision and what would change it."""
    rule = BY_CODE[row["code"]]
    playbook = program.playbook
    values = {
        "purpose": row["purpose"],
        "channel": row["channel"],
        "forbidden": row["forbidden"],
        "mark": row["mark"],
        "automated": row["automated"],
        "crowd": row["crowd"],
        "cap_words": _cap_words(program, row["cap"]),
        "zone_words": zone_words(row["zone"] or "?", playbook.company),
    }
    change = rule.change
    if row["retry_us"] is not None and row["code"] in ("cap", "quiet_hours"):
        change = f"{change}: from {from_us(row['retry_us']):%Y-%m-%d %H:%M} UTC"
    return rule.words.format(**values)[:400], change[:400]


def _cap_words(program: Program, cap: int | None) -> str:
    if cap is None:
        return ""
    one = program.playbook.guardrails.caps[cap]
    kinds = one.counts.replace("_", " ")
    return f"{one.at_most} message{'' if one.at_most == 1 else 's'} ({kinds}) in {duration_words(one.per)}"


_STANDING = ("state", "pc", "is_waiting", "step_us", "since_us", "end_reason")


def _differs(was: Row, now: Row) -> bool:
    return any(was[name] != now[name] for name in _STANDING) or was["due_us"] != _due(now)


def _due(row: Row) -> int | None:
    """Return when to look again: the time it is due, or earlier what is known already and dated ahead."""
    if row["state"] not in ("active", "paused"):
        return None
    return min((us for us in (row["due_us"], row["exit_us"]) if us is not None), default=None)


def _step_name(program: Program, row: Row) -> str:
    compiled = program.numbered(row["number"])
    return "" if row["pc"] == END else compiled.instructions[row["pc"]].step


def _move(
    program: Program,
    was: Mapping[int, Row],
    rows: Sequence[Row],
    memory: Mapping[int, dict[str, Any]],
) -> None:
    values = [
        (
            row["state"], _step_name(program, row), row["is_waiting"], row["step_us"], row["since_us"],
            _due(row), row["ended_us"], row["end_reason"][:60], _text(memory.get(row["eid"], {})),
            row["eid"], was[row["eid"]]["state"], _step_name(program, was[row["eid"]]), was[row["eid"]]["step_us"],
            was[row["eid"]]["is_waiting"], program.numbered(row["number"]).version,
        )
        for row in sorted(rows, key=lambda row: row["eid"])
    ]  # fmt: skip
    if not values:
        return
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE decide_enrolment SET state = %s, step = %s, is_waiting = %s, step_at = %s, since_at = %s,"
            " due_at = %s, ended_at = %s, end_reason = %s, memory = %s"
            " WHERE id = %s AND state = %s AND step = %s AND step_at = %s AND is_waiting = %s AND version = %s",
            values,
        )
        if cursor.rowcount != len(values):
            raise OvertakenError


def _enter(
    program: Program, rows: Sequence[Row], memory: Mapping[int, dict[str, Any]]
) -> dict[int, int]:
    """Insert new enrolments and return their ids by the engine's numbers."""
    if not rows:
        return {}
    values = [
        (
            program.numbered(row["number"]).name, program.numbered(row["number"]).version, row["person"],
            row["entry_key"][:80], "treated" if row["arm"] == "treated" else "held_out", row["state"],
            _step_name(program, row), row["is_waiting"], row["entered_us"], row["step_us"], row["since_us"],
            _due(row), row["ended_us"], row["end_reason"][:60], _text(memory.get(row["eid"], {})),
        )
        for row in rows
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO decide_enrolment (journey, version, person_id, entry_key, arm, state, step, is_waiting,"
            " entered_at, step_at, since_at, due_at, ended_at, end_reason, memory)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
            " ON CONFLICT (journey, person_id, entry_key) DO NOTHING",
            values,
        )
        if cursor.rowcount != len(values):
            raise OvertakenError
        listed, bound = among({row["person"] for row in rows})
        cursor.execute(
            f"SELECT id, journey, person_id, entry_key FROM decide_enrolment WHERE person_id {listed}",
            [bound],
        )
        found = {(journey, person, key): eid for eid, journey, person, key in cursor.fetchall()}
    return {
        row["eid"]: found[
            program.numbered(row["number"]).name, row["person"], row["entry_key"][:80]
        ]
        for row in rows
    }


def _decide(
    program: Program, cycle: int, ids: Mapping[int, int], rows: Sequence[Row], written: Written
) -> None:
    values = list(_decision_values(program, cycle, ids, rows))
    for row in rows:
        name = f"{row['verdict']}:{row['code']}"
        written.counts[name] = written.counts.get(name, 0) + 1
    if not values:
        return
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO decide_decision (key, cycle_id, enrolment_id, person_id, journey, version, step, act, channel,"
            " purpose, counts, asked_at, as_of, verdict, reason, words, change, facts, retry_at, outcome)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, '')"
            " ON CONFLICT (key) DO UPDATE SET cycle_id = EXCLUDED.cycle_id, as_of = EXCLUDED.as_of,"
            " version = EXCLUDED.version, act = EXCLUDED.act, channel = EXCLUDED.channel,"
            " purpose = EXCLUDED.purpose, counts = EXCLUDED.counts, verdict = EXCLUDED.verdict, reason = EXCLUDED.reason, words = EXCLUDED.words,"
            " change = EXCLUDED.change, facts = EXCLUDED.facts, retry_at = EXCLUDED.retry_at"
            " WHERE decide_decision.verdict = 'wait'",
            values,
        )
        keys = [decision_key(row) for row in rows if row["verdict"] == "go"]
        listed, bound = among(keys)
        cursor.execute(
            f"SELECT id FROM decide_decision WHERE key {listed} AND cycle_id = %s ORDER BY id",
            [bound, cycle],
        )
        written.go.extend(row[0] for row in cursor.fetchall())


def _decision_values(
    program: Program, cycle: int, ids: Mapping[int, int], rows: Iterable[Row]
) -> Iterable[tuple[Any, ...]]:
    for row in rows:
        words, change = explain(program, row)
        facts = {
            name: row[name]
            for name in (
                "consent",
                "consent_seq",
                "automated",
                "crowd",
                "cap_at_most",
                "zone",
                "priority",
                "worth_milli",
            )
            if row[name] not in (None, "")
        }
        yield (
            decision_key(row), cycle, ids[row["eid"]], row["person"], row["journey"],
            program.numbered(row["number"]).version, row["step"], row["act"], row["channel"] or "",
            row["purpose"] or "", row["bit"], row["asked_us"], row["t"], row["verdict"], row["code"], words, change,
            _text(facts), row["retry_us"],
        )  # fmt: skip


def _count(program: Program, passages: Sequence[Row]) -> None:
    """Add to the counts that the outline shows."""
    totals: dict[tuple[str, str, str, str], int] = {}
    for row in passages:
        compiled = program.numbered(row["number"])
        ends = row["to_pc"] == END
        key = (
            compiled.name,
            compiled.version,
            compiled.instructions[row["from_pc"]].step,
            "" if ends else compiled.instructions[row["to_pc"]].step,
        )
        totals[key] = totals.get(key, 0) + row["people"]
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO decide_passage (journey, version, step, goto, people) VALUES (%s, %s, %s, %s, %s)"
            " ON CONFLICT (journey, version, step, goto)"
            " DO UPDATE SET people = decide_passage.people + EXCLUDED.people",
            [(*key, people) for key, people in sorted(totals.items())],
        )


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
