"""Journeys compiled to a small frozen instruction list, which the engine moves people through.

1. Every journey of a playbook, and every older version somebody is still inside, becomes instructions numbered from 0.
2. A list of steps is laid out in order; what a step nests is laid out behind it, and its last step goes on where the
   nesting step would have gone. So there are no jumps backwards: a journey always comes to an end.
3. An approval is three instructions: the act (a task for a colleague), the wait for its closing, and a branch on what
   was said: who is refused goes the other way at once, not when patience ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from regard.kernel.sql import Sql, join
from regard.playbooks.journeys import Journey
from regard.playbooks.model import Playbook
from regard.playbooks.steps import Op, Step
from regard.playbooks.values.happening import Happening
from regard.playbooks.vocabulary import TASK_CLOSED

END = -1  # the number of "no further instruction"
NOT_APPROVED = "not approved"


@dataclass(frozen=True, slots=True)
class CaseWay:
    """One way out of a branch: where it leads, under which condition or up to which draw (millionths)."""

    goto: int
    label: str
    when: Sql | None = None
    below: int | None = None


@dataclass(frozen=True, slots=True)
class Instruction:
    """One move. `goto` is the way on, `other` the way of those who were too late or not approved."""

    pc: int
    step: str
    op: Op
    goto: int = END
    other: int = END
    act: str = ""
    is_message: bool = False
    terms: Mapping[str, Any] = field(default_factory=dict)
    cases: tuple[CaseWay, ...] = ()
    words: str = ""
    is_telling: bool = False


@dataclass(frozen=True, slots=True)
class Compiled:
    """One version of one journey, ready to run; `number` is its id on the workbench."""

    number: int
    name: str
    version: str
    journey: Journey
    instructions: tuple[Instruction, ...]
    is_current: bool = True  # false: an older version, in which people finish but nobody begins

    def at(self, step: str) -> int:
        """Return the number of a step's first instruction, or END where this version has no such step."""
        return next((i.pc for i in self.instructions if i.step == step), END)


@dataclass(frozen=True, slots=True)
class Program:
    """All journeys that run together, and the playbook whose purposes and guardrails bind them."""

    playbook: Playbook
    journeys: tuple[Compiled, ...]

    def numbered(self, number: int) -> Compiled:
        """Return the compiled journey with this number."""
        return self.journeys[number]

    def of(self, name: str, version: str) -> Compiled | None:
        """Return a journey's version, or None where it is not part of this program."""
        return next((c for c in self.journeys if c.name == name and c.version == version), None)

    def happenings(self) -> Iterator[Happening]:
        """Yield every touchpoint pattern anything here listens for."""
        for compiled in self.journeys:
            journey = compiled.journey
            for entry in journey.entry:
                if (found := entry.happening()) is not None:
                    yield found
            yield from (e.touchpoint for e in journey.exit_on if e.touchpoint is not None)
            if journey.goal is not None:
                yield journey.goal.touchpoint
            for instruction in compiled.instructions:
                if isinstance(awaited := instruction.terms.get("awaited"), Happening):
                    yield awaited

    def segments(self) -> set[str]:
        """Return the segments journeys ask about, and perhaps other texts that a condition compares with."""
        asked = {str(c.journey.only_if) for c in self.journeys}
        for compiled in self.journeys:
            for out in compiled.journey.exit_on:
                asked |= {str(out.segment_entered), str(out.segment_left)}
            conditions = (case.when for one in compiled.instructions for case in one.cases)
            asked |= {v for when in conditions if when for v in when.params if isinstance(v, str)}
        return asked


def compile_program(playbook: Playbook, *, older: Mapping[tuple[str, str], Journey] | None = None) -> Program:
    """Return the program of a playbook; `older` maps (name, version) to definitions people are still inside."""
    current = {(name, journey.version): journey for name, journey in playbook.journeys.items()}
    everything = {**{k: v for k, v in (older or {}).items() if k not in current}, **current}
    return Program(
        playbook,
        tuple(
            Compiled(
                number,
                name,
                version,
                journey,
                compile_steps(journey, name),
                (name, version) in current,
            )
            for number, ((name, version), journey) in enumerate(sorted(everything.items(), key=lambda i: i[0]))
        ),
    )


