"""first_match: named groups and stages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from regard.kernel.sql import Sql, join
from regard.playbooks.conditions import Condition
from regard.playbooks.conditions.base import ConditionBase
from regard.playbooks.traits.base import TraitBase
from regard.playbooks.values.base import Part
from regard.playbooks.values.compare import Unit
from regard.playbooks.values.filters import Events
from regard.playbooks.values.measures import Lexicon, Names


class Case(Part):
    """One value, and when it is the one."""

    value: str = Field(max_length=60)
    when: Condition
    moved_by: Events | None = Field(None, description="touchpoints that may have moved somebody here, for the story")


class FirstMatch(TraitBase):
    """The value of the first case that holds: named groups and stages."""

    example: ClassVar[Mapping[str, Any]] = {
        "first_match": [{"value": "new", "when": {"trait": "order_count", "is": 1}}],
        "otherwise": "known",
    }

    first_match: tuple[Case, ...] = Field(min_length=1, max_length=30)
    otherwise: str | None = Field(None, max_length=60)

    def unit(self) -> Unit:
        return "text"

    def conditions(self) -> tuple[ConditionBase, ...]:
        return tuple(case.when for case in self.first_match)

    def values(self) -> tuple[str, ...]:
        return (*(case.value for case in self.first_match), *([self.otherwise] if self.otherwise else []))

    def moved_by(self, value: str) -> tuple[str, ...]:
        return next((case.moved_by for case in self.first_match if case.value == value and case.moved_by), ())

    def sql(self, name: str, names: Names) -> Sql:
        cases = [
            Sql(f"WHEN {when.text} THEN ?", (*when.params, case.value))
            for case in self.first_match
            for when in (case.when.sql(names),)
        ]
        body = join(cases, " ")
        return Sql(f"CASE {body.text} ELSE CAST(? AS VARCHAR) END", (*body.params, self.otherwise))

    def words(self, lexicon: Lexicon) -> str:
        return "; ".join(f"{case.value}: {case.when.words(lexicon)}" for case in self.first_match)
