"""ask: invite the person to answer a survey."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from regard.playbooks.steps.message import MessageStep
from regard.playbooks.values.around import Around
from regard.playbooks.values.base import Slug
from regard.playbooks.vocabulary import MESSAGE_SENT, SURVEY_ASKED, TouchpointKind


class Ask(MessageStep):
    """Ask one short survey by a personal link. Counts in the same fatigue budget as promotions."""

    called: ClassVar[str] = "Ask a survey"
    icon: ClassVar[str] = "quote"
    begins_as: ClassVar[str] = "question"
    went: ClassVar[str] = "went"
    leaves: ClassVar[tuple[TouchpointKind, ...]] = (MESSAGE_SENT, SURVEY_ASKED)

    do: Literal["ask"]
    survey: Slug
    on_no: Literal["continue", "exit"] = "exit"  # who was not asked cannot answer
    template: Slug | None = None  # the mail that carries the link; none: the survey's own words

    def words(self) -> str:
        return f"ask the survey '{self.survey}' by {self.channel} for the purpose {self.purpose}"

    @classmethod
    def starter(cls, around: Around) -> dict[str, Any]:
        name, survey = next(iter(around.playbook.surveys.items()), (None, None))
        found = {"survey": name, "purpose": survey.purpose} if survey else {}
        return found | cls.signed(around)
