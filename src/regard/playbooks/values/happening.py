"""Happenings: which touchpoints a journey listens for, by name and optional filters on the declared facts."""

from __future__ import annotations

from typing import Any

from pydantic import Field, field_validator, model_validator

from regard.kernel.sql import Sql, join
from regard.playbooks.values.base import Part

# Access records (contract 13): a mail scanner makes them too, so alone they never drive a journey.
UNCONFIRMED = ("Email Opened", "Email Link Clicked")
# Touchpoints that only exist because we acted: a replay may not take them from another message's log.
ANSWERS = ("Survey Answered", "Task Closed")


class Happening(Part):
    """A touchpoint by name; may be written as the bare name."""

    name: str = Field(min_length=1, max_length=255)
    score_at_least: int | None = None
    score_at_most: int | None = None
    value_at_least: float | None = None  # in the company's currency, major units
    where: dict[str, str | int | float | bool] = {}  # top-level properties, equal to

    @model_validator(mode="before")
    @classmethod
    def _bare_name(cls, value: Any) -> Any:
        return {"name": value} if isinstance(value, str) else value

    @field_validator("name")
    @classmethod
    def _confirmed(cls, name: str) -> str:
        if name in UNCONFIRMED:
            raise ValueError(f"'{name}' is an access record that mail scanners make too; it cannot drive a journey")
        return name

    @property
    def is_answer(self) -> bool:
        """Say whether it can only follow from an act of ours."""
        return self.name in ANSWERS

    def sql(self) -> Sql:
        """Return the predicate over a row `k` of the `touch` table."""
        parts = [Sql("k.name = ?", (self.name,))]
        for column, sign, bound, scale in (
            ("score_milli", ">=", self.score_at_least, 1000),
            ("score_milli", "<=", self.score_at_most, 1000),
            ("value_minor", ">=", self.value_at_least, 100),
        ):
            if bound is not None:
                parts.append(Sql(f"k.{column} {sign} ?", (round(bound * scale),)))
        for key, expected in sorted(self.where.items()):
            told = str(expected).lower() if isinstance(expected, bool) else str(expected)
            parts.append(
                Sql(
                    "EXISTS (SELECT 1 FROM detail AS d WHERE d.seq = k.seq AND d.name = ? AND d.value = ?)",
                    (key, told),
                )
            )
        return join(parts, " AND ")

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
