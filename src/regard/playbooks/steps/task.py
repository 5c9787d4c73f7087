"""task: ask a colleague to do something for the person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import Field

from regard.playbooks.steps.base import Op, Step
from regard.playbooks.values.around import Around
from regard.playbooks.values.base import Duration, Slug
from regard.playbooks.vocabulary import TASK_OPENED, TouchpointKind


class Task(Step):
    """Open a task for a colleague, with the whole context. Care is never held out and never capped."""

    op: ClassVar[Op] = Op.ACT
    called: ClassVar[str] = "Give a colleague a task"
    icon: ClassVar[str] = "user"
    tone: ClassVar[Literal["", "human", "stop"]] = "human"
    begins_as: ClassVar[str] = "call-them"
    went: ClassVar[str] = "opened"
    leaves: ClassVar[tuple[TouchpointKind, ...]] = (TASK_OPENED,)

    do: Literal["task"]
    kind: Slug  # complaint, check_in, thank_you, ...
    title: str = Field(min_length=1, max_length=200)
    pauses_promotions: bool = False
    minutes: int = Field(default=10, ge=1, le=480)  # expected effort
    due_in: Duration | None = None

    def words(self) -> str:
        pause = "; promotions pause until it is closed" if self.pauses_promotions else ""
        return f"open a task for a colleague: {self.title}{pause}"

    def terms(self) -> dict[str, Any]:
        return {"pauses_promotions": self.pauses_promotions, "minutes": self.minutes}

    @classmethod
    def starter(cls, around: Around) -> dict[str, Any]:
        return {"kind": "check_in", "title": "Write or call and ask how they are", "due_in": "3d"}

    def headline(self) -> str:
        return self.title

    def brief(self, channels: Mapping[str, str]) -> str:
        return "task on Today, with context"
