"""One round: everybody who has something to do makes one move, each at the earliest instant that is theirs.

People do not depend on each other, so a round does not walk through time: it takes for every person their own next
instant `t` on the clock and moves them there. A live cycle is a clock with one instant; a replay is a clock with many.
What one person has in several journeys at one instant is done together, so that messages compete.
"""

from __future__ import annotations

from collections.abc import Iterator

from regard.engine.bench.steps import PlanStep
from regard.engine.journeys.instructions import END, Compiled, Instruction, Program
from regard.engine.journeys.tables import ENROLMENT
from regard.kernel.sql import Sql, join
from regard.playbooks.steps import Op

COLUMNS = ", ".join(ENROLMENT.names)
TERMS = (
    "i.journey, i.step, i.op, i.act, i.is_message, i.goto, i.other, i.wait_us, i.until_minute, i.until_us,"
    " i.purpose, i.channel, i.bit, i.basis, i.is_channel_allowed, i.forbidden, i.mark, i.is_explicit, i.priority,"
    " i.worth_milli, i.is_dropped, i.is_exit_on_no, i.give_up_us, i.is_pausing, i.minutes, i.other_journey,"
    " i.reason, i.is_answer, i.kind"
)
# What a move looks at; the terms of an act are joined to it where it is judged, for they are many.
WAYS = "i.step, i.op, i.goto, i.other, i.wait_us, i.until_minute, i.until_us, i.reason, i.is_answer"


def agenda_steps() -> list[PlanStep]:
    """Return the steps that find whose turn it is, and at which instant of the clock."""
    return [
        PlanStep(
            "next_due",
            Sql(
                "SELECT person, MIN(due_us) AS due_us FROM ("
                " SELECT person, LEAST(due_us, exit_us) AS due_us FROM enrolment WHERE state = 'active'"
                " UNION ALL SELECT person, due_us FROM arrival) AS d WHERE due_us IS NOT NULL GROUP BY person"
            ),
            ("enrolment", "arrival"),
            "The earliest thing to do of every person.",
            needs_rows=(("enrolment", "arrival"),),
        ),
        PlanStep(
            "agenda",
            Sql(
                "SELECT person, t FROM (SELECT person,"
                " MIN(as_of) OVER (ORDER BY at_us, is_clock ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS t"
                " FROM (SELECT person, due_us AS at_us, 0 AS is_clock, CAST(NULL AS BIGINT) AS as_of FROM next_due"
                " UNION ALL SELECT NULL, as_of, 1, as_of FROM clock) AS u) AS w"
                " WHERE person IS NOT NULL AND t IS NOT NULL"
            ),
            ("next_due", "clock"),
            "The first instant of the clock at which it can be done.",
            needs_rows=(
                ("next_due",),
                ("clock",),
            ),
        ),
    ]


def due_steps() -> list[PlanStep]:
    """Return the steps that take up who is due, and send home who is held out or led out."""
    return [
        PlanStep(
            "due",
            Sql(
                f"SELECT {_listed('e')}, g.t FROM (SELECT {COLUMNS} FROM enrolment"
                f" UNION ALL SELECT {COLUMNS} FROM entered) AS e JOIN agenda AS g ON g.person = e.person"
                " WHERE e.state = 'active' AND LEAST(e.due_us, e.exit_us) <= g.t"
            ),
            ("enrolment", "entered", "agenda"),
            "Whose turn it is, in which journey.",
            needs_rows=(("agenda",),),
        ),
        PlanStep(
            "acting",
            Sql(
                f"SELECT {_listed('d')}, d.t, {WAYS}, p.zone FROM due AS d"
                " JOIN instruction AS i ON i.number = d.number AND i.pc = d.pc"
                " JOIN person AS p ON p.person = d.person AND p.from_us <= d.t AND d.t < p.to_us"
                " WHERE (d.arm = 'treated' OR NOT i.is_message) AND (d.exit_us IS NULL OR d.exit_us > d.t)"
            ),
            ("due", "instruction", "person"),
            "Those who stay, with the instruction they have come to.",
            needs_rows=(("due",),),
        ),
        PlanStep(
            "sent_home",
            Sql(
                "SELECT d.eid, d.pc, FALSE AS is_waiting, d.step_us, d.since_us, CAST(NULL AS BIGINT) AS deadline_us,"
                " CAST(NULL AS BIGINT) AS due_us, CASE WHEN d.exit_us <= d.t THEN 'exited' ELSE 'finished' END AS state,"
                " CASE WHEN d.exit_us <= d.t THEN COALESCE((SELECT MIN(o.reason) FROM led_out AS o"
                " WHERE o.person = d.person AND o.number = d.number AND o.visible_us = d.exit_us), 'left')"
                " ELSE d.arm END AS end_reason, d.t, d.world, d.supposed FROM due AS d"
                " JOIN instruction AS i ON i.number = d.number AND i.pc = d.pc"
                " WHERE (d.arm <> 'treated' AND i.is_message) OR d.exit_us <= d.t"
            ),
            ("due", "instruction", "led_out"),
            "Those whose journey ends early: held out at the first message, or led out by what happened.",
            needs_rows=(("due",),),
        ),
    ]


