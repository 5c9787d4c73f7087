"""enter: start another journey for the person."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from regard.playbooks.steps.base import Op, Step
from regard.playbooks.values.base import Slug


class Enter(Step):
    """Start another journey; its own re-entry rule decides whether it may begin."""

    op: ClassVar[Op] = Op.ACT

    do: Literal["enter"]
    journey: Slug

    def words(self) -> str:
        return f"start the journey {self.journey}"

    def terms(self) -> dict[str, Any]:
        return {"other": self.journey}
