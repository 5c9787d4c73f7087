"""The registry of step kinds: one file a kind. Add a kind by adding its file, and its class to `KINDS`.

The order is the one in which the editor offers them. What a playbook may hold is made of the list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Union

from pydantic import Field

from regard.playbooks.steps.approval import Approval
from regard.playbooks.steps.ask import Ask
from regard.playbooks.steps.base import Arm, Op, Step, walk
from regard.playbooks.steps.branch import Branch
from regard.playbooks.steps.enter import Enter
from regard.playbooks.steps.exit import Exit
from regard.playbooks.steps.grant_points import GrantPoints
from regard.playbooks.steps.leave import Leave
from regard.playbooks.steps.send import Send
from regard.playbooks.steps.set_field import SetField
from regard.playbooks.steps.split import Split
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

if TYPE_CHECKING:
    AnyStep = Step
else:
    AnyStep = Annotated[Union[KINDS], Field(discriminator="do")]  # noqa: UP007  a union of a list has no `|`

# The kinds that nest steps name the union before it exists; here it does. A way comes before the step that holds it.
for _kind in KINDS:
    for _model in (_kind.nests.way, _kind):
        _model.model_rebuild(_types_namespace={"AnyStep": AnyStep})
NAMED: dict[str, type[Step]] = {kind.named(): kind for kind in KINDS}

__all__ = ["KINDS", "NAMED", "AnyStep", "Arm", "Op", "Step", "walk"]
