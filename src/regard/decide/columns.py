"""Rows of a query as an Arrow table: the one place where decide turns the database into columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa
from django.db import connection

from regard.engine.desk import INPUTS


def read_rows(sql: str, params: Sequence[Any] | dict[str, Any] = ()) -> list[tuple[Any, ...]]:
    """Return the rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def as_input(name: str, rows: Iterable[Sequence[Any]]) -> pa.Table:
    """Return rows, in the order of the input's columns, as the input table of this name."""
    schema = INPUTS[name]
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pa.table(
        [
            pa.array(_typed(values, field.type), field.type)
            for values, field in zip(columns, schema, strict=True)
        ],
        schema=schema,
    )


def _typed(values: Sequence[Any], kind: pa.DataType) -> Sequence[Any]:
    """SQLite has no booleans: 0 and 1 become what the engine expects."""
    return [None if v is None else bool(v) for v in values] if pa.types.is_boolean(kind) else values
