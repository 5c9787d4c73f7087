"""`did_not`: something never happened, or not in the window."""

from __future__ import annotations

from typing import Any, ClassVar

from regard.kernel.sql import Sql
from regard.playbooks.conditions.base import ConditionBase, Examples
from regard.playbooks.editing.rows import DAYS, TOUCHPOINT, Row, Slot, plain, within_of
from regard.playbooks.values.filters import Events, Windowed
from regard.playbooks.values.measures import Lexicon, Measure, Names, Seen


class DidNot(Windowed, ConditionBase):
    """It did not happen in the window; true as well for somebody who never did anything."""

    called: ClassVar[str] = "did not do"
    slots: ClassVar[tuple[Slot, ...]] = (TOUCHPOINT, DAYS, Slot("op"), Slot("n"))
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

    @classmethod
    def of_row(cls, row: Row) -> dict[str, Any]:
        return {"did_not": row.what, **within_of(row)}

    def row(self) -> Row | None:
        told = plain(self)
        return Row("did_not", told[0], value=told[1]) if told and not told[2] else None
