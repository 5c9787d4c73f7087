"""`trait`: a computed trait compared with a value, known or not, or changed of late."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field

from regard.kernel.sql import Sql
from regard.playbooks.conditions.base import ConditionBase, Examples
from regard.playbooks.editing.rows import COMPARED, Row, Slot, compared_row, comparison_of
from regard.playbooks.values.base import Slug
from regard.playbooks.values.compare import Compare
from regard.playbooks.values.measures import Lexicon, Moment, Names, Refers, Seen
from regard.playbooks.values.windows import Clock, Duration, duration_words


class TraitIs(Compare, ConditionBase):
    """A computed trait compared. `changed_within` compares it with itself that long ago."""

    called: ClassVar[str] = "has"
    slots: ClassVar[tuple[Slot, ...]] = (Slot("what", "select", "Trait", offers="traits"), *COMPARED)
    examples: ClassVar[Examples] = (
        {"trait": "lifetime_value", "at_least": 150, "less_than": 1000},
        {"trait": "last_order_at", "older_than": "180 days"},
        {"trait": "order_count", "changed_within": "7 days"},
    )

    trait: Slug
    changed_within: Duration | None = Field(
        None, description="it is not what it was this long ago (traits read straight off the log)"
    )

    def refers(self) -> Refers:
        return Refers(traits=frozenset({self.trait}))

    def sql(self, names: Names) -> Sql:
        operand = names.trait(self.trait)
        asked = self.compare_sql(operand, names.clock, names.currency) if self.asked() else Sql("TRUE")
        if self.changed_within is None:
            return asked
        before = names.trait_before(self.trait, self.changed_within)
        text = f"({asked.text} AND {operand.text} IS DISTINCT FROM {before.text})"
        return Sql(text, (*asked.params, *before.params))

    def looks_back(self) -> tuple[str, int] | None:
        return (self.trait, self.changed_within) if self.changed_within else None

    def moments(self, clock: Clock) -> tuple[Moment, ...]:
        edges = self.flips(clock)
        return (Moment(edges, trait=self.trait),) if edges else ()

    def words(self, lexicon: Lexicon) -> str:
        words = lexicon.trait_name(self.trait)
        asked = self.compare_words(lexicon.trait_unit(self.trait), lexicon.currency)
        changed = f"changed in the last {duration_words(self.changed_within)}" if self.changed_within else ""
        return f"{words} {' and '.join(p for p in (asked, changed) if p)}"

    def seen(self, names: Names, lexicon: Lexicon) -> tuple[Seen, ...]:
        operand = names.trait(self.trait)
        return (Seen(lexicon.trait_name(self.trait), Sql(operand.text), operand.unit),)

    @classmethod
    def of_row(cls, row: Row) -> dict[str, Any]:
        return {"trait": row.what, **comparison_of(row)}

    def row(self) -> Row | None:
        return compared_row(self)
