"""ask: invite the person to answer a survey."""

from __future__ import annotations

from typing import ClassVar, Literal

from regard.playbooks.steps.message import MessageStep
from regard.playbooks.values.base import Slug


class Ask(MessageStep):
    """Ask one short survey by a personal link. Counts in the same fatigue budget as promotions."""

    leaves: ClassVar[tuple[str, ...]] = ("Message Sent", "Survey Asked")

    do: Literal["ask"]
    survey: Slug
    on_no: Literal["continue", "exit"] = "exit"  # who was not asked cannot answer
    template: Slug | None = None  # the mail that carries the link; none: the survey's own words

    def words(self) -> str:
        return f"ask the survey '{self.survey}' by {self.channel} for the purpose {self.purpose}"
