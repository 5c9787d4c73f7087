"""Comparing a value with what a playbook says: one table of operators, each with its SQL and its words.

Missing values: `is_not`, `none_of`, `exists: false` hold for a missing value, every other comparison does not; so each
comparison is true or false, never unknown. A number is a JSON number or text that reads as a plain decimal; a date is
ISO 8601 (no zone: UTC); anything else is missing for that comparison. Text is compared exactly, letter case included.
A list (a trait that is one, or a path with `[]`) passes when any of its elements does; the negations, when none does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Literal

import re2
from pydantic import Field, field_validator, model_validator

from regard.kernel.instant import to_us
from regard.kernel.money import parse_minor, to_decimal
from regard.kernel.sql import Sql, join
from regard.playbooks.values.base import Part
from regard.playbooks.values.windows import Clock, Duration, duration_words

Unit = Literal["number", "money", "score", "text", "date", "list", "days", "times"]
Scalar = bool | int | Decimal | str
LONGEST_PATTERN = 200
MOST_VALUES = 500


@dataclass(frozen=True, slots=True)
class Operand:
    """What is compared: SQL expressions of one value as text, as number and as instant (microseconds)."""

    text: str
    number: str
    date: str
    unit: Unit = "text"
    is_list: bool = False


def to_number(text: str) -> str:
    """Return SQL that reads text as a number of 18 digits, 6 behind the point, or NULL."""
    # {0,1} for "maybe": a question mark stands for a bound value.
    plain = rf"regexp_full_match({text}, '\s*[+-]{{0,1}}[0-9]+(\.[0-9]*){{0,1}}([eE][+-]{{0,1}}[0-9]+){{0,1}}\s*')"
    return f"CASE WHEN {plain} THEN TRY_CAST({text} AS DECIMAL(18,6)) END"


def to_instant(text: str) -> str:
    """Return SQL that reads ISO 8601 text as microseconds since 1970 (UTC), or NULL."""
    return f"epoch_us(TRY_CAST(CASE WHEN regexp_matches({text}, '^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}') THEN {text} END AS TIMESTAMPTZ))"


def typed_operand(text: str, *, is_list: bool = False, unit: Unit = "text") -> Operand:
    """Return the operand of a text expression that may hold a number or a date."""
    return Operand(text, to_number(text), to_instant(text), unit, is_list)


def check_pattern(pattern: str) -> str:
    """Return the pattern where the linear engine RE2 takes it. Raises ValueError with its words."""
    if len(pattern) > LONGEST_PATTERN:
        raise ValueError(f"a pattern has at most {LONGEST_PATTERN} characters")
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(pattern, options)
    except re2.error as error:
        raise ValueError(f"not a pattern RE2 understands (no look-around, no back-references): {error}") from None
    return pattern


def instant_us(value: date | datetime | str) -> int:
    """Return microseconds of a date or time; without a zone it is UTC."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)  # noqa: DTZ001 (UTC comes next)
    return to_us(value if value.tzinfo else value.replace(tzinfo=UTC))


