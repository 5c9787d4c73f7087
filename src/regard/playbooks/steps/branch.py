"""branch: the first condition that holds decides the way on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from regard.playbooks.steps.base import Arm, Nests, Op, Step
from regard.playbooks.values.around import Around
from regard.playbooks.values.base import Part
from regard.playbooks.values.recall import Recall

if TYPE_CHECKING:
    from regard.playbooks.steps import AnyStep


class Case(Part):
    """One way out of a branch. Steps may be empty: then the person goes on after the branch."""

    when: Recall
    then: tuple[AnyStep, ...] = ()
    label: str = ""


class Branch(Step):
    """Look at the person and go one way; nobody goes two."""

    op: ClassVar[Op] = Op.BRANCH
    called: ClassVar[str] = "Branch by a condition"
    icon: ClassVar[str] = "split"
    begins_as: ClassVar[str] = "look"
    nests: ClassVar[Nests] = Nests("cases", Case, "otherwise")

    do: Literal["branch"]
    cases: tuple[Case, ...] = Field(min_length=1)
    otherwise: tuple[AnyStep, ...] = ()

    def words(self) -> str:
        return "branch: " + "; ".join(case.label or case.when.words() for case in self.cases)

    def arms(self) -> tuple[Arm, ...]:
        cases = (
            Arm(f"cases.{n}.then", c.label or c.when.words(), c.then, when=c.when) for n, c in enumerate(self.cases)
        )
        return (*cases, Arm("otherwise", "otherwise", self.otherwise))

    def fields(self) -> tuple[str, ...]:
        return tuple(name for case in self.cases for name in case.when.needs())

    def asks(self) -> tuple[tuple[str, Recall], ...]:
        return tuple((f"cases.{n}.when", case.when) for n, case in enumerate(self.cases))

    @classmethod
    def starter(cls, around: Around) -> dict[str, Any]:
        return {"cases": [cls.new_way(around)]}

    @classmethod
    def new_way(cls, around: Around) -> dict[str, Any]:
        if around.waits:
            return {"when": {"kind": "answered", "step": around.waits[-1], "at_least": 9}}
        return {"when": {"kind": "in_segment", "segment": around.segment}}

    def in_outline(self) -> str:
        return "look at the person, and go one way"

    def brief(self, channels: Mapping[str, str]) -> str:
        return f"{len(self.cases) + 1} ways on"
