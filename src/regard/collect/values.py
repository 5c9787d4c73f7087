"""Rows as frozen values: what a stage hands out is a NamedTuple whose fields are named as the columns it is read from."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import Model, QuerySet

Value = TypeVar("Value", bound=tuple[Any, ...])


def read_values(kind: type[Value], rows: QuerySet[Any, Any]) -> list[Value]:
    """Return the rows as values of `kind`, a NamedTuple: one query for just its columns."""
    return [kind(*row) for row in rows.values_list(*kind._fields)]  # type: ignore[attr-defined]


def as_value(kind: type[Value], row: Model) -> Value:
    """Return a row that was read already as a value of `kind`."""
    return kind(*(getattr(row, name) for name in kind._fields))  # type: ignore[attr-defined]
