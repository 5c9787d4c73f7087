"""`all`, `any`, `none`: conditions inside conditions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from regard.kernel.sql import Sql, join
from regard.playbooks.conditions.base import ConditionBase, Examples
from regard.playbooks.editing.rows import Row
from regard.playbooks.values.measures import Lexicon, Names

MOST_PARTS = 50
if TYPE_CHECKING:  # at run time the registry names the union of all kinds
    Condition = ConditionBase


class All(ConditionBase):
    """Every one of these holds."""

    examples: ClassVar[Examples] = ({"all": [{"trait": "order_count", "at_least": 2}, {"reachable": "email"}]},)

    all: tuple["Condition", ...] = Field(min_length=1, max_length=MOST_PARTS)  # noqa: UP037

    def parts(self) -> Sequence[ConditionBase]:
        return self.all

    def sql(self, names: Names) -> Sql:
        return join([part.sql(names) for part in self.all], " AND ").wrap("(", ")")

    def words(self, lexicon: Lexicon) -> str:
        return _listed(self.all, lexicon, "and")


class Any(ConditionBase):
    """At least one of these holds."""

    examples: ClassVar[Examples] = ({"any": [{"stage": "support"}, {"did": "Ticket Opened", "within": "30 days"}]},)

    any: tuple["Condition", ...] = Field(min_length=1, max_length=MOST_PARTS)  # noqa: UP037

    def parts(self) -> Sequence[ConditionBase]:
        return self.any

    def sql(self, names: Names) -> Sql:
        return join([part.sql(names) for part in self.any], " OR ").wrap("(", ")")

    def words(self, lexicon: Lexicon) -> str:
        return _listed(self.any, lexicon, "or")


class NoneOf(ConditionBase):
    """Not one of these holds."""

    examples: ClassVar[Examples] = ({"none": [{"did": "anything", "within": "60 days", "direction": "in"}]},)

    none: tuple["Condition", ...] = Field(min_length=1, max_length=MOST_PARTS)  # noqa: UP037

    def parts(self) -> Sequence[ConditionBase]:
        return self.none

    def sql(self, names: Names) -> Sql:
        return join([part.sql(names) for part in self.none], " OR ").wrap("(NOT (", "))")

    def row(self) -> Row | None:
        return self.none[0].row_of_none() if len(self.none) == 1 else None

    def words(self, lexicon: Lexicon) -> str:
        return f"none of this holds: {_listed(self.none, lexicon, 'or')}"


def _listed(parts: Sequence[ConditionBase], lexicon: Lexicon, word: str) -> str:
    """Return the sentences with a word between; a group inside a group stands in brackets."""
    sentences = [f"({part.words(lexicon)})" if len(part.parts()) > 1 else part.words(lexicon) for part in parts]
    return f", {word} ".join(sentences)
