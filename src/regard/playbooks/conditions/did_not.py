"""`did_not`: something never happened, or not in the window."""

from __future__ import annotations

from typing import ClassVar

from regard.kernel.sql import Sql
from regard.playbooks.conditions.base import ConditionBase, Examples
from regard.playbooks.values.filters import Events, Windowed
from regard.playbooks.values.measures import Lexicon, Measure, Names, Seen


class DidNot(Windowed, ConditionBase):
    """It did not happen in the window; true as well for somebody who never did anything."""

    examples: ClassVar[Examples] = (
        {"did_not": "Order Completed", "within": "300 days", "but_not_the_last": "60 days"},
    )

    did_not: Events

    def _measure(self) -> Measure:
        return Measure("count", self.pick(self.did_not), self.window())

    def needs(self) -> tuple[Measure, ...]:
        return (self._measure(),)

    def sql(self, names: Names) -> Sql:
        return Sql(f"({self._measure().key()} = 0)")

    def words(self, lexicon: Lexicon) -> str:
        return f"did not do {self.pick_words(self.did_not, lexicon.currency)}{self.window().words()}"

    def seen(self, names: Names, lexicon: Lexicon) -> tuple[Seen, ...]:
        return (Seen(" or ".join(self.did_not), Sql(self._measure().key()), "times"),)
