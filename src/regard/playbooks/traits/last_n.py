"""last_n: the last different values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from regard.playbooks.traits.base import FactWord, LogTrait
from regard.playbooks.values.compare import Unit
from regard.playbooks.values.filters import fact_of
from regard.playbooks.values.measures import Lexicon, Measure


class LastN(LogTrait):
    """The last n different values, newest first."""

    example: ClassVar[Mapping[str, Any]] = {"last_n": "products[].name", "n": 5, "over": "Order Completed"}

    last_n: FactWord
    n: int = Field(5, ge=1, le=50)

    def unit(self) -> Unit:
        return "list"

    def measures(self) -> tuple[Measure, ...]:
        pick = self.pick(self._events())
        return (Measure("last_n", pick, self.window(), fact_of(self.last_n), "list", self.per, self.n),)

    def words(self, lexicon: Lexicon) -> str:
        return f"the last {self.n} {self.last_n} of {self._where_words(lexicon)}"
