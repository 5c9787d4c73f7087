"""webhook: tell another system, by the name it has in Settings, through the one outgoing door (promise F8)."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field

from regard.playbooks.steps.base import Op, Step
from regard.playbooks.values.around import Around
from regard.playbooks.values.base import Slug


class Webhook(Step):
    """Tell another system that the person came by. Only fields that the purpose allows leave the house.

    `endpoint` is a name from Settings, never an address: a playbook travels, an address and its key do not.
    """

    op: ClassVar[Op] = Op.ACT
    called: ClassVar[str] = "Tell another system"
    icon: ClassVar[str] = "code"
    begins_as: ClassVar[str] = "tell"
    went: ClassVar[str] = "went"
    is_telling: ClassVar[bool] = True

    do: Literal["webhook"]
    endpoint: Slug
    purpose: Slug
    event: str = Field(default="journey.step", pattern=r"^[a-z][a-z0-9_.]*$", max_length=60)
    fields_told: tuple[str, ...] = Field(default=(), alias="fields", max_length=40)
    on_no: Literal["continue", "exit"] = "continue"

    def words(self) -> str:
        told = f" with {', '.join(self.fields_told)}" if self.fields_told else ""
        return f"tell {self.endpoint} '{self.event}'{told} for the purpose {self.purpose}"

    def terms(self) -> dict[str, Any]:
        return {"purpose": self.purpose, "channel": "webhook", "on_no": self.on_no}

    def fields(self) -> tuple[str, ...]:
        return self.fields_told

    @classmethod
    def starter(cls, around: Around) -> dict[str, Any]:
        purposes = around.playbook.purposes
        kept = (name for name, purpose in purposes.items() if not purpose.can_be_left)
        return {
            "endpoint": next(iter(around.endpoints), "name-it-in-settings"),
            "purpose": next(kept, None) or next(iter(purposes), ""),
            "event": f"{around.journey}.reached".replace("-", "_") if around.journey else "journey.step",
        }

    def tells(self) -> str:
        return self.endpoint

    def bound_by(self) -> str:
        return self.purpose
