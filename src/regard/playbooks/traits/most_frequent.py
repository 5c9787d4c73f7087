"""most_frequent: the value seen most often."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from regard.playbooks.traits.base import FactWord, LogTrait
from regard.playbooks.values.compare import Unit
from regard.playbooks.values.filters import fact_of
from regard.playbooks.values.measures import Lexicon, Measure


class MostFrequent(LogTrait):
    """The value seen most often; among equals the one seen last, then the first in the alphabet."""

    example: ClassVar[Mapping[str, Any]] = {"most_frequent": "channel", "over": "anything", "direction": "in"}

    most_frequent: FactWord

    def unit(self) -> Unit:
        return "text"

    def measures(self) -> tuple[Measure, ...]:
        pick = self.pick(self._events())
        return (Measure("most_frequent", pick, self.window(), fact_of(self.most_frequent), "text", self.per),)

    def words(self, lexicon: Lexicon) -> str:
        return f"the most frequent {self.most_frequent} in {self._where_words(lexicon)}"
