"""leave: take the person out of another journey."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from regard.playbooks.steps.base import Op, Step
from regard.playbooks.values.around import Around
from regard.playbooks.values.base import Slug


class Leave(Step):
    """End another journey for the person, where they are in it."""

    op: ClassVar[Op] = Op.ACT
    called: ClassVar[str] = "Take out of another journey"
    icon: ClassVar[str] = "log-out"
    tone: ClassVar[Literal["", "human", "stop"]] = "stop"
    begins_as: ClassVar[str] = "leave-other"

    do: Literal["leave"]
    journey: Slug

    def words(self) -> str:
        return f"take the person out of the journey {self.journey}"

    def terms(self) -> dict[str, Any]:
        return {"other": self.journey}

    @classmethod
    def starter(cls, around: Around) -> dict[str, Any]:
        return {"journey": around.other_journey} if around.other_journey else {}

    def steers(self) -> str:
        return self.journey
