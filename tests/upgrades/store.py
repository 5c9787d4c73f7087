"""The rows of an installation as its store keeps them, read and written without the product, which is what is under test."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from psycopg import sql

Row = dict[str, Any]


class Column(NamedTuple):
    """A column and how it is declared, in the words of its store."""

    name: str
    declared: str


@dataclass(frozen=True, slots=True)
class Table:
    """All rows of a table by the value of their key."""

    columns: tuple[Column, ...]
    key: str
    rows: dict[Any, Row]

    def has(self, column: str) -> bool:
        return any(one.name == column for one in self.columns)


Rows = dict[str, Table]  # by the table's name


class SqliteStore:
    """The file of an installation on SQLite."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "regard.sqlite3"

    def read(self) -> Rows:
        with closing(sqlite3.connect(self.file)) as opened:
            names = opened.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
            return {name: self._table(opened, name) for (name,) in names.fetchall()}

    def _table(self, opened: sqlite3.Connection, name: str) -> Table:
        told = opened.execute("SELECT name, lower(type), pk FROM pragma_table_info(?)", (name,)).fetchall()
        columns = tuple(Column(column, declared) for column, declared, _ in told)
        key = next(column for column, _, place in told if place)
        rows = opened.execute(f'SELECT * FROM "{name}"').fetchall()
        return _table_of(columns, key, rows)

    def make(self, schema: str) -> None:
        with closing(sqlite3.connect(self.file)) as opened:
            opened.executescript(schema)

    def fill(self, tables: Sequence[tuple[str, Sequence[str], Iterator[list[Any]]]]) -> None:
        """Insert rows (table, columns, rows): foreign keys are not asked for before the product opens the file."""
        with closing(sqlite3.connect(self.file)) as opened, opened:
            for table, columns, rows in tables:
                names = ", ".join(f'"{column}"' for column in columns)
                marks = ", ".join("?" * len(columns))
                opened.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', rows)
            assert opened.execute("PRAGMA foreign_key_check").fetchall() == []


class PostgresStore:
    """The database of an installation on PostgreSQL."""

    def __init__(self, url: str) -> None:
        self.url = url

    def read(self) -> Rows:
        with psycopg.connect(self.url) as opened:
            names = opened.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
            return {name: self._table(opened, name) for (name,) in names}

    def _table(self, opened: psycopg.Connection[Any], name: str) -> Table:
        told = opened.execute(
            """
            SELECT a.attname, format_type(a.atttypid, NULL), coalesce(i.indisprimary, false)
            FROM pg_attribute a
            LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary AND a.attnum = ANY(i.indkey)
            WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped
            ORDER BY a.attnum
            """,
            (f'public."{name}"',),
        ).fetchall()
        columns = tuple(Column(column, declared) for column, declared, _ in told)
        key = next(column for column, _, is_key in told if is_key)
        return _table_of(
            columns, key, opened.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(name))).fetchall()
        )

    def make(self, schema: str) -> None:
        with psycopg.connect(self.url) as opened:
            opened.execute(schema)  # type: ignore[arg-type]

    def fill(self, tables: Sequence[tuple[str, Sequence[str], Iterator[list[Any]]]]) -> None:
        """Insert rows (table, columns, rows); foreign keys are checked at the end. Then set the counters behind them."""
        with psycopg.connect(self.url) as opened:
            for table, columns, rows in tables:
                named = sql.SQL(", ").join(map(sql.Identifier, columns))
                marks = sql.SQL(", ").join([sql.Placeholder()] * len(columns))
                insert = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(sql.Identifier(table), named, marks)
                opened.cursor().executemany(insert, rows)
            counted = opened.execute(
                "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' AND is_identity = 'YES'"
            ).fetchall()
            for table, column in counted:
                opened.execute(
                    sql.SQL(
                        "SELECT setval(pg_get_serial_sequence({}, {}), coalesce(max({}), 0) + 1, false) FROM {}"
                    ).format(
                        sql.Literal(f'"{table}"'), sql.Literal(column), sql.Identifier(column), sql.Identifier(table)
                    )
                )


Store = SqliteStore | PostgresStore


def _table_of(columns: tuple[Column, ...], key: str, rows: Sequence[tuple[Any, ...]]) -> Table:
    names = [column.name for column in columns]
    told = [dict(zip(names, row, strict=True)) for row in rows]
    return Table(columns, key, {row[key]: row for row in told})
