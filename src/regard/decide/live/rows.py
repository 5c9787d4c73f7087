"""What the engine decided, as the rows the store keeps: columns in, columns out, worked out on the same workbench.

Words are written once for each different set of values they speak of, then joined to everybody they fit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import md5
from typing import Any

import pyarrow as pa

from regard.decide.facts.hours import zone_words
from regard.decide.tallies import Place
from regard.engine.bench.store import Workbench
from regard.engine.journeys.guardrails import BY_CODE
from regard.engine.journeys.instructions import END, Program
from regard.engine.journeys.run import Moved
from regard.kernel.durations import duration_words
from regard.kernel.instant import from_us
from regard.kernel.sql import Sql

PLACE = pa.schema(
    [
        ("number", pa.int64()),
        ("pc", pa.int64()),
        ("journey", pa.string()),
        ("version", pa.string()),
        ("step", pa.string()),
    ]
)
KEY_LENGTH = 160
SAYS_WHEN = ("cap", "quiet_hours")  # codes whose hindrance ends at a time that can be told
_SPOKEN_OF = {
    "{purpose}": ("purpose",),
    "{channel}": ("channel",),
    "{forbidden}": ("forbidden",),
    "{mark}": ("mark",),
    "{automated}": ("automated",),
    "{crowd}": ("crowd",),
    "{cap_words}": ("cap",),
    "{zone_words}": ("zone",),
}
_EXPLAINED = (
    "code",
    "purpose",
    "channel",
    "forbidden",
    "mark",
    "automated",
    "crowd",
    "cap",
    "zone",
    "retry_us",
)
_FACTS = (
    "consent",
    "consent_seq",
    "automated",
    "crowd",
    "cap_at_most",
    "zone",
    "priority",
    "worth_milli",
)
_TEXTS = ("consent", "zone")


@dataclass(frozen=True, slots=True)
class Filed:
    """The rows to write. `eid` is an enrolment's id, or above `known` a number given by the engine."""

    moves: pa.Table
    entries: pa.Table
    decisions: pa.Table
    counts: dict[str, int]  # decisions by "verdict:code"
    passages: list[tuple[str, str, str, str, int]]  # journey, version, from step, to step, people
    standing: dict[Place, int]  # by how many more, or fewer, stand where, as `tallies.STANDING` names it
    known: int  # the newest enrolment there was before


def place_table(program: Program) -> pa.Table:
    """Return every place somebody can stand at, by its names and by its numbers; END is one of each journey."""
    rows = [(c.number, one.pc, c.name, c.version, one.step) for c in program.journeys for one in c.instructions]
    rows += [(c.number, END, c.name, c.version, "") for c in program.journeys]
    columns = list(zip(*rows, strict=True)) or [()] * len(PLACE)
    return pa.table([pa.array(v, f.type) for v, f in zip(columns, PLACE, strict=True)], schema=PLACE)


def file_moves(bench: Workbench, program: Program, moved: Moved, *, before: pa.Table, cycle: int) -> Filed:
    """Return what is to be written of a move that began with the enrolments `before`. `place` is on the bench."""
    known = max(before.column("eid").to_pylist(), default=0)
    bench.lay("stood", before)
    bench.lay("stand", moved.enrolments)
    bench.lay("learnt_by_now", moved.learnt)
    bench.lay("decided", moved.decisions)
    bench.make("remembered", _REMEMBERED)
    bench.lay("explained", _explained(bench, program))
    bench.make("twice", _TWICE)
    decisions = bench.take(_decisions(cycle, is_once=bench.is_empty("twice")))
    return Filed(
        bench.take(_moves(known)),
        bench.take(_entries(known)),
        decisions,
        _counts(bench),
        _passages(program, moved.passages),
        _standing(bench),
        known,
    )


_REMEMBERED = Sql(
    "SELECT eid, CONCAT('{', STRING_AGG(CONCAT(to_json(step), ':{\"seq\":', COALESCE(CAST(seq AS VARCHAR), 'null'),"
    " ',\"score_milli\":', COALESCE(CAST(score_milli AS VARCHAR), 'null'),"
    " ',\"value_minor\":', COALESCE(CAST(value_minor AS VARCHAR), 'null'), '}'), ',' ORDER BY step), '}') AS memory"
    " FROM learnt_by_now GROUP BY eid"
)
# When to look again: the time it is due, or earlier what is known already and dated ahead.
_DUE = "CASE WHEN s.state IN ('active', 'paused') THEN LEAST(s.due_us, s.exit_us) END"
_ARM = "CASE WHEN s.arm = 'treated' THEN 'treated' ELSE 'held_out' END"
_NOW = (
    "s.state, p.step, s.is_waiting, s.step_us AS step_at, s.since_us AS since_at,"
    f" {_DUE} AS due_at, s.ended_us AS ended_at, LEFT(s.end_reason, 60) AS end_reason,"
    " COALESCE(r.memory, '{}') AS memory"
)
_STANDING = ("state", "pc", "is_waiting", "step_us", "since_us", "end_reason")


