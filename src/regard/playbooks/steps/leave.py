"""leave: take the person out of another journey."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from regard.playbooks.steps.base import Op, Step
from regard.playbooks.values.base import Slug


class Leave(Step):
    """End another journey for the person, where they are in it."""

    op: ClassVar[Op] = Op.ACT

    do: Literal["leave"]
    journey: Slug

    def words(self) -> str:
        return f"take the person out of the journey {self.journey}"

    def terms(self) -> dict[str, Any]:
        return {"other": self.journey}
