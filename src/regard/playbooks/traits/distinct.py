"""distinct: how many different values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from regard.playbooks.traits.base import FactWord, LogTrait
from regard.playbooks.values.filters import fact_of
from regard.playbooks.values.measures import Lexicon, Measure


class Distinct(LogTrait):
    """How many different values."""

    example: ClassVar[Mapping[str, Any]] = {"distinct": "products[].category", "over": "Order Completed"}

    distinct: FactWord

    def measures(self) -> tuple[Measure, ...]:
        pick = self.pick(self._events())
        return (Measure("distinct", pick, self.window(), fact_of(self.distinct), "number", self.per),)

    def words(self, lexicon: Lexicon) -> str:
        return f"how many different {self.distinct} in {self._where_words(lexicon)}"
