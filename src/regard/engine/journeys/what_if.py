"""What a what-if replay does with answers that history does not hold: follow each way, or use a stated rate.

Nobody answered a message that was never sent. So where a journey waits for an answer to its own act, a person goes
on in several suppositions at once: one in which no answer comes, one in which it does, and at a branch on that answer
one for each way. Each is an enrolment of its own in a `world` of its own: it sees the messages of that world and the
certain ones, never those of another supposition. Where the journey states a rate (`assume`), chance that can be
repeated answers instead, and nothing is followed twice.
"""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from regard.engine.bench.store import Workbench
from regard.engine.journeys.instructions import Compiled, Instruction, Program
from regard.engine.journeys.tables import ENROLMENT
from regard.kernel.instant import DAY_US
from regard.kernel.sql import Sql
from regard.playbooks.steps import Op, Step
from regard.playbooks.values.recall import parts_of

ANSWERS_AFTER_US = DAY_US  # a supposed answer comes a day later
ANSWERED, SILENT = "answered", "not answered"
WAY = pa.schema(
    [
        ("number", pa.int64()),
        ("pc", pa.int64()),
        ("asked", pa.string()),
        ("way", pa.int64()),
        ("goto", pa.int64()),
        ("label", pa.string()),
    ]
)
ASSUMED = pa.schema(
    [
        ("person", pa.int64()),
        ("number", pa.int64()),
        ("pc", pa.int64()),
        ("is_answered", pa.bool_()),
        ("score_milli", pa.int64()),
        ("after_us", pa.int64()),
    ]
)
_SAME = ", ".join(f"e.{name}" for name in ENROLMENT.names if name not in ("eid", "world", "supposed"))


def lay_suppositions(bench: Workbench, program: Program, assumed: pa.Table) -> None:
    """Lay out the ways of branches on answers, and what stated rates answer by (person, number, pc)."""
    rows = [row for compiled in program.journeys for row in _ways(compiled)]
    bench.lay("way_laid", pa.Table.from_pylist(rows, WAY))
    bench.make("way", Sql("SELECT * FROM way_laid"))
    bench.lay("assumed_laid", assumed)
    bench.make("assumed", Sql("SELECT * FROM assumed_laid"))


def suppose(bench: Workbench) -> None:
    """After a round: let those who began to wait for an answer, or came to a branch on one, go several ways."""
    _answer_by_rate(bench)
    _split_waits(bench)
    _split_branches(bench)


def _answer_by_rate(bench: Workbench) -> None:
    """Give a supposed touchpoint to those whom the stated rate lets answer."""
    bench.make(
        "rated",
        Sql(
            "SELECT a.eid, a.person, a.number, a.pc, a.t + s.after_us AS at_us, s.score_milli, s.is_answered"
            " FROM acting AS a JOIN assumed AS s ON s.person = a.person AND s.number = a.number AND s.pc = a.pc"
            " WHERE a.op = 'await' AND a.is_answer AND NOT a.is_waiting"
        ),
    )
    bench.make(
        "woken",
        Sql(
            "SELECT number, pc, person, at_us, visible_us, seq, score_milli, value_minor FROM woken UNION ALL"
            " SELECT number, pc, person, at_us, at_us, CAST(NULL AS BIGINT), score_milli, NULL FROM rated"
            " WHERE is_answered"
        ),
    )
    bench.make(
        "enrolment_after",
        Sql(
            f"SELECT e.eid, {_SAME.replace('e.due_us', 'LEAST(e.due_us, CASE WHEN r.is_answered THEN r.at_us END) AS due_us')},"
            " e.world, CASE WHEN r.eid IS NULL THEN e.supposed ELSE 'by the stated rate' END AS supposed"
            " FROM enrolment_after AS e LEFT JOIN rated AS r ON r.eid = e.eid"
        ),
    )


def _split_waits(bench: Workbench) -> None:
    """Copy those who begin to wait for an answer: the copy has it a day later, the original never."""
    bench.make(
        "asking",
        Sql(
            "SELECT a.eid, a.step, a.goto, a.t, a.world, x.top + ROW_NUMBER() OVER (ORDER BY a.eid) AS copy"
            " FROM acting AS a CROSS JOIN (SELECT GREATEST(top, COALESCE((SELECT MAX(eid) FROM entered), 0)) AS top"
            " FROM top) AS x WHERE a.op = 'await' AND a.is_answer AND NOT a.is_waiting"
            " AND a.eid NOT IN (SELECT eid FROM rated)"
        ),
    )
    bench.make(
        "enrolment_after",
        Sql(
            f"SELECT e.eid, {_SAME}, e.world,"
            f" CASE WHEN q.eid IS NULL THEN e.supposed ELSE CONCAT(q.step, ': {SILENT}') END AS supposed"
            " FROM enrolment_after AS e LEFT JOIN asking AS q ON q.eid = e.eid"
            " UNION ALL SELECT q.copy, e.number, e.person, e.entry_key, e.arm, 'active', q.goto, FALSE, e.entered_us,"
            f" q.t + {ANSWERS_AFTER_US}, q.t + {ANSWERS_AFTER_US}, NULL, q.t + {ANSWERS_AFTER_US}, e.exit_us, NULL, '',"
            f" q.copy, CONCAT(q.step, ': {ANSWERED}')"
            " FROM asking AS q JOIN enrolment_after AS e ON e.eid = q.eid"
        ),
    )
    bench.make(
        "learnt",
        Sql(
            "SELECT eid, step, seq, score_milli, value_minor, is_known FROM learnt"
            " UNION ALL SELECT q.copy, l.step, l.seq, l.score_milli, l.value_minor, l.is_known"
            " FROM asking AS q JOIN learnt AS l ON l.eid = q.eid"
            " UNION ALL SELECT copy, step, NULL, NULL, NULL, 0 FROM asking"
        ),
    )
    _copy_worlds(bench, "asking")


