"""How many people a step is about to reach, where the guardrails ask for a second pair of eyes above a size.

Counted for a whole cycle before any of it is decided, generously: everybody who comes in or is due in the journey, and
those the step reached in the last day. An approval by a colleague holds for a day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pyarrow as pa

from regard.decide.facts.columns import as_input
from regard.decide.facts.past import Arrival, PastOfCycle
from regard.decide.models import Steering
from regard.engine.journeys.instructions import Instruction, Program
from regard.kernel.instant import DAY_US, FOREVER_US, from_us
from regard.playbooks.guardrails import Guardrails


def crowd_table(program: Program, past: PastOfCycle, coming: Iterable[Arrival]) -> pa.Table:
    """Return `crowd`: the steps that would reach more people than the guardrails allow without approval."""
    guardrails = program.playbook.guardrails
    if guardrails.approval_above is None and guardrails.tasks_without_approval is None:
        return as_input("crowd", ())
    entering = Counter(program.numbered(number).name for _, number, _, _ in coming)
    due = past.due_by_journey()
    if not entering and not due:
        return as_input("crowd", ())
    went = past.went({*entering, *due})
    since = from_us(past.stretch.until_us - DAY_US)
    approvals = Steering.objects.filter(kind=Steering.Kind.APPROVE, at__gt=since, seq__lte=past.stretch.upto)
    approved = set(approvals.values_list("journey", "step"))
    rows = []
    for compiled in program.journeys:
        for one in compiled.instructions:
            place = (compiled.name, one.step)
            people = entering[compiled.name] + due.get(compiled.name, 0) + went[place]
            above = most_without_approval(guardrails, one)
            if above is not None and people > above:
                rows.append((*place, people, place in approved, 0, FOREVER_US, None))
    return as_input("crowd", dict.fromkeys(rows))


def most_without_approval(guardrails: Guardrails, one: Instruction) -> int | None:
    """Return how many people an act may reach in a day by itself, or None where that is not limited.

    A complaint never waits for approval: a task that pauses promotions is care owed, whatever the number.
    """
    if one.is_message:
        return guardrails.approval_above
    if one.act == "task" and not one.terms.get("pauses_promotions"):
        return guardrails.tasks_without_approval
    return None
