"""Move people through their journeys: the live cycle, the simulation and the replay are this one function.

State in (tables laid on a workbench), state and decisions out. Nothing here knows which of the three it is.
1. Find once what each wait listens for.
2. Round after round, everybody with something to do moves one instruction, at their own next instant of the clock.
3. Stop when nobody has anything to do before the clock ends.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa

from regard.engine.bench.steps import Plan, PlanStep
from regard.engine.bench.store import Workbench
from regard.engine.journeys import door, facts, guardrails, listening, rounds
from regard.engine.journeys import tables as journey_tables
from regard.engine.journeys.instructions import Program
from regard.engine.journeys.what_if import lay_suppositions, suppose
from regard.kernel.sql import Sql
from regard.playbooks.steps import Op

MOST_ROUNDS = 20_000
_TABLES = (*journey_tables.INPUTS, "instruction", "rule", "cap", "top", "woken", "led_out")
_DECISION = ", ".join(journey_tables.DECISION.names)


class StuckError(Exception):
    """Rounds did not come to an end: somebody is due for ever. A bug, never a user's mistake."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What came of it: every enrolment that was laid out or entered, every decision, what each wait learnt."""

    enrolments: pa.Table
    decisions: pa.Table
    learnt: pa.Table
    passages: pa.Table  # how many went from which instruction to which, by journey number
    rounds: int


@dataclass(frozen=True, slots=True)
class Group:
    """Steps of a round that only matter where somebody has come to one of `ops`; `leaves` are the tables others read."""

    plan: Plan
    ops: frozenset[Op]
    leaves: tuple[str, ...]


def round_groups(program: Program) -> tuple[Group, ...]:
    """Return one round as groups of steps, in order; the inputs of the first are the tables of the journey_tables."""
    human = program.playbook.guardrails.human_touch
    everywhere = frozenset(Op)
    parts: list[tuple[list[PlanStep], frozenset[Op], tuple[str, ...]]] = [
        (
            rounds.waiting_steps(),
            frozenset({Op.WAIT, Op.AWAIT}),
            ("waited", "awaited", "first_woken"),
        ),
        (rounds.branching_steps(program), frozenset({Op.BRANCH, Op.EXIT}), ("branched", "ended")),
        (
            [
                *rounds.candidate_steps(),
                *facts.facts_steps(human),
                *guardrails.judging_steps(),
                rounds.acted_step(),
            ],
            frozenset({Op.ACT}),
            ("verdict", "acted"),
        ),
        (rounds.gathering_steps(), everywhere, ()),
    ]
    known = [*_TABLES, *(step.name for step in _opening_steps())]
    groups = []
    for steps, ops, leaves in parts:
        groups.append(Group(Plan(tuple(known), tuple(steps)), ops, leaves))
        known += [step.name for step in steps]
    return tuple(groups)


def _opening_steps() -> list[PlanStep]:
    return [*rounds.agenda_steps(), *door.entering_steps(), *rounds.due_steps()]


def _opening_plans() -> tuple[Plan, Plan]:
    """Return the steps that find whose turn it is, and those that take them up."""
    first = rounds.agenda_steps()
    known = (*_TABLES, *(step.name for step in first))
    return Plan(_TABLES, tuple(first)), Plan(known, tuple(_opening_steps()[len(first) :]))


