"""split: chance that can be repeated sends people different ways."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field, model_validator

from regard.playbooks.steps.base import Arm, Nests, Op, Step
from regard.playbooks.values.around import Around
from regard.playbooks.values.base import Part, Share

if TYPE_CHECKING:
    from regard.playbooks.steps import AnyStep


class Way(Part):
    """One way of a split and the share of people who take it."""

    label: str
    share: Share = Field(gt=0)
    then: tuple[AnyStep, ...] = ()


class Split(Step):
    """Split people by shares. The same person takes the same way every time, on every machine."""

    op: ClassVar[Op] = Op.BRANCH
    called: ClassVar[str] = "Split by chance"
    icon: ClassVar[str] = "split"
    begins_as: ClassVar[str] = "by-chance"
    nests: ClassVar[Nests] = Nests("ways", Way)

    do: Literal["split"]
    ways: tuple[Way, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _whole(self) -> Split:
        if abs(sum(way.share for way in self.ways) - 1) > 1e-9:
            raise ValueError("the shares of a split add up to 100%")
        return self

    def words(self) -> str:
        return "split: " + ", ".join(f"{way.share * 100:g} % {way.label}" for way in self.ways)

    def arms(self) -> tuple[Arm, ...]:
        return tuple(Arm(f"ways.{n}.then", way.label, way.then, share=way.share) for n, way in enumerate(self.ways))

    @classmethod
    def starter(cls, around: Around) -> dict[str, Any]:
        return {"ways": [{"label": "one way", "share": "50%"}, {"label": "another way", "share": "50%"}]}

    @classmethod
    def new_way(cls, around: Around) -> dict[str, Any]:
        return {"label": "one more way", "share": "10%"}

    def brief(self, channels: Mapping[str, str]) -> str:
        return f"{len(self.ways)} ways on"
