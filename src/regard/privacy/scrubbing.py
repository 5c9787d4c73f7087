"""After the rows are gone: overwrite what the store and our files keep behind (contract 11)."""

from __future__ import annotations

import csv
import mmap
import os
from collections.abc import Iterable
from pathlib import Path

from django.db import connection

from regard.collect.intake.journal import open_journal
from regard.collect.models import Batch

_SHORTEST_NEEDLE = 6  # characters; shorter ids would be found in everybody's rows


def scrub_store(tables: Iterable[str], needles: Iterable[str]) -> str:
    """Leave nothing of deleted rows in the store's files; return in a word what was done.

    SQLite overwrites deleted rows as it goes (`secure_delete`); the log beside the file is emptied, and where a page still
    shows one of the needles the file is written anew. PostgreSQL: the tables are vacuumed; its WAL ends by its term.
    """
    if connection.in_atomic_block:
        return "inside a transaction: not yet"
    journal = open_journal()
    try:
        journal.scrub()
    finally:
        journal.close()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for table in sorted(set(tables)):
                cursor.execute(f'VACUUM "{table}"')
            return "vacuumed"
        is_blocked = _empty_wal(cursor)
        if not is_blocked and _shows(Path(connection.settings_dict["NAME"]), needles):
            cursor.execute("VACUUM")
            is_blocked = _empty_wal(cursor)
        return "blocked by a reader" if is_blocked else "overwritten"


def _empty_wal(cursor) -> bool:  # type: ignore[no-untyped-def]
    """Write the WAL into the file and cut it to nothing; say whether a reader was in the way."""
    cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return bool(cursor.fetchone()[0])


def _shows(file: Path, needles: Iterable[str]) -> bool:
    """Say whether a file still holds one of the texts."""
    wanted = [needle.encode() for needle in needles if len(needle) >= _SHORTEST_NEEDLE]
    if not wanted or not file.exists() or not file.stat().st_size:
        return False
    with (
        file.open("rb") as opened,
        mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as content,
    ):
        return any(content.find(needle) >= 0 for needle in wanted)


def scrub_rejects(values: Iterable[str]) -> int:
    """Take the rows that speak of these ids out of the files of rejected rows; return how many files changed."""
    wanted = {value.lower() for value in values}
    files = set(Batch.objects.exclude(rejects_file="").values_list("rejects_file", flat=True))
    return sum(_scrub_csv(Path(file), wanted) for file in files if Path(file).is_file())


def _scrub_csv(file: Path, wanted: set[str]) -> bool:
    with file.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.reader(opened))
    kept = [row for number, row in enumerate(rows) if number == 0 or not _speaks_of(row, wanted)]
    if len(kept) == len(rows):
        return False
    aside = file.with_name(file.name + ".part")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as target:
        csv.writer(target, quoting=csv.QUOTE_ALL).writerows(kept)
    aside.replace(file)
    return True


def _speaks_of(row: list[str], wanted: set[str]) -> bool:
    cells = [cell.lower().strip() for cell in row]
    long = [value for value in wanted if len(value) >= _SHORTEST_NEEDLE]
    return any(cell in wanted or any(value in cell for value in long) for cell in cells)
