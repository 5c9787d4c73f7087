"""webhook: tell another system. Refused by the check until the one outgoing door exists (promise F8)."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from regard.playbooks.steps.base import Op, Step


class Webhook(Step):
    """Tell another system what happened, through the one outgoing door."""

    op: ClassVar[Op] = Op.ACT
    act: ClassVar[str] = "webhook"

    do: Literal["webhook"]
    url: str = Field(pattern=r"^https://", max_length=500)

    def words(self) -> str:
        return f"tell {self.url}"
