"""ratio: one trait divided by another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from regard.kernel.sql import Sql
from regard.playbooks.traits.base import TraitBase
from regard.playbooks.values.base import Slug
from regard.playbooks.values.measures import Lexicon, Names, Refers


class Ratio(TraitBase):
    """One trait divided by another; missing where either is, or the second is 0."""

    example: ClassVar[Mapping[str, Any]] = {"ratio": ["spend_last_year", "lifetime_value"]}

    ratio: tuple[Slug, Slug]

    def refers(self) -> Refers:
        return Refers(traits=frozenset(self.ratio))

    def numbers(self) -> tuple[str, ...]:
        return self.ratio

    def sql(self, name: str, names: Names) -> Sql:
        above, below = (names.trait(part).number for part in self.ratio)
        return Sql(f"CAST({above} AS DOUBLE) / NULLIF(CAST({below} AS DOUBLE), 0)")

    def words(self, lexicon: Lexicon) -> str:
        return f"{lexicon.trait_name(self.ratio[0])} for each {lexicon.trait_name(self.ratio[1])}"