def waiting_steps() -> list[PlanStep]:
    """Return the steps of wait and wait_for: arriving sets the clock, being due goes on."""
    return [
        _waited_step(),
        PlanStep(
            "first_woken",
            Sql(
                "SELECT eid, seq, at_us, visible_us, score_milli, value_minor FROM (SELECT a.eid, w.seq, w.at_us,"
                " w.visible_us, w.score_milli, w.value_minor,"
                " ROW_NUMBER() OVER (PARTITION BY a.eid ORDER BY w.at_us, w.seq) AS nth FROM acting AS a"
                " JOIN woken AS w ON w.person = a.person AND w.number = a.number AND w.pc = a.pc"
                " AND w.at_us > a.since_us AND w.at_us <= a.deadline_us AND w.visible_us <= a.t"
                " WHERE a.op = 'await' AND a.is_waiting) AS n WHERE nth = 1"
            ),
            ("acting", "woken"),
            "The touchpoint each of those waiting was waiting for, where it has come.",
            needs_rows=(
                ("acting",),
                ("woken",),
            ),
        ),
        PlanStep(
            "next_woken",
            Sql(
                "SELECT a.eid, MIN(w.visible_us) AS visible_us FROM acting AS a"
                " JOIN woken AS w ON w.person = a.person AND w.number = a.number AND w.pc = a.pc"
                " AND w.at_us > a.since_us AND w.at_us <= COALESCE(a.deadline_us, a.t + a.wait_us)"
                " WHERE a.op = 'await' AND (NOT a.is_waiting OR w.visible_us > a.t) GROUP BY a.eid"
            ),
            ("acting", "woken"),
            "When it will be seen, for those who begin to wait.",
            needs_rows=(
                ("acting",),
                ("woken",),
            ),
        ),
        _awaited_step(),
    ]


def _waited_step() -> PlanStep:
    return PlanStep(
        "waited",
        Sql(
            "SELECT eid, CASE WHEN is_waiting THEN goto ELSE pc END AS pc, NOT is_waiting AS is_waiting,"
            " CASE WHEN is_waiting THEN t ELSE step_us END AS step_us, t AS since_us,"
            " CASE WHEN is_waiting THEN NULL ELSE until_at END AS deadline_us,"
            " CASE WHEN is_waiting THEN t ELSE until_at END AS due_us, 'active' AS state, '' AS end_reason, t, world,"
            " supposed FROM (SELECT a.*, CASE WHEN a.wait_us IS NOT NULL THEN a.t + a.wait_us"
            " WHEN a.until_us IS NOT NULL THEN GREATEST(a.until_us, a.t)"
            " ELSE COALESCE((SELECT MIN(h.at_us) FROM hour AS h WHERE h.zone = a.zone"
            " AND h.minute = a.until_minute AND h.at_us >= a.t), a.t + 86400000000) END AS until_at"
            " FROM acting AS a WHERE a.op = 'wait') AS w"
        ),
        ("acting", "hour"),
        "Waits for a time, an hour of the person's day, or a date.",
        needs_rows=(("acting",),),
    )


