"""What `first` and `last` share."""

from __future__ import annotations

from typing import ClassVar, Literal

from regard.playbooks.traits.base import LogTrait
from regard.playbooks.values.compare import Unit
from regard.playbooks.values.filters import fact_of
from regard.playbooks.values.measures import Lexicon, Measure


class Edge(LogTrait):
    """The first or the last of something: when it was, or what it said."""

    take: ClassVar[Literal["first", "last"]]
    take_time: ClassVar[Literal["first_at", "last_at"]]

    def _word(self) -> str:
        return str(getattr(self, self.take))

    def unit(self) -> Unit:
        units: dict[str, Unit] = {"time": "date", "value": "money", "score": "score"}
        return units.get(self._word(), "text")

    def measures(self) -> tuple[Measure, ...]:
        pick = self.pick(self._events())
        if self._word() == "time":
            return (Measure(self.take_time, pick, self.window(), None, "date", self.per),)
        return (Measure(self.take, pick, self.window(), fact_of(self._word()), self.unit(), self.per),)

    def words(self, lexicon: Lexicon) -> str:
        return f"{self.take} {self._word()} of {self._where_words(lexicon)}"
