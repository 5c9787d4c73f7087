"""task: a task for a colleague, with the person's whole context."""

from __future__ import annotations

from datetime import timedelta

from regard.act.services.acts.base import Going, Made
from regard.act.services.tasks import NewTask, open_task
from regard.playbooks.steps.task import Task


def carry_out(step: Task, going: Going) -> Made:
    """Open the task; one that stands already is not opened again."""
    decision = going.decision
    new = NewTask(
        person=decision.person_id,
        key=decision.key,
        kind=step.kind,
        title=step.title,
        decision=decision.id,
        pauses_promotions=step.pauses_promotions,
        minutes=step.minutes,
        due_in=timedelta(microseconds=step.due_in) if step.due_in else None,
        is_invented=decision.person.is_sample,
    )
    return Made(tasks=int(open_task(new=new, now=going.now) is not None))
