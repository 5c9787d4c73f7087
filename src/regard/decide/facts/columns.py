"""Between the database and columns: the one place where decide turns rows of a query into Arrow tables, and back.

Rows come as both drivers give them fastest, all at once. (COPY out of PostgreSQL was five times slower: psycopg hands it
over a row at a time.) Columns go back by COPY on PostgreSQL, and on SQLite by one prepared statement.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

import psycopg
import pyarrow as pa
from django.db import connection
from pyarrow import csv

from regard.engine.journeys.tables import INPUTS

Bound = Sequence[Any] | dict[str, Any]
_SQL_TYPES = {pa.int64(): "bigint", pa.string(): "text", pa.bool_(): "boolean"}


def read_rows(sql: str, params: Bound = ()) -> list[tuple[Any, ...]]:
    """Return the rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def read_columns(sql: str, params: Bound, schema: pa.Schema) -> pa.Table:
    """Return the rows of a query, whose columns come in the order of `schema`, as a table."""
    return as_columns(schema, read_rows(sql, params))


def read_input(name: str, sql: str, params: Bound, **always: Any) -> pa.Table:
    """Return the rows of a query as the input table of this name. `always`: columns with one value, not asked for."""
    whole = INPUTS[name]
    asked = pa.schema([field for field in whole if field.name not in always])
    found = read_columns(sql, params, asked)
    columns = [
        pa.repeat(pa.scalar(always[field.name], field.type), found.num_rows)
        if field.name in always
        else found.column(field.name)
        for field in whole
    ]
    return pa.table(columns, schema=whole)


def as_input(name: str, rows: Iterable[Sequence[Any]]) -> pa.Table:
    """Return rows, in the order of the input's columns, as the input table of this name."""
    return as_columns(INPUTS[name], rows)


def as_columns(schema: pa.Schema, rows: Iterable[Sequence[Any]]) -> pa.Table:
    """Return rows, in the order of the schema's columns, as a table."""
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pa.table(
        [_typed(values, field.type) for values, field in zip(columns, schema, strict=True)],
        schema=schema,
    )


def insert_columns(table: str, rows: pa.Table, *, on_conflict: str = "") -> int:
    """Insert the rows of a table; return how many were written. Its columns are named as the database's are.

    Without `on_conflict` a key that is there already raises IntegrityError, and the transaction is lost.
    """
    if rows.num_rows == 0:
        return 0
    names = ", ".join(rows.column_names)
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            marks = ", ".join(["%s"] * rows.num_columns)
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks}) {on_conflict}", _tuples(rows))
            return int(cursor.rowcount)
        if not on_conflict:
            _copy_in(table, rows)
            return int(rows.num_rows)
        arriving = _arrived(cursor, table, rows)
        cursor.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM {arriving} {on_conflict}")
        return int(cursor.rowcount)


def update_columns(table: str, rows: pa.Table, *, sets: Sequence[str], where: Sequence[str]) -> int:
    """Set columns of the rows found by all of `where`; return how many there were.

    A column of `where` that is set too stands twice in `rows`: what it was is named `was_<column>`.
    """
    if rows.num_rows == 0:
        return 0
    keys = [(key.removeprefix("was_"), key) for key in where]
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            setting = ", ".join(f"{name} = %s" for name in sets)
            finding = " AND ".join(f"{name} = %s" for name, _ in keys)
            cursor.executemany(
                f"UPDATE {table} SET {setting} WHERE {finding}",
                _tuples(rows.select([*sets, *where])),
            )
            return int(cursor.rowcount)
        arriving = _arrived(cursor, table, rows.select([*sets, *where]))
        setting = ", ".join(f"{name} = a.{name}" for name in sets)
        finding = " AND ".join(f"t.{name} = a.{key}" for name, key in keys)
        cursor.execute(f"UPDATE {table} AS t SET {setting} FROM {arriving} AS a WHERE {finding}")
        return int(cursor.rowcount)


def _tuples(rows: pa.Table) -> list[tuple[Any, ...]]:
    return list(zip(*(column.to_pylist() for column in rows.columns), strict=True))


def _arrived(cursor: Any, table: str, rows: pa.Table) -> str:
    """Copy rows into a temporary table made for these columns, and return its name."""
    arriving = f"arriving_{table}_{rows.num_columns}"
    columns = ", ".join(f"{field.name} {_SQL_TYPES[field.type]}" for field in rows.schema)
    cursor.execute(f"CREATE TEMP TABLE IF NOT EXISTS {arriving} ({columns}) ON COMMIT DELETE ROWS")
    cursor.execute(f"TRUNCATE {arriving}")  # two chunks may share one transaction
    _copy_in(arriving, rows)
    return arriving


def _copy_in(table: str, rows: pa.Table) -> None:
    text = io.BytesIO()
    csv.write_csv(rows, text, csv.WriteOptions(include_header=False))
    names = ", ".join(rows.column_names)
    with (
        connection.wrap_database_errors,
        psycopg.Cursor(connection.connection) as cursor,
        cursor.copy(f"COPY {table} ({names}) FROM STDIN (FORMAT csv)".encode()) as copy,
    ):
        copy.write(text.getbuffer())


def _typed(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """SQLite has no booleans: 0 and 1 become what the engine expects."""
    if pa.types.is_boolean(kind):
        return pa.array([None if v is None else bool(v) for v in values], kind)
    return pa.array(values, kind)
