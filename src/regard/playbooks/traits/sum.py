"""sum: numbers or money added up, net of what was given back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator

from regard.playbooks.traits.base import NumberWord
from regard.playbooks.traits.of_number import OfNumber
from regard.playbooks.values.filters import Events, Where
from regard.playbooks.values.measures import Asked, Lexicon, Measure

# A value given back is told with a plus or a minus: what is at least nothing is taken off, what is less is added.
_SIGNS = [Where.model_validate({"fact": "value", sign: 0}) for sign in ("at_least", "less_than")]


class Sum(OfNumber):
    """The sum of a number or of money; with `less`, money net of what was given back (told with either sign)."""

    take: ClassVar[Literal["sum", "average", "smallest", "largest"]] = "sum"
    example: ClassVar[Mapping[str, Any]] = {"sum": "value", "over": "Order Completed"}

    sum: NumberWord
    less: Events | None = Field(None, description="of value: touchpoints whose value is taken off")

    @model_validator(mode="after")
    def _less_money(self) -> Sum:
        if self.less is not None and self.sum != "value":
            raise ValueError("'less' takes money off a 'sum: value': there is none here")
        return self

    def measures(self) -> tuple[Measure, ...]:
        (given,) = super().measures()
        if self.less is None:
            return (given,)
        pick = self.pick(self.less)
        back = (replace(pick, where=(*pick.where, Asked(s.of(), s))) for s in _SIGNS)
        return (given, *(replace(given, pick=one) for one in back))

    def of_columns(self, columns: Sequence[str]) -> str:
        if self.less is None:
            return columns[0]
        given, plus, minus = columns
        net = f"CAST({given} AS HUGEINT) - COALESCE({plus}, 0) + COALESCE({minus}, 0)"
        return f"CASE WHEN {given} IS NOT NULL THEN TRY_CAST({net} AS BIGINT) END"

    def words(self, lexicon: Lexicon) -> str:
        less = f", less the value of {' or '.join(self.less)}" if self.less else ""
        return f"{super().words(lexicon)}{less}"