def _moves(known: int) -> Sql:
    differs = " OR ".join(f"s.{name} IS DISTINCT FROM w.{name}" for name in _STANDING)
    return Sql(
        f"SELECT {_NOW}, s.eid AS id, w.state AS was_state, q.step AS was_step, w.step_us AS was_step_at,"
        " w.is_waiting AS was_is_waiting, q.version AS version FROM stand AS s JOIN stood AS w ON w.eid = s.eid"
        " JOIN place AS p ON p.number = s.number AND p.pc = s.pc JOIN place AS q ON q.number = w.number AND q.pc = w.pc"
        " LEFT JOIN remembered AS r ON r.eid = s.eid"
        f" WHERE s.eid <= ? AND ({differs} OR w.due_us IS DISTINCT FROM {_DUE}) ORDER BY s.eid",
        (known,),
    )


def _entries(known: int) -> Sql:
    return Sql(
        "SELECT s.eid, p.journey, p.version, s.person AS person_id, LEFT(s.entry_key, 80) AS entry_key,"
        f" {_ARM} AS arm, s.entered_us AS entered_at,"
        f" {_NOW} FROM stand AS s JOIN place AS p ON p.number = s.number AND p.pc = s.pc"
        " LEFT JOIN remembered AS r ON r.eid = s.eid WHERE s.eid > ? ORDER BY s.eid",
        (known,),
    )


def _decisions(cycle: int, *, is_once: bool) -> Sql:
    """Return the query of the decisions. `is_once`: every key is there once, as nearly always."""
    said = " AND ".join(f"x.{name} IS NOT DISTINCT FROM {_spoken(name)}" for name in _EXPLAINED)
    rows = (
        f"SELECT {_KEY} AS key,"
        " CAST(? AS BIGINT) AS cycle_id, d.eid AS enrolment_id, d.person AS person_id, d.journey, p.version, d.step,"
        " d.act, COALESCE(d.channel, '') AS channel, COALESCE(d.purpose, '') AS purpose, d.bit AS counts,"
        " d.asked_us AS asked_at, d.t AS as_of, d.verdict, d.code AS reason, x.words, x.change,"
        f" {_facts()} AS facts, d.retry_us AS retry_at, '' AS outcome"
        f" FROM decided AS d JOIN place AS p ON p.number = d.number AND p.pc = d.pc JOIN explained AS x ON {said}"
    )
    if not is_once:
        # Two enrolments of joined people may have come by one key: as with rows written one by one, an answer goes
        # before a wait, and the first answer stands.
        rows = (
            "SELECT * EXCLUDE (nth) FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY key"
            f" ORDER BY verdict = 'wait', enrolment_id) AS nth FROM ({rows}) AS k) AS n WHERE nth = 1"
        )
    return Sql(f"{rows} ORDER BY enrolment_id, key", (cycle,))


_KEY_WHOLE = "CONCAT(d.journey, '/', d.step, '/', CAST(d.person AS VARCHAR), '/', d.entry_key)"
# Names may be long: what does not fit stands there as its hash, so that no two entries share a key.
_KEY = (
    f"CASE WHEN LENGTH({_KEY_WHOLE}) <= {KEY_LENGTH} THEN {_KEY_WHOLE}"
    f" ELSE CONCAT(LEFT({_KEY_WHOLE}, {KEY_LENGTH - 33}), '#', MD5({_KEY_WHOLE})) END"
)
_TWICE = Sql(f"SELECT {_KEY} AS key FROM decided AS d GROUP BY 1 HAVING COUNT(*) > 1")


def _facts() -> str:
    """Return the facts of a decision as JSON: those that are there, numbers as they are."""
    told = []
    for name in _FACTS:
        value = f"to_json(d.{name})" if name in _TEXTS else f"d.{name}"
        told.append(f"CASE WHEN d.{name} IS NOT NULL{_filled(name)} THEN CONCAT('\"{name}\":', {value}) END")
    return f"CONCAT('{{', CONCAT_WS(',', {', '.join(told)}), '}}')"


def _filled(name: str) -> str:
    return f" AND d.{name} <> ''" if name in _TEXTS else ""