def compile_steps(journey: Journey, name: str) -> tuple[Instruction, ...]:
    """Return the instruction list of one journey."""
    sheet = _Sheet(name)
    sheet.lay_out(journey.steps, END)
    return tuple(sorted(sheet.done, key=lambda i: i.pc))


class _Sheet:
    """The list while it grows: numbers are given in reading order, ways on are filled in when known."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.done: list[Instruction] = []
        self.next_pc = 0

    def lay_out(self, steps: tuple[Step, ...], after: int) -> int:
        """Lay out a list of steps which goes on at `after`; return where the list begins."""
        if not steps:
            return after
        numbers = [self._number(step) for step in steps]
        for position, (step, pc) in enumerate(zip(steps, numbers, strict=True)):
            self._lay_one(step, pc, numbers[position + 1] if position + 1 < len(steps) else after)
        return numbers[0]

    def _number(self, step: Step) -> int:
        pc = self.next_pc
        self.next_pc += 3 if step.waits_for_its_task else 1
        return pc

    def _lay_one(self, step: Step, pc: int, goto: int) -> None:
        one = Instruction(
            pc,
            step.step,
            step.op,
            goto,
            goto,
            step.act,
            step.is_message,
            step.terms(),
            (),
            step.words(),
            step.is_telling,
        )
        if step.waits_for_its_task:
            self._lay_approval(step, one, goto)
        elif step.op is Op.BRANCH:
            self.done.append(replace(one, cases=tuple(self._cases(step, goto))))
        else:
            inner = step.arms()
            self.done.append(replace(one, other=self.lay_out(inner[0].steps, goto) if inner else goto))

    def _lay_approval(self, step: Step, one: Instruction, goto: int) -> None:
        refused = self.lay_out(step.arms()[0].steps, goto) if step.arms() else END
        outcome, closed = f"{step.step}.outcome", {"kind": step.act, "journey": self.name, "step": step.step}
        awaited = Happening(name=TASK_CLOSED.name, where=dict(closed))
        no = Happening(name=TASK_CLOSED.name, where={**closed, "dismissed": True})
        cases = (CaseWay(refused, "refused", when=_said(outcome, no)), CaseWay(goto, "approved"))
        wait = {"wait_us": step.patience(), "awaited": awaited}
        self.done += (
            replace(one, goto=one.pc + 1, other=one.pc + 1),
            Instruction(one.pc + 1, outcome, Op.AWAIT, one.pc + 2, refused, terms=wait, words=step.words()),
            Instruction(
                one.pc + 2,
                f"{step.step}.said",
                Op.BRANCH,
                goto,
                goto,
                terms={"asked": outcome, "awaited": no},
                cases=cases,
                words=step.words(),
            ),
        )

    def _cases(self, step: Step, goto: int) -> Iterator[CaseWay]:
        below = 0.0
        for arm in step.arms():
            begins = self.lay_out(arm.steps, goto)
            if arm.share is not None:
                below += arm.share
                yield CaseWay(begins, arm.label, below=round(below * 1_000_000))
            else:
                yield CaseWay(begins, arm.label, when=None if arm.when is None else arm.when.sql())


def _said(outcome: str, happening: Happening) -> Sql:
    """Return the predicate over `situation` that the touchpoint which ended a wait says what this happening says."""
    head = Sql(
        "EXISTS (SELECT 1 FROM learnt AS l JOIN touch AS k ON k.seq = l.seq"
        " WHERE l.eid = s.eid AND l.step = ? AND l.is_known = 1 AND ",
        (outcome,),
    )
    return join([head, happening.sql(currency=""), Sql(")")], "")  # a task has no amount
