"""A kept installation: the schema of a version on either store and rows for its tables, as they stood when it was made.

`tests/upgrades/at_<commit>/` holds

- `sqlite.sql.gz` and `postgres.sql.gz`: the schema as that version's own migrations made it,
- `rows.jsonl.gz`: a line a table, `[name, [[column, kind], ...], [[value, ...], ...]]`, the same for both stores, with
  the rows of `django_migrations` among them: that is how an upgrade knows what was applied,
- `exports.json.gz`: what people were handed out at the time,
- `made_by.txt`: the program that made it all, with the code of that commit.

A new one is made after a release, from a data folder on SQLite that holds a row in every table:

    python -m tests.upgrades.keeping FOLDER OF_POSTGRES.sql KEPT

where OF_POSTGRES.sql is what `pg_dump --schema-only --no-owner --no-privileges` says of an empty database of that version.
"""

from __future__ import annotations

import base64
import gzip
import json
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from tests.upgrades.store import SqliteStore, Store

HERE = Path(__file__).parent
# The kind of a value by how SQLite's column is declared; any other is the same in JSON, SQLite and PostgreSQL.
KINDS = {"bool": "bool", "char(32)": "uuid", "datetime": "time", "blob": "bytes"}
_TO_JSON: dict[str, Callable[[Any], Any]] = {"bytes": lambda value: base64.b64encode(value).decode()}
_FOR_SQLITE: dict[str, Callable[[Any], Any]] = {"bytes": base64.b64decode}
_FOR_POSTGRES: dict[str, Callable[[Any], Any]] = {
    "bool": bool,
    "uuid": lambda value: UUID(hex=value),
    "time": lambda value: datetime.fromisoformat(value).replace(tzinfo=UTC),
    "bytes": base64.b64decode,
}
Line = tuple[str, list[tuple[str, str]], list[list[Any]]]


def lines_of(kept: Path) -> list[Line]:
    """Return a kept installation's tables: name, columns with their kinds, rows."""
    with gzip.open(kept / "rows.jsonl.gz", "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def bring_back(kept: Path, store: Store) -> None:
    """Make an installation as it was kept in an empty store."""
    name, convert = ("sqlite", _FOR_SQLITE) if isinstance(store, SqliteStore) else ("postgres", _FOR_POSTGRES)
    store.make(gzip.decompress((kept / f"{name}.sql.gz").read_bytes()).decode())
    store.fill(
        [
            (table, [column for column, _ in columns], _converted(rows, [convert.get(kind) for _, kind in columns]))
            for table, columns, rows in lines_of(kept)
        ]
    )


def _converted(rows: list[list[Any]], by: list[Callable[[Any], Any] | None]) -> Iterator[list[Any]]:
    for row in rows:
        yield [
            value if value is None or convert is None else convert(value)
            for value, convert in zip(row, by, strict=True)
        ]


def keep(folder: Path, of_postgres: Path, kept: Path) -> None:
    """Write schema and rows of the data folder on SQLite, and the schema that PostgreSQL told, into `kept`."""
    kept.mkdir(exist_ok=True)
    store = SqliteStore(folder)
    with closing(sqlite3.connect(store.file)) as opened:
        told = opened.execute(
            """
            SELECT sql FROM sqlite_master
            WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite%'
            ORDER BY CASE type WHEN 'table' THEN 0 WHEN 'index' THEN 1 ELSE 2 END, name
            """
        ).fetchall()
    _write(kept / "sqlite.sql.gz", "".join(f"{statement};\n" for (statement,) in told))
    lines = [
        line
        for line in of_postgres.read_text(encoding="utf-8").splitlines()
        if line.strip() and not line.startswith(("--", "\\"))  # comments, and words to psql
    ]
    _write(kept / "postgres.sql.gz", "\n".join(lines) + "\n")
    _write(kept / "rows.jsonl.gz", "".join(_line(name, table) for name, table in sorted(store.read().items())))


def _line(name: str, table: Any) -> str:
    kinds = [KINDS.get(column.declared, "") for column in table.columns]
    columns = [(column.name, kind) for column, kind in zip(table.columns, kinds, strict=True)]
    rows = [
        [
            _TO_JSON[kind](value) if value is not None and kind in _TO_JSON else value
            for value, kind in zip(row.values(), kinds, strict=True)
        ]
        for _, row in sorted(table.rows.items())
    ]
    return json.dumps([name, columns, rows], ensure_ascii=False, separators=(",", ":")) + "\n"


def _write(path: Path, text: str) -> None:
    path.write_bytes(gzip.compress(text.encode(), mtime=0))


if __name__ == "__main__":
    keep(*map(Path, sys.argv[1:4]))
