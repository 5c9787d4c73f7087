"""send: one message from a template to the person."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from regard.playbooks.steps.message import MessageStep
from regard.playbooks.values.around import Around
from regard.playbooks.values.base import Slug
from regard.playbooks.vocabulary import MESSAGE_SENT, TouchpointKind


class Send(MessageStep):
    """Send one message, from a named human, within every guardrail."""

    called: ClassVar[str] = "Send a message"
    icon: ClassVar[str] = "send"
    begins_as: ClassVar[str] = "letter"
    went: ClassVar[str] = "went"
    leaves: ClassVar[tuple[TouchpointKind, ...]] = (MESSAGE_SENT,)

    do: Literal["send"]
    template: Slug

    def words(self) -> str:
        return f"send '{self.template}' by {self.channel} for the purpose {self.purpose}"

    @classmethod
    def starter(cls, around: Around) -> dict[str, Any]:
        name, template = next(iter(around.playbook.templates.items()), (None, None))
        found = {"template": name, "purpose": template.purpose} if template else {}
        return found | cls.signed(around)