def _spoken(name: str) -> str:
    """Return the value of a decision that its words speak of, NULL where they do not: few differ."""
    if name == "code":
        return "d.code"
    codes = [code for code, needs in _NEEDS.items() if name in needs]
    listed = ", ".join(f"'{code}'" for code in codes) or "''"
    # A minute is as exact as it is told.
    value = "d.retry_us - d.retry_us % 60000000" if name == "retry_us" else f"d.{name}"
    return f"CASE WHEN d.code IN ({listed}) THEN {value} END"


def _needs() -> dict[str, set[str]]:
    """Return which values the words of each code speak of."""
    needs: dict[str, set[str]] = {}
    for code, rule in BY_CODE.items():
        used = re.findall(r"\{\w+\}", rule.words)
        needs[code] = {name for mark in used for name in _SPOKEN_OF[mark]}
        if code in SAYS_WHEN:
            needs[code].add("retry_us")
    return needs


_NEEDS = _needs()


def _explained(bench: Workbench, program: Program) -> pa.Table:
    """Return the words for each different set of values the decisions speak of."""
    asked = ", ".join(f"{_spoken(name)} AS {name}" for name in _EXPLAINED)
    different = bench.take(Sql(f"SELECT DISTINCT {asked} FROM decided AS d"))
    told = [explain(program, row) for row in different.to_pylist()]
    words, change = zip(*told, strict=True) if told else ((), ())
    return different.append_column("words", pa.array(words, pa.string())).append_column(
        "change", pa.array(change, pa.string())
    )


def explain(program: Program, row: Mapping[str, Any]) -> tuple[str, str]:
    """Return the words of a decision and what would change it."""
    rule = BY_CODE[str(row["code"])]
    values = {name: row[name] for name in ("purpose", "channel", "forbidden", "mark", "automated", "crowd")}
    words = rule.words.format(
        **values,
        cap_words=_cap_words(program, row["cap"]),
        zone_words=zone_words(str(row["zone"] or "?"), program.playbook.company),
    )
    change = rule.change
    if row["retry_us"] is not None and row["code"] in SAYS_WHEN:
        change = f"{change}: from {from_us(row['retry_us']):%Y-%m-%d %H:%M} UTC"
    return words[:400], change[:400]


def _cap_words(program: Program, cap: object) -> str:
    if not isinstance(cap, int):
        return ""
    one = program.playbook.guardrails.caps[cap]
    kinds = one.counts.replace("_", " ")
    return f"{one.at_most} message{'' if one.at_most == 1 else 's'} ({kinds}) in {duration_words(one.per)}"


def _counts(bench: Workbench) -> dict[str, int]:
    rows = bench.take(Sql("SELECT CONCAT(verdict, ':', code) AS name, COUNT(*) AS n FROM decided GROUP BY 1"))
    return {row["name"]: row["n"] for row in rows.to_pylist()}


def _passages(program: Program, passages: pa.Table) -> list[tuple[str, str, str, str, int]]:
    """Return how many went from which step to which, for the outline."""
    totals: dict[tuple[str, str, str, str], int] = {}
    for row in passages.to_pylist():
        compiled = program.numbered(row["number"])
        steps = compiled.instructions
        goto = "" if row["to_pc"] == END else steps[row["to_pc"]].step
        key = (compiled.name, compiled.version, steps[row["from_pc"]].step, goto)
        totals[key] = totals.get(key, 0) + row["people"]
    return [(*key, people) for key, people in sorted(totals.items())]


def _standing(bench: Workbench) -> dict[Place, int]:
    """Return by how many more or fewer stand at each place than before."""
    rows = bench.take(_STANDING_NOW).to_pylist()
    return {(r["journey"], r["version"], r["state"], r["step"], r["arm"]): int(r["people"]) for r in rows}


_STANDING_NOW = Sql(
    "SELECT p.journey, p.version, n.state, p.step, n.arm, SUM(n.people) AS people FROM ("
    f"SELECT number, pc, state, {_ARM} AS arm, COUNT(*) AS people FROM stand AS s GROUP BY ALL UNION ALL"
    f" SELECT number, pc, state, {_ARM}, -COUNT(*) FROM stood AS s GROUP BY ALL) AS n"
    " JOIN place AS p ON p.number = n.number AND p.pc = n.pc GROUP BY ALL HAVING SUM(n.people) <> 0"
)


def decision_key(row: Mapping[str, Any]) -> str:
    """Return the key of a decision: journey, step, person and entry (promises, section 4), as `_KEY` writes it."""
    whole = f"{row['journey']}/{row['step']}/{row['person']}/{row['entry_key']}"
    if len(whole) <= KEY_LENGTH:
        return whole
    digest = md5(whole.encode(), usedforsecurity=False).hexdigest()
    return f"{whole[: KEY_LENGTH - 33]}#{digest}"
