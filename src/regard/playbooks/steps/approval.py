"""approval: a colleague says yes before the person goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field, StringConstraints

from regard.kernel.durations import duration_words
from regard.playbooks.steps.base import Arm, Nests, Op, Step
from regard.playbooks.values.around import Around
from regard.playbooks.values.base import Duration
from regard.playbooks.vocabulary import TASK_OPENED, TouchpointKind

if TYPE_CHECKING:
    from regard.playbooks.steps import AnyStep


class Approval(Step):
    """Open an approval task and wait for its outcome. Compiles to an act and a wait for 'Task Closed'."""

    op: ClassVar[Op] = Op.ACT
    called: ClassVar[str] = "Ask a colleague for approval"
    icon: ClassVar[str] = "list-checks"
    tone: ClassVar[Literal["", "human", "stop"]] = "human"
    begins_as: ClassVar[str] = "ask-colleague"
    nests: ClassVar[Nests] = Nests(otherwise="if it was not approved")
    waits_for_its_task: ClassVar[bool] = True
    leaves: ClassVar[tuple[TouchpointKind, ...]] = (TASK_OPENED,)

    # eight characters fewer than other steps: what was said is kept under `<step>.outcome`
    step: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,51}$")]
    do: Literal["approval"]
    title: str = Field(min_length=1, max_length=200)
    timeout: Duration = Field(gt=0)
    minutes: int = Field(default=2, ge=1, le=480)
    otherwise: tuple[AnyStep, ...] | None = None  # refused or no answer; none: leaves the journey

    def words(self) -> str:
        return f"wait up to {duration_words(self.timeout)} until a colleague approves: {self.title}"

    def terms(self) -> dict[str, Any]:
        return {"minutes": self.minutes, "pauses_promotions": False}

    def arms(self) -> tuple[Arm, ...]:
        return () if self.otherwise is None else (Arm("otherwise", "not approved", self.otherwise),)

    def patience(self) -> int:
        return self.timeout

    @classmethod
    def starter(cls, around: Around) -> dict[str, Any]:
        return {"title": "May this person get it?", "timeout": "3d"}

    def headline(self) -> str:
        return self.title