def _split_branches(bench: Workbench) -> None:
    """At a branch on an unknown answer, go every way: the original the last, a copy each of the others."""
    bench.make(
        "parting",
        Sql(
            "SELECT a.eid, a.t, a.world, w.way, w.goto, w.label, w.asked,"
            " x.top + ROW_NUMBER() OVER (ORDER BY a.eid, w.way) AS copy,"
            " MAX(w.way) OVER (PARTITION BY a.eid) AS last_way FROM acting AS a"
            " JOIN way AS w ON w.number = a.number AND w.pc = a.pc"
            " JOIN learnt AS l ON l.eid = a.eid AND l.step = w.asked AND l.is_known = 0"
            " CROSS JOIN (SELECT GREATEST(top, COALESCE((SELECT MAX(eid) FROM enrolment_after), 0)) AS top"
            " FROM top) AS x WHERE a.op = 'branch'"
        ),
    )
    told = "CONCAT(q.asked, ': ', q.label)"
    bench.make(
        "enrolment_after",
        Sql(
            f"SELECT e.eid, {_SAME}, e.world, CASE WHEN q.eid IS NULL THEN e.supposed ELSE {told} END AS supposed"
            " FROM enrolment_after AS e LEFT JOIN parting AS q ON q.eid = e.eid AND q.way = q.last_way"
            " UNION ALL SELECT q.copy, e.number, e.person, e.entry_key, e.arm,"
            " CASE WHEN q.goto < 0 THEN 'finished' ELSE 'active' END, q.goto, FALSE, e.entered_us, q.t, q.t, NULL, q.t,"
            " e.exit_us, CASE WHEN q.goto < 0 THEN q.t END, CASE WHEN q.goto < 0 THEN 'done' ELSE '' END, q.copy,"
            f" {told} FROM parting AS q JOIN enrolment_after AS e ON e.eid = q.eid WHERE q.way < q.last_way"
        ),
    )
    bench.make(
        "learnt",
        Sql(
            "SELECT eid, step, seq, score_milli, value_minor, is_known FROM learnt"
            " UNION ALL SELECT q.copy, l.step, l.seq, l.score_milli, l.value_minor, l.is_known"
            " FROM parting AS q JOIN learnt AS l ON l.eid = q.eid WHERE q.way < q.last_way"
        ),
    )
    _copy_worlds(bench, "parting")


def _copy_worlds(bench: Workbench, copies: str) -> None:
    """Let a copy remember what its own supposition has already sent and opened."""
    bench.make(
        "top",
        Sql("SELECT GREATEST(x.top, COALESCE((SELECT MAX(eid) FROM enrolment_after), 0)) AS top FROM top AS x"),
    )
    for name, columns in (
        ("contact", "x.person, x.at_us, x.visible_us, x.channel, x.bit"),
        ("complaint", "x.person, x.opened_us, x.closed_us"),
    ):
        tail = ", x.seq" if name == "contact" else ""
        bench.make(
            name,
            Sql(
                f"SELECT x.* FROM {name} AS x UNION ALL SELECT {columns}, q.copy{tail} FROM {name} AS x"
                f" JOIN {copies} AS q ON q.world = x.world AND x.world <> 0"
                " JOIN enrolment_after AS e ON e.eid = q.copy"
            ),
        )


def _ways(compiled: Compiled) -> Iterator[dict[str, object]]:
    """Yield the ways of each branch that asks what was answered at some step."""
    asked_at = {s.step: sorted(_asked_in(s)) for s in compiled.journey.all_steps()}
    for one in compiled.instructions:
        if one.op is Op.BRANCH and "asked" in one.terms:  # what a colleague said to an approval
            yield from _rows(compiled, one, str(one.terms["asked"]))
        elif one.op is Op.BRANCH:
            for asked in asked_at.get(one.step, ()):
                yield from _rows(compiled, one, asked)


def _rows(compiled: Compiled, one: Instruction, asked: str) -> Iterator[dict[str, object]]:
    for way, case in enumerate(one.cases):
        yield {
            "number": compiled.number,
            "pc": one.pc,
            "asked": asked,
            "way": way,
            "goto": case.goto,
            "label": case.label,
        }


def _asked_in(step: Step) -> set[str]:
    """Return the waits whose answers the conditions of a step ask for."""
    return {name for _, when in step.asks() for part in parts_of(when) if (name := part.asks_step())}