def move(
    bench: Workbench,
    program: Program,
    *,
    assumed: pa.Table | None = None,
    after_round: Callable[[int], None] | None = None,
) -> Moved:
    """Run rounds until nobody is due on the clock; `bench` holds the tables of `journey_tables.INPUTS` and `program_tables`.

    `assumed`: this is a what-if replay; answers to our own acts are not taken from the log but supposed (supposing.py),
    by these stated rates where there are any. None: what the log says, counts.

    Raises StuckError after MOST_ROUNDS.
    """
    _prepare(bench, program, takes_answers=assumed is None)
    if assumed is not None:
        lay_suppositions(bench, program, assumed)
    agenda, opening, groups = *_opening_plans(), round_groups(program)
    done: list[pa.Table] = []
    decided: list[pa.Table] = []
    passed: list[pa.Table] = []
    for number in range(MOST_ROUNDS):
        agenda.run(bench)
        if bench.is_empty("agenda"):
            return Moved(
                _all(bench, done),
                pa.concat_tables([journey_tables.DECISION.empty_table(), *decided]),
                _learnt(bench),
                pa.concat_tables([journey_tables.PASSAGE.empty_table(), *passed]),
                number,
            )
        opening.run(bench)
        present = _ops_present(bench)
        for group in groups:
            _run_group(bench, group, present)
        if not bench.all_empty(("verdict", "sent_home")):
            decided.append(_decisions(bench))
        passed.append(_passages(bench))
        if assumed is not None and present & {Op.AWAIT, Op.BRANCH}:
            suppose(bench)
        done.append(bench.take(Sql("SELECT * FROM enrolment_after WHERE state IN ('finished', 'exited')")))
        _turn_page(bench)
        if after_round is not None:
            after_round(number)
    raise StuckError(f"{MOST_ROUNDS} rounds were not enough")


def _ops_present(bench: Workbench) -> set[Op]:
    if bench.is_empty("acting"):
        return set()
    found = bench.take(Sql("SELECT DISTINCT op FROM acting")).column("op").to_pylist()
    return {Op(name) for name in found}


def _run_group(bench: Workbench, group: Group, present: set[Op]) -> None:
    """Run a group, or where nobody has come to any of its moves, leave its tables empty."""
    if group.ops & present or not group.leaves or not all(map(bench.has, group.leaves)):
        group.plan.run(bench)
        return
    for name in group.leaves:
        bench.empty(name)


def _prepare(bench: Workbench, program: Program, *, takes_answers: bool) -> None:
    """Find what is listened for, and wake those who were already waiting when the run began."""
    Plan(listening.READS, tuple(listening.listening_steps(program, takes_answers=takes_answers))).run(bench)
    if not bench.is_empty("enrolment"):
        bench.make("enrolment", _LISTENING)
    bench.make("top", Sql("SELECT COALESCE(MAX(eid), 0) AS top FROM enrolment"))


_LISTENING = Sql(
    f"SELECT {', '.join('e.' + c for c in journey_tables.ENROLMENT.names if c not in ('due_us', 'exit_us'))},"
    " LEAST(e.due_us, (SELECT MIN(w.visible_us) FROM woken AS w WHERE w.person = e.person"
    " AND w.number = e.number AND w.pc = e.pc AND w.at_us > e.since_us AND w.at_us <= e.deadline_us"
    " AND e.is_waiting)) AS due_us,"
    " (SELECT MIN(o.visible_us) FROM led_out AS o WHERE o.person = e.person AND o.number = e.number"
    " AND o.at_us > e.entered_us) AS exit_us FROM enrolment AS e"
)


def _decisions(bench: Workbench) -> pa.Table:
    """Return the decisions of this round, those of people held out among them."""
    return bench.take(
        Sql(
            f"SELECT {_DECISION} FROM verdict UNION ALL"
            " SELECT d.eid, d.number, d.pc, d.person, i.journey, i.step, i.act, i.channel, i.purpose, i.bit, d.t,"
            " d.step_us, 'no', d.arm, NULL, '', NULL, NULL, NULL, NULL, 0, 0, p.zone, NULL, NULL, i.is_message,"
            " i.minutes, i.priority, i.worth_milli, d.arm, d.entry_key, d.world, d.supposed"
            " FROM due AS d JOIN instruction AS i ON i.number = d.number AND i.pc = d.pc"
            " JOIN person AS p ON p.person = d.person AND p.from_us <= d.t AND d.t < p.to_us"
            " WHERE d.arm <> 'treated' AND i.is_message AND (d.exit_us IS NULL OR d.exit_us > d.t)"
        )
    ).cast(journey_tables.DECISION)


