"""The registry of step kinds: one file a kind. Add a kind by adding its file and its class to `AnyStep`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from regard.playbooks.steps.approval import Approval
from regard.playbooks.steps.ask import Ask
from regard.playbooks.steps.base import Arm, Op, Step, walk
from regard.playbooks.steps.branch import Branch, Case
from regard.playbooks.steps.enter import Enter
from regard.playbooks.steps.exit import Exit
from regard.playbooks.steps.grant_points import GrantPoints
from regard.playbooks.steps.leave import Leave
from regard.playbooks.steps.send import Send
from regard.playbooks.steps.set_field import SetField
from regard.playbooks.steps.split import Split, Way
from regard.playbooks.steps.task import Task
from regard.playbooks.steps.wait import Wait
from regard.playbooks.steps.wait_for import WaitFor
from regard.playbooks.steps.webhook import Webhook

KINDS: tuple[type[Step], ...] = (
    Send,
    Ask,
    Wait,
    WaitFor,
    Branch,
    Split,
    Task,
    Approval,
    SetField,
    GrantPoints,
    Webhook,
    Enter,
    Leave,
    Exit,
)

AnyStep = Annotated[
    Send
    | Ask
    | Wait
    | WaitFor
    | Branch
    | Split
    | Task
    | Approval
    | SetField
    | GrantPoints
    | Webhook
    | Enter
    | Leave
    | Exit,
    Field(discriminator="do"),
]

# The kinds that nest steps name the union before it exists; here it does.
for _kind in (Case, Way, WaitFor, Branch, Split, Approval):
    _kind.model_rebuild(_types_namespace={"AnyStep": AnyStep})

__all__ = ["KINDS", "AnyStep", "Arm", "Op", "Step", "walk"]
