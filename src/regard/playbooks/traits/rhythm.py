"""rhythm: how many days usually lie between."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from regard.playbooks.traits.verb import Verb
from regard.playbooks.values.compare import Unit
from regard.playbooks.values.filters import Events
from regard.playbooks.values.measures import Lexicon, Measure


class Rhythm(Verb):
    """Their own rhythm: the median of the gaps, in days, between the days (UTC) on which it happened; 3 such days or more."""

    example: ClassVar[Mapping[str, Any]] = {"rhythm": "Order Completed"}

    rhythm: Events

    def _events(self) -> tuple[str, ...]:
        return self.rhythm

    def unit(self) -> Unit:
        return "days"

    def measures(self) -> tuple[Measure, ...]:
        return (Measure("rhythm", self.pick(self.rhythm), self.window(), None, "days", self.per),)

    def words(self, lexicon: Lexicon) -> str:
        return f"usual days between {self._where_words(lexicon)}"
