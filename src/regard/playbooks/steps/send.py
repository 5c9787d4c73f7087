"""send: one message from a template to the person."""

from __future__ import annotations

from typing import ClassVar, Literal

from regard.playbooks.steps.message import MessageStep
from regard.playbooks.values.base import Slug


class Send(MessageStep):
    """Send one message, from a named human, within every guardrail."""

    leaves: ClassVar[tuple[str, ...]] = ("Message Sent",)

    do: Literal["send"]
    template: Slug

    def words(self) -> str:
        return f"send '{self.template}' by {self.channel} for the purpose {self.purpose}"
