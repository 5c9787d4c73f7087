"""What journeys listen for, found in the log once: who was woken by what at which wait, and who was led out.

Made before the first round and kept: `woken` (number, pc, person, at_us, visible_us, seq, facts) and `led_out`
(number, person, at_us, visible_us, reason). A round then only looks up the first row after an instant.
"""

from __future__ import annotations

from collections.abc import Iterator

from regard.engine.bench.steps import PlanStep
from regard.engine.journeys.instructions import Compiled, Program
from regard.kernel.sql import Sql, join
from regard.playbooks.steps import Op
from regard.playbooks.values.happening import Happening

READS = ("touch", "detail", "membership", "enrolment")
_NO_WOKEN = Sql(
    "SELECT CAST(0 AS BIGINT) AS number, CAST(0 AS BIGINT) AS pc, k.person, k.at_us, k.visible_us, k.seq,"
    " k.score_milli, k.value_minor FROM touch AS k WHERE 1 = 0"
)
_NO_LED_OUT = Sql(
    "SELECT CAST(0 AS BIGINT) AS number, k.person, k.at_us, k.visible_us, '' AS reason, FALSE AS is_goal"
    " FROM touch AS k WHERE 1 = 0"
)


def listening_steps(program: Program, *, takes_answers: bool) -> list[PlanStep]:
    """Return the steps that make `woken` and `led_out`.

    A what-if replay does not take answers: what was answered to another message says nothing about this one. Only who
    was waiting for one already when it began, to a message that did go, has the answer that came.
    """
    return [
        PlanStep(
            "woken",
            join([_NO_WOKEN, *_wakings(program, takes_answers)], " UNION ALL "),
            READS,
            "Which touchpoints each wait listens for.",
            needs_rows=(("touch",),),
        ),
        PlanStep(
            "led_out",
            join(
                [_NO_LED_OUT, *(out for c in program.journeys for out in _exits(c, program.playbook.company.currency))],
                " UNION ALL ",
            ),
            READS,
            "What ends a journey early, for whom and when.",
            needs_rows=(("touch", "membership"),),
        ),
    ]


def _wakings(program: Program, takes_answers: bool) -> Iterator[Sql]:
    for compiled in program.journeys:
        for one in compiled.instructions:
            awaited = one.terms.get("awaited")
            if one.op is not Op.AWAIT or not isinstance(awaited, Happening):
                continue
            is_foreign = awaited.is_answer and not takes_answers
            yield join(
                [
                    Sql(
                        f"SELECT {compiled.number}, {one.pc}, k.person, k.at_us, k.visible_us, k.seq,"
                        " k.score_milli, k.value_minor FROM touch AS k WHERE "
                    ),
                    awaited.sql(program.playbook.company.currency),
                    *([_waited_already(compiled.number, one.pc)] if is_foreign else []),
                ],
                "",
            )


def _waited_already(number: int, pc: int) -> Sql:
    return Sql(
        " AND EXISTS (SELECT 1 FROM enrolment AS e WHERE e.person = k.person AND e.number = ? AND e.pc = ?"
        " AND e.is_waiting AND k.at_us > e.since_us AND k.at_us <= e.deadline_us)",
        (number, pc),
    )


def _exits(compiled: Compiled, currency: str) -> Iterator[Sql]:
    """Yield the early ends of one journey: its exits, then its goal where reaching it ends it."""
    journey, number = compiled.journey, compiled.number
    for way_out in journey.exit_on:
        if way_out.touchpoint is not None:
            yield _by_touchpoint(number, way_out.touchpoint, way_out.reason, currency, is_goal=False)
        else:
            segment = way_out.segment_entered or way_out.segment_left
            edge = "from_us" if way_out.segment_entered else "to_us"
            yield Sql(
                f"SELECT {number}, m.person, m.{edge}, m.{edge}, CAST(? AS VARCHAR), FALSE"
                " FROM membership AS m WHERE m.segment = ?",
                (way_out.reason, segment),
            )
    if journey.goal is not None and journey.goal.ends:
        yield _by_touchpoint(number, journey.goal.touchpoint, "goal reached", currency, is_goal=True)


def _by_touchpoint(number: int, happening: Happening, reason: str, currency: str, *, is_goal: bool) -> Sql:
    head = Sql(
        f"SELECT {number}, k.person, k.at_us, k.visible_us, CAST(? AS VARCHAR), {'TRUE' if is_goal else 'FALSE'}"
        " FROM touch AS k WHERE ",
        (reason,),
    )
    return join([head, happening.sql(currency)], "")
