"""Many rows into one table at once, each database's fastest way: one prepared statement, or COPY."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
from django.db import connection


def insert_rows(table: str, columns: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows; names are ours, never a user's. Call inside a transaction. Raises django.db.Error."""
    if not rows:
        return
    connection.ensure_connection()
    with connection.wrap_database_errors:
        if connection.vendor == "postgresql":
            with psycopg.Cursor(connection.connection) as cursor:
                copy_rows(cursor, table, columns, rows)
            return
        marks = ", ".join("?" * len(rows[0]))
        connection.connection.executemany(
            f"INSERT INTO {table} ({columns}) VALUES ({marks})",  # noqa: S608 (names are ours)
            rows,
        )


def copy_rows(
    cursor: psycopg.Cursor[tuple[object, ...]],
    table: str,
    columns: str,
    rows: Sequence[tuple[Any, ...]],
) -> None:
    """PostgreSQL: COPY rows into a table."""
    with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