class Compare(Part):
    """One or more comparisons of a value; several are all asked for (`at_least` with `less_than`)."""

    is_: Scalar | None = Field(None, alias="is", description="equals (text, number, true or false)")
    is_not: Scalar | None = Field(None, description="does not equal, or is missing")
    one_of: tuple[Scalar, ...] = Field((), max_length=MOST_VALUES, description="equals one of these")
    none_of: tuple[Scalar, ...] = Field((), max_length=MOST_VALUES, description="equals none of these, or is missing")
    at_least: Decimal | None = Field(None, description="number or money: this much or more")
    at_most: Decimal | None = Field(None, description="number or money: this much or less")
    more_than: Decimal | None = Field(None, description="number or money: more than this")
    less_than: Decimal | None = Field(None, description="number or money: less than this")
    contains: str | None = Field(None, min_length=1, max_length=200, description="text that holds this")
    starts_with: str | None = Field(None, min_length=1, max_length=200, description="text that begins so")
    ends_with: str | None = Field(None, min_length=1, max_length=200, description="text that ends so")
    matches: str | None = Field(None, description="text in which this RE2 pattern is found")
    before: date | datetime | None = Field(None, description="a time before this day or instant (UTC)")
    after: date | datetime | None = Field(None, description="a time on or after this day or instant (UTC)")
    older_than: Duration | None = Field(None, description="a time longer ago than this")
    newer_than: Duration | None = Field(None, description="a time in the past, no longer ago than this")
    in_next: Duration | None = Field(None, description="a time ahead, at most this far")
    exists: bool | None = Field(None, description="true: there is a value; false: there is none")

    @field_validator("matches")
    @classmethod
    def _linear(cls, value: str | None) -> str | None:
        return None if value is None else check_pattern(value)

    @model_validator(mode="after")
    def _something_asked(self) -> Compare:
        if not self.asked() and not getattr(self, "changed_within", None):
            raise ValueError(f"nothing is compared: add one of {', '.join(OPERATORS)}")
        return self

    def asked(self) -> list[tuple[str, Any]]:
        """Return (operator, value) of what is compared, in the order of the table."""
        pairs = ((name, getattr(self, "is_" if name == "is" else name)) for name in OPERATORS)
        return [(name, value) for name, value in pairs if value is not None and value != ()]

    def compare_sql(self, operand: Operand, clock: Clock, currency: str) -> Sql:
        """Return a condition that is true or false, never NULL."""
        parts = [_asked_sql(OPERATORS[name], operand, value, clock, currency) for name, value in self.asked()]
        return join(parts, " AND ").wrap("(", ")")

    def compare_words(self, unit: Unit, currency: str) -> str:
        """Return 'is at least 3 and less than 10'."""
        return " and ".join(
            OPERATORS[name].words.format(v=_shown(name, value, unit, currency)) for name, value in self.asked()
        )

    def flips(self, clock: Clock) -> tuple[int, ...]:
        """Return the instants at which a date's answer flips as time passes: equal counts at every clock."""
        edges = []
        if self.older_than is not None:
            edges.append(clock.us - self.older_than)
        if self.newer_than is not None:
            edges += [clock.us - self.newer_than + 1, clock.us + 1]
        if self.in_next is not None:
            edges += [clock.us + 1, clock.us + self.in_next + 1]
        return tuple(edges)


@dataclass(frozen=True, slots=True)
class Operator:
    """SQL over `{x}` with its bound values, of which type the value is read, and the words."""

    sql: str
    reads: Literal["value", "number", "text", "date", "any"]
    words: str
    params: Callable[[Any, Clock], tuple[object, ...]] = lambda value, _clock: (value,)
    negated: bool = False


def _range(low: int, high: int, clock: Clock) -> tuple[int, int]:
    return clock.us + low, clock.us + high


OPERATORS: dict[str, Operator] = {
    "is": Operator("{x} = ?", "value", "is {v}"),
    "is_not": Operator("{x} = ?", "value", "is not {v}", negated=True),
    "one_of": Operator("{x} IN ({marks})", "value", "is one of {v}", lambda v, _: tuple(v)),
    "none_of": Operator("{x} IN ({marks})", "value", "is none of {v}", lambda v, _: tuple(v), negated=True),
    "at_least": Operator("{x} >= ?", "number", "is at least {v}"),
    "at_most": Operator("{x} <= ?", "number", "is at most {v}"),
    "more_than": Operator("{x} > ?", "number", "is more than {v}"),
    "less_than": Operator("{x} < ?", "number", "is less than {v}"),
    "contains": Operator("contains({x}, ?)", "text", "contains {v}"),
    "starts_with": Operator("starts_with({x}, ?)", "text", "starts with {v}"),
    "ends_with": Operator("ends_with({x}, ?)", "text", "ends with {v}"),
    "matches": Operator("regexp_matches({x}, ?)", "text", "matches {v}"),
    "before": Operator("{x} < ?", "date", "is before {v}", lambda v, _: (instant_us(v),)),
    "after": Operator("{x} >= ?", "date", "is on or after {v}", lambda v, _: (instant_us(v),)),
    "older_than": Operator("{x} < ?", "date", "is more than {v} ago", lambda v, c: (c.us - v,)),
    "newer_than": Operator("{x} BETWEEN ? AND ?", "date", "is in the last {v}", lambda v, c: _range(-v + 1, 0, c)),
    "in_next": Operator("{x} BETWEEN ? AND ?", "date", "is in the next {v}", lambda v, c: _range(1, v, c)),
    "exists": Operator("{x} IS NOT NULL", "any", "{v}", lambda _v, _c: ()),
}


