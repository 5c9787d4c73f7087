"""What send and ask share: a purpose, a channel, who signs, and what happens when a guardrail says no."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import Field

from regard.playbooks.steps.base import Op, Step
from regard.playbooks.values.around import Around
from regard.playbooks.values.base import Slug


class MessageStep(Step):
    """A step that reaches the person on a channel."""

    op: ClassVar[Op] = Op.ACT
    is_message: ClassVar[bool] = True

    purpose: Slug
    channel: str = "email"
    sender: Slug | None = Field(default=None, alias="from")
    priority: int | None = Field(default=None, ge=0, le=100)  # none: the journey's
    worth: float | None = None  # expected value of this message in the company's currency; none: not stated
    when_capped: Literal["defer", "drop"] | None = None  # none: the guardrails' own
    on_no: Literal["continue", "exit"] = "continue"
    give_up_after: int = 14  # days a delayed message is worth waiting for

    def terms(self) -> dict[str, Any]:
        return {
            "purpose": self.purpose,
            "channel": self.channel,
            "priority": self.priority,
            "worth_milli": None if self.worth is None else round(self.worth * 1000),
            "when_capped": self.when_capped,
            "on_no": self.on_no,
            "give_up_us": self.give_up_after * 86_400_000_000,
        }

    @classmethod
    def signed(cls, around: Around) -> dict[str, Any]:
        """Return the signature a new one begins with."""
        return {"from": around.sender} if around.sender else {}

    def brief(self, channels: Mapping[str, str]) -> str:
        return f"{channels.get(self.channel, '')} · for {self.purpose}".strip(" ·")

    def bound_by(self) -> str:
        return self.purpose
