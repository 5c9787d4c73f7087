"""approval: a task for a colleague, whose closing the journey waits for."""

from __future__ import annotations

from regard.act.services.acts.base import Going, Made
from regard.act.services.tasks import NewTask, open_task
from regard.playbooks.steps.approval import Approval


def carry_out(step: Approval, going: Going) -> Made:
    """Open the task of the kind 'approval'; one that stands already is not opened again."""
    decision = going.decision
    new = NewTask(
        person=decision.person_id,
        key=decision.key,
        kind=step.act,
        title=step.title,
        decision=decision.id,
        minutes=step.minutes,
        is_invented=decision.person.is_sample,
    )
    return Made(tasks=int(open_task(new=new, now=going.now) is not None))