def _awaited_step() -> PlanStep:
    return PlanStep(
        "awaited",
        Sql(
            "SELECT a.eid,"
            " CASE WHEN NOT a.is_waiting THEN a.pc WHEN f.eid IS NOT NULL THEN a.goto"
            " WHEN a.deadline_us <= a.t THEN a.other ELSE a.pc END AS pc,"
            " NOT a.is_waiting OR (f.eid IS NULL AND a.deadline_us > a.t) AS is_waiting,"
            " CASE WHEN NOT a.is_waiting OR f.eid IS NOT NULL OR a.deadline_us <= a.t THEN a.t ELSE a.step_us END"
            " AS step_us,"
            " CASE WHEN NOT a.is_waiting THEN a.since_us WHEN f.eid IS NOT NULL THEN f.at_us"
            " WHEN a.deadline_us <= a.t THEN a.t ELSE a.since_us END AS since_us,"
            " CASE WHEN NOT a.is_waiting THEN a.t + a.wait_us WHEN f.eid IS NULL AND a.deadline_us > a.t"
            " THEN a.deadline_us END AS deadline_us,"
            " CASE WHEN NOT a.is_waiting THEN LEAST(a.t + a.wait_us, GREATEST(n.visible_us, a.t))"
            " WHEN f.eid IS NULL AND a.deadline_us > a.t THEN LEAST(a.deadline_us, n.visible_us)"
            " ELSE a.t END AS due_us,"
            " 'active' AS state, '' AS end_reason, a.t, a.world, a.supposed"
            " FROM acting AS a LEFT JOIN first_woken AS f ON f.eid = a.eid"
            " LEFT JOIN next_woken AS n ON n.eid = a.eid WHERE a.op = 'await'"
        ),
        ("acting", "first_woken", "next_woken"),
        "Waits for a touchpoint: it came, or patience ended.",
        needs_rows=(("acting",),),
    )


def branching_steps(program: Program) -> list[PlanStep]:
    """Return the steps of branch, split and exit."""
    return [
        PlanStep(
            "situation",
            Sql("SELECT eid, number, pc, person, t FROM acting WHERE op = 'branch'"),
            ("acting",),
            "Those who have come to a branch.",
            needs_rows=(("acting",),),
        ),
        PlanStep(
            "taken",
            join(
                [
                    Sql("SELECT s.eid, CAST(0 AS BIGINT) AS goto FROM situation AS s WHERE 1 = 0"),
                    *_branches(program),
                ],
                " UNION ALL ",
            ),
            ("situation", "learnt", "membership", "draw", "touch", "detail"),
            "The first way out whose condition holds.",
            needs_rows=(("situation",),),
        ),
        PlanStep(
            "branched",
            Sql(
                "SELECT a.eid, b.goto AS pc, FALSE AS is_waiting, a.t AS step_us, a.since_us,"
                " CAST(NULL AS BIGINT) AS deadline_us, a.t AS due_us, 'active' AS state, '' AS end_reason, a.t,"
                " a.world, a.supposed FROM acting AS a JOIN taken AS b ON b.eid = a.eid"
            ),
            ("acting", "taken"),
            "Everybody goes one way.",
            needs_rows=(("taken",),),
        ),
        PlanStep(
            "ended",
            Sql(
                "SELECT eid, pc, FALSE AS is_waiting, step_us, since_us, CAST(NULL AS BIGINT) AS deadline_us,"
                " CAST(NULL AS BIGINT) AS due_us, 'finished' AS state, reason AS end_reason, t, world, supposed"
                " FROM acting WHERE op = 'exit'"
            ),
            ("acting",),
            "Those for whom the journey ends here.",
            needs_rows=(("acting",),),
        ),
    ]


def _branches(program: Program) -> Iterator[Sql]:
    for compiled in program.journeys:
        for one in compiled.instructions:
            if one.op is Op.BRANCH:
                yield _branch(compiled, one)


def _branch(compiled: Compiled, one: Instruction) -> Sql:
    """Return the rows of one branch: its cases in order, the last without a condition."""
    parts = [Sql("SELECT s.eid, CASE ")]
    for case in one.cases:
        if case.when is not None:
            parts.append(case.when.wrap("WHEN ", f" THEN {case.goto} "))
        elif case.below is not None:
            parts.append(Sql(f"WHEN d.draw < {case.below} THEN {case.goto} "))
    last = one.cases[-1].goto
    joined = " LEFT JOIN draw AS d ON d.person = s.person AND d.number = s.number AND d.pc = s.pc"
    parts.append(
        Sql(f"ELSE {last} END FROM situation AS s{joined} WHERE s.number = {compiled.number} AND s.pc = {one.pc}")
    )
    return join(parts, "")


