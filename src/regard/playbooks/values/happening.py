"""Happenings: which touchpoints a journey listens for, by name and optional filters on the declared facts.

Whether a touchpoint fits is asked in two forms, which are one rule: `fits` of a row of the log, `sql` of the engine's
`touch` and `detail`. An amount is in the company's currency; what was paid in another fits no amount.
"""

from __future__ import annotations

import json
import operator
from collections.abc import Iterator
from typing import Any, NamedTuple

from pydantic import Field, field_validator, model_validator

from regard.kernel.money import own_minor, parse_minor
from regard.kernel.sql import Sql, join
from regard.playbooks.values.base import Part
from regard.playbooks.vocabulary import VOCABULARY

_UNCONFIRMED = frozenset(kind.name for kind in VOCABULARY if not kind.is_confirmed)
_ANSWERS = frozenset(kind.name for kind in VOCABULARY if kind.is_answer)
_SIGNS = {">=": operator.ge, "<=": operator.le}


class RowSeen(NamedTuple):
    """What a happening may ask of a touchpoint: thousandths, minor units of the currency, the properties as JSON."""

    score_milli: int | None
    value_minor: int | None
    currency: str
    properties: str


def property_text(value: object) -> str | None:
    """Return a property as filters compare it, or None where there is no plain value."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, str | int | float) else None


class Happening(Part):
    """A touchpoint by name; may be written as the bare name. An amount is in the company's currency, in major units."""

    name: str = Field(min_length=1, max_length=255)
    score_at_least: int | None = None
    score_at_most: int | None = None
    value_at_least: float | None = Field(default=None, ge=-1e15, le=1e15)
    where: dict[str, str | int | float | bool] = {}  # top-level properties, equal to

    @model_validator(mode="before")
    @classmethod
    def _bare_name(cls, value: Any) -> Any:
        return {"name": value} if isinstance(value, str) else value

    @field_validator("name")
    @classmethod
    def _confirmed(cls, name: str) -> str:
        if name in _UNCONFIRMED:
            raise ValueError(f"'{name}' is an access record that mail scanners make too; it cannot drive a journey")
        return name

    @property
    def is_answer(self) -> bool:
        """Say whether it can only follow from an act of ours."""
        return self.name in _ANSWERS

    @property
    def is_bare(self) -> bool:
        """Say whether it asks for nothing but the name."""
        return not self.where and next(self._bounds(""), None) is None

    def fits(self, seen: RowSeen, currency: str) -> bool:
        """Say whether a touchpoint of the right name fits; `currency` is the company's."""
        stored = {"score_milli": seen.score_milli, "value_minor": own_minor(seen.value_minor, seen.currency, currency)}
        for column, sign, bound in self._bounds(currency):
            value = stored[column]
            if value is None or not _SIGNS[sign](value, bound):
                return False
        told = json.loads(seen.properties) if self.where else {}
        return all(property_text(told.get(key)) == property_text(value) for key, value in self.where.items())

    def sql(self, currency: str) -> Sql:
        """Return the predicate over a row `k` of the `touch` table, whose values are in the company's `currency`."""
        parts = [Sql("k.name = ?", (self.name,))]
        parts += [Sql(f"k.{column} {sign} ?", (bound,)) for column, sign, bound in self._bounds(currency)]
        parts += [
            Sql(
                "EXISTS (SELECT 1 FROM detail AS d WHERE d.seq = k.seq AND d.name = ? AND d.value = ?)",
                (key, property_text(value)),
            )
            for key, value in sorted(self.where.items())
        ]
        return join(parts, " AND ")

    def _bounds(self, currency: str) -> Iterator[tuple[str, str, int]]:
        """Yield (column, sign, bound) as the log stores them: thousandths, minor units of the currency."""
        if self.score_at_least is not None:
            yield "score_milli", ">=", self.score_at_least * 1000
        if self.score_at_most is not None:
            yield "score_milli", "<=", self.score_at_most * 1000
        if self.value_at_least is not None and (minor := parse_minor(self.value_at_least, currency)) is not None:
            yield "value_minor", ">=", minor

    def words(self) -> str:
        """Return the happening as people read it."""
        clauses = [f"{key} {value}" for key, value in sorted(self.where.items())]
        if self.score_at_least is not None:
            clauses.append(f"a score of {self.score_at_least} or more")
        if self.score_at_most is not None:
            clauses.append(f"a score of {self.score_at_most} or less")
        if self.value_at_least is not None:
            clauses.append(f"a value of {self.value_at_least:g} or more")
        return f"'{self.name}'" + (f" with {', '.join(clauses)}" if clauses else "")
