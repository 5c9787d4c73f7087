"""branch: the first condition that holds decides the way on."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from regard.playbooks.steps.base import Arm, Op, Step
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

    do: Literal["branch"]
    cases: tuple[Case, ...] = Field(min_length=1)
    otherwise: tuple[AnyStep, ...] = ()

    def words(self) -> str:
        return "branch: " + "; ".join(case.label or case.when.words() for case in self.cases)

    def arms(self) -> tuple[Arm, ...]:
        cases = tuple(Arm(c.label or c.when.words(), c.then, when=c.when) for c in self.cases)
        return (*cases, Arm("otherwise", self.otherwise))

    def fields(self) -> tuple[str, ...]:
        return tuple(name for case in self.cases for name in case.when.needs())
