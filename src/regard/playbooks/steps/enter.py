"""enter: start another journey for the person."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from regard.playbooks.steps.base import Op, Step
from regard.playbooks.values.around import Around
from regard.playbooks.values.base import Slug


class Enter(Step):
    """Start another journey; its own re-entry rule decides whether it may begin."""

    op: ClassVar[Op] = Op.ACT
    called: ClassVar[str] = "Start another journey"
    icon: ClassVar[str] = "arrow-right"
    begins_as: ClassVar[str] = "start-other"

    do: Literal["enter"]
    journey: Slug

    def words(self) -> str:
        return f"start the journey {self.journey}"

    def terms(self) -> dict[str, Any]:
        return {"other": self.journey}

    @classmethod
    def starter(cls, around: Around) -> dict[str, Any]:
        return {"journey": around.other_journey} if around.other_journey else {}

    def steers(self) -> str:
        return self.journey

    def starts(self) -> str:
        return self.journey