def candidate_steps() -> list[PlanStep]:
    """Return the step that picks the acts to judge: of one person's messages only the best, the others come after."""
    return [
        PlanStep(
            "candidate",
            Sql(
                f"SELECT {_listed('a')}, a.step_us AS asked_us, CAST(NULL AS BIGINT) AS own_seq, a.t, {TERMS}"
                " FROM acting AS a JOIN instruction AS i ON i.number = a.number AND i.pc = a.pc"
                " WHERE a.op = 'act' AND (NOT i.is_message OR a.eid IN (SELECT eid FROM (SELECT b.eid,"
                " ROW_NUMBER() OVER (PARTITION BY b.person, b.world"
                " ORDER BY k.priority DESC, k.worth_milli DESC NULLS LAST, b.number, b.eid) AS turn FROM acting AS b"
                " JOIN instruction AS k ON k.number = b.number AND k.pc = b.pc"
                " WHERE b.op = 'act' AND k.is_message) AS n WHERE turn = 1))"
            ),
            ("acting", "instruction"),
            "The acts to judge now; competing messages go by priority, then by expected value.",
            needs_rows=(("acting",),),
        )
    ]


def acted_step() -> PlanStep:
    """Return the step that moves those whose act was judged."""
    return PlanStep(
        "acted",
        Sql(
            "SELECT eid, CASE WHEN verdict = 'wait' THEN pc ELSE goto END AS pc, FALSE AS is_waiting,"
            " CASE WHEN verdict = 'wait' THEN step_us ELSE t END AS step_us, t AS since_us,"
            " CASE WHEN verdict = 'wait' THEN retry_us END AS deadline_us,"
            " CASE WHEN verdict = 'wait' THEN retry_us ELSE t END AS due_us,"
            " CASE WHEN verdict = 'no' AND is_exit_on_no THEN 'exited' ELSE 'active' END AS state,"
            " CASE WHEN verdict = 'no' AND is_exit_on_no THEN code ELSE '' END AS end_reason, t, world, supposed"
            " FROM verdict"
        ),
        ("verdict",),
        "Go and no go on, unless the step says a no ends the journey; wait stays.",
        needs_rows=(("verdict",),),
    )


def gathering_steps() -> list[PlanStep]:
    """Return the steps that bring everybody's moves together."""
    return [
        PlanStep(
            "moved",
            Sql(
                f"SELECT eid, pc, is_waiting, step_us, since_us, deadline_us, t, world, supposed,"
                f" CASE WHEN state = 'active' AND pc <> {END} THEN due_us END AS due_us,"
                f" CASE WHEN state = 'active' AND pc = {END} THEN 'finished' ELSE state END AS state,"
                f" CASE WHEN state = 'active' AND pc = {END} THEN 'done' ELSE end_reason END AS end_reason FROM ("
                + " UNION ALL ".join(
                    f"SELECT eid, pc, is_waiting, step_us, since_us, deadline_us, due_us, t, world, supposed, state,"
                    f" end_reason FROM {name}"
                    for name in ("sent_home", "waited", "awaited", "branched", "ended", "acted")
                )
                + ") AS m"
            ),
            ("sent_home", "waited", "awaited", "branched", "ended", "acted"),
            "Where everybody stands after this round.",
            needs_rows=(("due",),),
        ),
        PlanStep(
            "enrolment_after",
            Sql(
                "SELECT e.eid, e.number, e.person, e.entry_key, e.arm, COALESCE(m.state, e.state) AS state,"
                " COALESCE(m.pc, e.pc) AS pc, COALESCE(m.is_waiting, e.is_waiting) AS is_waiting, e.entered_us,"
                " COALESCE(m.step_us, e.step_us) AS step_us, COALESCE(m.since_us, e.since_us) AS since_us,"
                " CASE WHEN m.eid IS NULL THEN e.deadline_us ELSE m.deadline_us END AS deadline_us,"
                " CASE WHEN m.eid IS NULL THEN e.due_us ELSE m.due_us END AS due_us, e.exit_us,"
                " CASE WHEN m.state IN ('finished', 'exited') THEN m.t ELSE e.ended_us END AS ended_us,"
                " COALESCE(m.end_reason, e.end_reason) AS end_reason, e.world, e.supposed"
                f" FROM (SELECT {COLUMNS} FROM enrolment UNION ALL SELECT {COLUMNS} FROM entered) AS e"
                " LEFT JOIN moved AS m ON m.eid = e.eid"
            ),
            ("enrolment", "entered", "moved"),
            "All enrolments after this round.",
        ),
    ]


def _listed(alias: str) -> str:
    return ", ".join(f"{alias}.{name}" for name in ENROLMENT.names)
