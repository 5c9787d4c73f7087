"""What kinds share whose first key names a number: `sum: value`."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import model_validator

from regard.playbooks.traits.base import LogTrait
from regard.playbooks.values.compare import Unit
from regard.playbooks.values.filters import fact_of
from regard.playbooks.values.measures import Fact, Lexicon, Measure

_UNITS: dict[str, Unit] = {"value": "money", "score": "score", "property": "number"}


class OfNumber(LogTrait):
    """A trait whose first key names a number or money that touchpoints carry, and how their numbers become one."""

    take: ClassVar[Literal["sum", "average", "smallest", "largest"]]

    def _word(self) -> str:
        return str(getattr(self, self.take))

    def unit(self) -> Unit:
        return _UNITS[self._of().kind]

    def _of(self) -> Fact:
        return fact_of(self._word())

    @model_validator(mode="after")
    def _numeric(self) -> OfNumber:
        if self._word() in ("channel", "name"):
            raise ValueError(f"'{self._word()}' is not a number: 'value', 'score' or a property path")
        return self

    def measures(self) -> tuple[Measure, ...]:
        pick = self.pick(self._events())
        return (Measure(self.take, pick, self.window(), self._of(), self.unit(), self.per),)

    def words(self, lexicon: Lexicon) -> str:
        return f"{self.take} of {self._of().words()} over {self._where_words(lexicon)}"
