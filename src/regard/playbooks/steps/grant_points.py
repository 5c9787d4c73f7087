"""grant_points: thank with points, or take some back."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field

from regard.playbooks.steps.base import Op, Step
from regard.playbooks.values.around import Around
from regard.playbooks.vocabulary import POINTS_GRANTED, TouchpointKind


class GrantPoints(Step):
    """Grant points (below zero: take them). Recorded as a touchpoint until the points ledger exists."""

    op: ClassVar[Op] = Op.ACT
    called: ClassVar[str] = "Grant or take points"
    icon: ClassVar[str] = "gift"
    begins_as: ClassVar[str] = "thank-with-points"
    went: ClassVar[str] = "went"
    leaves: ClassVar[tuple[TouchpointKind, ...]] = (POINTS_GRANTED,)

    do: Literal["grant_points"]
    points: int = Field(ge=-1_000_000, le=1_000_000)
    reason: str = Field(min_length=1, max_length=200)

    def words(self) -> str:
        verb = "grant" if self.points >= 0 else "take back"
        return f"{verb} {abs(self.points)} points: {self.reason}"

    @classmethod
    def starter(cls, around: Around) -> dict[str, Any]:
        return {"points": 100, "reason": "thank you"}
