"""How each act of a journey is carried out: one file a kind of step, in a registry keyed by the step's class.

A kind that acts and has no line here raises `UnknownAct`: its decisions stay undone, never told as done.
"""

from __future__ import annotations

from collections.abc import Mapping

from regard.act.services.acts import (
    approval,
    grant_points,
    message,
    other_journey,
    set_field,
    task,
    webhook,
)
from regard.act.services.acts.base import CarryOut, Going, Made, UnknownAct
from regard.playbooks.steps import Step
from regard.playbooks.steps.approval import Approval
from regard.playbooks.steps.ask import Ask
from regard.playbooks.steps.enter import Enter
from regard.playbooks.steps.grant_points import GrantPoints
from regard.playbooks.steps.leave import Leave
from regard.playbooks.steps.send import Send
from regard.playbooks.steps.set_field import SetField
from regard.playbooks.steps.task import Task
from regard.playbooks.steps.webhook import Webhook

CARRY_OUT: Mapping[type[Step], CarryOut] = {
    Send: message.carry_out,
    Ask: message.carry_out,
    Webhook: webhook.carry_out,
    Task: task.carry_out,
    Approval: approval.carry_out,
    SetField: set_field.carry_out,
    GrantPoints: grant_points.carry_out,
    Enter: other_journey.carry_out,
    Leave: other_journey.carry_out,
}


def carry_out(step: Step, going: Going) -> Made:
    """Carry out one go-decision. Raises UnknownAct where no file says how."""
    if type(step) not in CARRY_OUT:
        raise UnknownAct(f"nothing says how a step of the kind '{step.do}' is carried out")
    return CARRY_OUT[type(step)](step, going)


__all__ = ["CARRY_OUT", "Going", "Made", "UnknownAct", "carry_out"]