def _passages(bench: Workbench) -> pa.Table:
    """Return how many left which instruction for which; -1 stands for the end."""
    return bench.take(
        Sql(
            "SELECT d.number, d.pc AS from_pc, CASE WHEN m.state = 'active' THEN m.pc ELSE -1 END AS to_pc,"
            " COUNT(*) AS people FROM due AS d JOIN moved AS m ON m.eid = d.eid"
            " WHERE m.pc <> d.pc OR m.state <> 'active' GROUP BY 1, 2, 3"
        )
    ).cast(journey_tables.PASSAGE)


def _turn_page(bench: Workbench) -> None:
    """Make what this round left the input of the next one; what nothing came to stays as it is."""
    if not bench.all_empty(("arrival", "verdict")):
        bench.make("arrival", _ARRIVING_NEXT)
    if not bench.is_empty("entered"):
        bench.add(
            "former",
            Sql(
                "SELECT e.person, r.journey, e.entry_key, e.entered_us FROM entered AS e"
                " JOIN rule AS r ON r.number = e.number"
            ),
        )
        bench.make(
            "top",
            Sql("SELECT GREATEST(top, (SELECT MAX(eid) FROM entered)) AS top FROM top"),
        )
    _remember(bench)
    bench.make("enrolment", _ENROLLED_NEXT)


_ARRIVING_NEXT = Sql(
    "SELECT a.person, a.number, a.entry_key, a.due_us FROM arrival AS a"
    " LEFT JOIN agenda AS g ON g.person = a.person WHERE g.t IS NULL OR a.due_us > g.t"
    " UNION ALL SELECT v.person, r.number, LEFT(CONCAT('via:', v.journey, ':', CAST(v.entered_us AS VARCHAR)), 80), v.t"
    " FROM verdict AS v JOIN rule AS r ON r.journey = v.other_journey AND r.is_current"
    " WHERE v.verdict = 'go' AND v.act = 'enter'"
)
_ENROLLED_NEXT = Sql(
    f"SELECT {', '.join('e.' + c for c in journey_tables.ENROLMENT.names if c != 'exit_us')},"
    " LEAST(e.exit_us, l.t) AS exit_us FROM enrolment_after AS e"
    " JOIN rule AS r ON r.number = e.number"
    " LEFT JOIN (SELECT person, other_journey, MIN(t) AS t FROM verdict WHERE verdict = 'go' AND act = 'leave'"
    " GROUP BY person, other_journey) AS l ON l.person = e.person AND l.other_journey = r.journey"
    " WHERE e.state IN ('active', 'paused')"
)


def _remember(bench: Workbench) -> None:
    """Keep what waits learnt, what was sent and which complaints were opened."""
    if not bench.is_empty("first_woken"):
        bench.add(
            "learnt",
            Sql(
                "SELECT f.eid, a.step, f.seq, f.score_milli, f.value_minor, 1 FROM first_woken AS f"
                " JOIN acting AS a ON a.eid = f.eid"
            ),
        )
    if not bench.is_empty("verdict"):
        bench.add(
            "contact",
            Sql("SELECT person, t, t, channel, bit, world, NULL FROM verdict WHERE verdict = 'go' AND is_message"),
        )
        bench.add(
            "complaint",
            Sql("SELECT person, t, NULL, world FROM verdict WHERE verdict = 'go' AND act = 'task' AND is_pausing"),
        )


def _all(bench: Workbench, done: list[pa.Table]) -> pa.Table:
    left = bench.take(Sql("SELECT * FROM enrolment"))
    return pa.concat_tables([table.select(journey_tables.ENROLMENT.names) for table in (left, *done)])


def _learnt(bench: Workbench) -> pa.Table:
    return bench.take(Sql("SELECT * FROM learnt"))
