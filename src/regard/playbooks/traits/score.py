"""score: a rank among everybody, in parts of equal size."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import Field

from regard.kernel.sql import Sql
from regard.playbooks.conditions import Condition
from regard.playbooks.conditions.base import ConditionBase
from regard.playbooks.traits.base import Ranked, TraitBase
from regard.playbooks.values.base import Slug
from regard.playbooks.values.measures import Lexicon, Names, Refers, all_refers


class Score(TraitBase):
    """A score from 1 to `parts` by rank among everybody who has the trait; cut points are set by a refresh.

    The best part gets the highest score. Equal values get equal scores. A refresh publishes the cut points and every
    cycle after it scores against them, so one person's new order never moves another person's score.
    """

    ranks_dates: ClassVar[bool] = True
    example: ClassVar[Mapping[str, Any]] = {
        "score": "lifetime_value",
        "parts": 5,
        "among": {"trait": "order_count", "at_least": 1},
    }

    score: Slug
    parts: int = Field(5, ge=2, le=10)
    best: Literal["high", "low"] = "high"
    among: Condition | None = Field(None, description="who is ranked; the others have no score")

    def refers(self) -> Refers:
        return all_refers((Refers(traits=frozenset({self.score})), super().refers()))

    def conditions(self) -> tuple[ConditionBase, ...]:
        return () if self.among is None else (self.among,)

    def numbers(self) -> tuple[str, ...]:
        return (self.score,)

    def ranks_by(self, names: Names) -> Ranked:
        number = names.trait(self.score).number
        among = self.among.sql(names) if self.among is not None else Sql("TRUE")
        return Ranked(
            self.parts,
            Sql(f"{number} IS NOT NULL AND {among.text}", among.params),
            f"CAST({'-' if self.best == 'low' else ''}{number} AS DOUBLE)",
        )

    def rank_parts(self) -> int:
        return self.parts

    def sql(self, name: str, names: Names) -> Sql:
        ranked = self.ranks_by(names)
        above = " + ".join(
            f"CASE WHEN {ranked.value} > list_extract({names.cuts(name)}, {k}) THEN 1 ELSE 0 END"
            for k in range(1, self.parts)
        )
        return Sql(f"CASE WHEN {ranked.only.text} THEN 1 + {above} END", ranked.only.params)

    def words(self, lexicon: Lexicon) -> str:
        among = "" if self.among is None else f" among those who {self.among.words(lexicon)}"
        return f"score 1 to {self.parts} by {lexicon.trait_name(self.score)}, {self.best} is best{among}"
