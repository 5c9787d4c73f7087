"""Lines of one order brought together, wherever they stand in the file, in bounded memory.

The lines go through a sorted temporary file (SQLite's external sort), so a file whose orders interleave costs disk,
not memory; the order of the result depends on the file's content alone, so a resumed import finds its place again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from regard.collect.importing.table import Row

_MOST_LINES = 2_001  # an order of more is refused anyway; its further lines are only counted
Group = tuple[list[tuple[int, list[Any]]], int]  # lines (line, cells), how many rows of the file they are


def grouped_rows(rows: Iterable[Row], key_at: int, folder: Path) -> Iterator[Row | Group]:
    """Yield rows with a problem or without a key as they are, then every order's lines together, by key and line."""
    with TemporaryDirectory(dir=folder, prefix="lines-") as scratch:
        database = sqlite3.connect(Path(scratch) / "lines.sqlite3", isolation_level=None)
        try:
            yield from _spill(database, rows, key_at)
            yield from _gather(database)
        finally:
            database.close()


def _spill(database: sqlite3.Connection, rows: Iterable[Row], key_at: int) -> Iterator[Row]:
    database.executescript(
        "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-16000; PRAGMA temp_store=FILE;"
        "CREATE TABLE line (key TEXT, number INTEGER, cells BLOB); BEGIN"
    )
    pack = msgspec.msgpack.Encoder(enc_hook=str).encode
    held: list[tuple[str, int, bytes]] = []
    for number, cells, problem in rows:
        key = "" if problem or cells[key_at] is None else str(cells[key_at]).strip()
        if not key:
            yield number, cells, problem or "has no order id"
            continue
        held.append((key, number, pack(cells)))
        if len(held) >= 1_000:
            database.executemany("INSERT INTO line VALUES (?, ?, ?)", held)
            held.clear()
    database.executemany("INSERT INTO line VALUES (?, ?, ?)", held)
    database.execute("COMMIT")


def _gather(database: sqlite3.Connection) -> Iterator[Group]:
    unpack = msgspec.msgpack.Decoder().decode
    cursor = database.execute("SELECT key, number, cells FROM line ORDER BY key, number")
    for _, group in groupby(cursor, key=lambda row: row[0]):
        lines: list[tuple[int, list[Any]]] = []
        count = 0
        for _, number, cells in group:
            count += 1
            if len(lines) < _MOST_LINES:
                lines.append((number, unpack(cells)))
        yield lines, count
