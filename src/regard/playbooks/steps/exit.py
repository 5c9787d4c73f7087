"""exit: the journey ends here for the person."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from regard.playbooks.steps.base import Op, Step


class Exit(Step):
    """End the journey for the person, with a reason people can read."""

    op: ClassVar[Op] = Op.EXIT

    do: Literal["exit"]
    reason: str = "done"

    def words(self) -> str:
        return f"end here: {self.reason}"

    def terms(self) -> dict[str, Any]:
        return {"reason": self.reason}
