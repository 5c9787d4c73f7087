"""count: how many."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from regard.playbooks.traits.verb import Verb
from regard.playbooks.values.filters import Events
from regard.playbooks.values.measures import Lexicon, Measure


class Count(Verb):
    """How many."""

    example: ClassVar[Mapping[str, Any]] = {"count": "Order Completed", "within": "365 days"}

    count: Events

    def _events(self) -> tuple[str, ...]:
        return self.count

    def measures(self) -> tuple[Measure, ...]:
        return (Measure("count", self.pick(self.count), self.window(), per=self.per),)

    def words(self, lexicon: Lexicon) -> str:
        return f"how many times {self._where_words(lexicon)}"
