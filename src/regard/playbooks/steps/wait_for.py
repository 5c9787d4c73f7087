"""wait_for: stay until a touchpoint happens, or until patience ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from regard.kernel.durations import duration_words
from regard.playbooks.steps.base import Arm, Nests, Op, Step
from regard.playbooks.values.around import Around
from regard.playbooks.values.base import Duration
from regard.playbooks.values.happening import Happening
from regard.playbooks.vocabulary import ORDER_COMPLETED

if TYPE_CHECKING:
    from regard.playbooks.steps import AnyStep


class WaitFor(Step):
    """Wait for a touchpoint; `otherwise` holds the steps of those for whom it did not come in time."""

    op: ClassVar[Op] = Op.AWAIT
    called: ClassVar[str] = "Wait for something to happen"
    icon: ClassVar[str] = "hourglass"
    begins_as: ClassVar[str] = "wait-for-it"
    nests: ClassVar[Nests] = Nests(otherwise="if it did not happen in time")

    do: Literal["wait_for"]
    touchpoint: Happening
    timeout: Duration = Field(gt=0)
    otherwise: tuple[AnyStep, ...] | None = None  # none: goes on as the others do

    def words(self) -> str:
        return f"wait up to {duration_words(self.timeout)} for {self.touchpoint.words()}"

    def terms(self) -> dict[str, Any]:
        return {"wait_us": self.timeout, "awaited": self.touchpoint}

    def arms(self) -> tuple[Arm, ...]:
        return () if self.otherwise is None else (Arm("otherwise", "not in time", self.otherwise),)

    def patience(self) -> int:
        return self.timeout

    @classmethod
    def starter(cls, around: Around) -> dict[str, Any]:
        return {"touchpoint": ORDER_COMPLETED.name, "timeout": "30d"}

    def brief(self, channels: Mapping[str, str]) -> str:
        return f"at most {duration_words(self.timeout)}"

    def awaits(self) -> Happening:
        return self.touchpoint
