"""`stage`: where a relationship stands, by the trait of that name (a `first_match` trait called `stage`)."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field

from regard.kernel.sql import Sql
from regard.playbooks.conditions.base import ConditionBase, Examples
from regard.playbooks.editing.rows import Row, Slot, plain
from regard.playbooks.values.base import Slug
from regard.playbooks.values.measures import Lexicon, Names, Refers, Seen


class StageIs(ConditionBase):
    """The lifecycle stage is one of those named."""

    called: ClassVar[str] = "stands at"
    slots: ClassVar[tuple[Slot, ...]] = (
        Slot("what", "select", "Stage", offers="stages"),
        Slot("op"),
        Slot("n"),
        Slot("value"),
    )
    examples: ClassVar[Examples] = ({"stage": ["support", "delight"]},)

    stage: Annotated[tuple[str, ...], BeforeValidator(lambda v: (v,) if isinstance(v, str) else v)] = Field(
        min_length=1, max_length=20
    )
    by: Slug = Field("stage", description="the trait that holds the stage")

    def refers(self) -> Refers:
        return Refers(traits=frozenset({self.by}))

    def sql(self, names: Names) -> Sql:
        marks = ", ".join("?" * len(self.stage))
        return Sql(f"COALESCE({names.trait(self.by).text} IN ({marks}), FALSE)", self.stage)

    def words(self, lexicon: Lexicon) -> str:
        return f"{lexicon.trait_name(self.by)} is {' or '.join(self.stage)}"

    def seen(self, names: Names, lexicon: Lexicon) -> tuple[Seen, ...]:
        return (Seen(lexicon.trait_name(self.by), Sql(names.trait(self.by).text), "text"),)

    @classmethod
    def of_row(cls, row: Row) -> dict[str, Any]:
        return {"stage": row.what}

    def row(self) -> Row | None:
        told = plain(self)
        return Row("stage", told[0]) if told and not told[2] else None
