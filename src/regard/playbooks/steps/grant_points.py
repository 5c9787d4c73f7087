"""grant_points: thank with points, or take some back."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from regard.playbooks.steps.base import Op, Step


class GrantPoints(Step):
    """Grant points (below zero: take them). Recorded as a touchpoint until the points ledger exists."""

    op: ClassVar[Op] = Op.ACT
    leaves: ClassVar[tuple[str, ...]] = ("Points Granted",)

    do: Literal["grant_points"]
    points: int = Field(ge=-1_000_000, le=1_000_000)
    reason: str = Field(min_length=1, max_length=200)

    def words(self) -> str:
        verb = "grant" if self.points >= 0 else "take back"
        return f"{verb} {abs(self.points)} points: {self.reason}"
