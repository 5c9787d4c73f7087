"""exit: the journey ends here for the person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from regard.playbooks.steps.base import Op, Step
from regard.playbooks.values.around import Around


class Exit(Step):
    """End the journey for the person, with a reason people can read."""

    op: ClassVar[Op] = Op.EXIT
    called: ClassVar[str] = "End the journey here"
    icon: ClassVar[str] = "circle-slash"
    tone: ClassVar[Literal["", "human", "stop"]] = "stop"
    begins_as: ClassVar[str] = "end"

    do: Literal["exit"]
    reason: str = "done"

    def words(self) -> str:
        return f"end here: {self.reason}"

    def terms(self) -> dict[str, Any]:
        return {"reason": self.reason}

    @classmethod
    def starter(cls, around: Around) -> dict[str, Any]:
        return {"reason": "done"}

    def brief(self, channels: Mapping[str, str]) -> str:
        return self.reason