def _asked_sql(op: Operator, operand: Operand, value: Any, clock: Clock, currency: str) -> Sql:
    if op.reads == "any":
        present = f"COALESCE(len({operand.text}), 0) > 0" if operand.is_list else f"{operand.text} IS NOT NULL"
        return Sql(present if value else f"NOT ({present})")
    raw = op.params(value, clock)
    column, params = _typed(op, operand, raw, currency)
    marks = ", ".join("?" * len(params))
    if operand.is_list:
        # Elements are text; the lambda reads each as the comparison needs it.
        element = {"text": "x", "number": to_number("x"), "date": to_instant("x")}[column]
        hit = op.sql.format(x=element, marks=marks)
        text = f"COALESCE(len(list_filter({operand.text}, lambda x: {hit})), 0) > 0"
    else:
        text = f"COALESCE({op.sql.format(x=getattr(operand, column), marks=marks)}, FALSE)"
    return Sql(f"NOT ({text})" if op.negated else text, params)


def _typed(op: Operator, operand: Operand, raw: tuple[object, ...], currency: str) -> tuple[str, tuple[object, ...]]:
    """Return which reading of the operand is compared, and the values in that reading's unit."""
    if op.reads in ("text", "date"):
        return op.reads, raw
    numeric = all(isinstance(v, int | Decimal) and not isinstance(v, bool) for v in raw)
    if op.reads == "number" or (numeric and operand.unit not in ("list",)):
        return "number", tuple(in_unit(v, operand.unit, currency) for v in raw)
    return "text", tuple(_as_text(v) for v in raw)


def in_unit(value: object, unit: Unit, currency: str) -> object:
    """Return a number as the engine holds it: money in minor units, scores in thousandths."""
    if unit == "money":
        return parse_minor(value, currency)
    if unit == "score":
        return int(Decimal(str(value)) * 1000)
    return value


def _as_text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def value_words(value: object, unit: Unit, currency: str) -> str:
    """Return an engine value as people read it: '$150.00' is written 'USD 150.00', days with their word."""
    if value is None:
        return "nothing"
    if unit == "money":
        return f"{currency} {to_decimal(int(value), currency):,}"  # type: ignore[call-overload]
    if unit == "score":
        return f"{Decimal(int(value)) / 1000:g}"  # type: ignore[call-overload]
    if unit == "days":
        return f"{value} day{'' if value == 1 else 's'}"
    if unit == "times":
        return {0: "never", 1: "once", 2: "twice"}.get(int(value), f"{value:,} times")  # type: ignore[call-overload]
    if isinstance(value, float | Decimal):
        return f"{value:,.6f}".rstrip("0").rstrip(".")
    if isinstance(value, list | tuple):
        return ", ".join(str(v) for v in value)
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _shown(name: str, value: Any, unit: Unit, currency: str) -> str:
    if name == "exists":
        return "is known" if value else "is not known"
    if name in ("older_than", "newer_than", "in_next"):
        return duration_words(value)
    if isinstance(value, tuple):
        return " or ".join(_shown(name, v, unit, currency) for v in value)
    if isinstance(value, str):
        return f"“{value}”"
    if isinstance(value, bool | date):
        return str(value).lower() if isinstance(value, bool) else value.isoformat()
    return value_words(in_unit(value, unit, currency), unit, currency)
