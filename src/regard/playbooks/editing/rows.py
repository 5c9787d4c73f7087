"""Rows of the segment builder: one condition as a sentence of controls, read from a form and written back.

A row has five slots, whatever its kind: `kind`, `what`, `op`, `n` and `value`. A kind of condition says which controls
stand in its slots, what a filled row means, and which of its conditions a row can say; the others are written as YAML.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from regard.kernel.durations import duration_words
from regard.playbooks.vocabulary import ORDER_COMPLETED

if TYPE_CHECKING:
    from regard.playbooks.conditions.base import ConditionBase

COMPARES = {
    "is": "is",
    "is_not": "is not",
    "at_least": "is at least",
    "at_most": "is at most",
    "more_than": "is more than",
    "less_than": "is less than",
    "one_of": "is one of",
    "contains": "contains",
    "starts_with": "begins with",
    "older_than": "was longer ago than (days)",
    "newer_than": "was within the last (days)",
    "exists": "is known",
    "missing": "is not known",
}
_DAYS = ("older_than", "newer_than")
_DURATIONS = frozenset({"within", "then_within", *_DAYS})


class Row(NamedTuple):
    """One row of the form."""

    kind: str
    what: str = ""
    op: str = ""
    n: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Slot:
    """One control of a row: a field to type into, a choice, or nothing to see."""

    name: Literal["what", "op", "n", "value"]
    shape: Literal["text", "event", "number", "select", "hidden"] = "hidden"
    label: str = ""
    before: str = ""  # words in the sentence
    after: str = ""
    placeholder: str = ""
    standard: str = ""
    at_least: int = 0
    options: Mapping[str, str] = field(default_factory=dict)
    offers: str = ""  # instead of options: traits, segments, purposes, channels or stages of the playbook


TOUCHPOINT = Slot("what", "event", "What", placeholder=str(ORDER_COMPLETED))
DAYS = Slot("value", "number", "Days", before="in the last", after="days", placeholder="ever", at_least=1)
COMPARED = (Slot("op", "select", "Compare", options=COMPARES), Slot("n"), Slot("value", "text", "Value"))


def told_of(condition: ConditionBase) -> dict[str, Any]:
    """Return a condition as the playbook writes it, durations in words."""
    return {
        key: duration_words(value) if key in _DURATIONS and isinstance(value, int) else value
        for key, value in condition.model_dump(mode="json", by_alias=True, exclude_defaults=True).items()
    }


def plain(condition: ConditionBase) -> tuple[str, str, dict[str, Any]] | None:
    """Return (what, days, the rest of its keys) of a condition about one thing; None for one that says more."""
    told = told_of(condition)
    what = told.pop(condition.kind(), None)
    what = what[0] if isinstance(what, list) and len(what) == 1 else what
    days = str(told.pop("within", ""))
    if not isinstance(what, str) or (days and not days.endswith((" day", " days"))):
        return None
    return what, days.partition(" ")[0], told


def within_of(row: Row) -> dict[str, Any]:
    """Return the window of a row that says in how many days."""
    return {"within": f"{row.value} days"} if row.value else {}


def comparison_of(row: Row) -> dict[str, Any]:
    """Return the comparison a row says."""
    if row.op in ("exists", "missing"):
        return {"exists": row.op == "exists"}
    if row.op in _DAYS:
        return {row.op: f"{row.value} days"}
    if row.op == "one_of":
        return {"one_of": [v.strip() for v in row.value.split(",") if v.strip()]}
    is_number = row.op == "is" and row.value.removeprefix("-").isdecimal()
    return {row.op if row.op in COMPARES else "is": int(row.value) if is_number else row.value}


def compared_row(condition: ConditionBase) -> Row | None:
    """Return the row of a condition with one comparison, or None where a row cannot say it."""
    told = plain(condition)
    if told is None or len(told[2]) != 1:
        return None
    ((op, value),) = told[2].items()
    kind, what = condition.kind(), told[0]
    if op == "exists":
        return Row(kind, what, "exists" if value else "missing")
    if op in _DAYS:
        number, _, unit = str(value).partition(" ")
        return Row(kind, what, op, value=number) if unit.startswith("day") else None
    if op == "one_of":
        return Row(kind, what, op, value=", ".join(map(str, value)))
    return Row(kind, what, op, value=str(value)) if op in COMPARES else None
