"""SQLite in and out of a backup: two files, copied while they are written to.

Order matters. The journal is copied first, then the main file: what was acknowledged before the backup began is then
in the journal's copy, or was absorbed before and is in the main file's. The other way round, an entry absorbed and
pruned between the two copies would be in neither.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

from django.conf import settings
from django.db import connection

from regard.operations.archive import ArchiveManifest, Copied, add_file, take_file

VENDOR = "sqlite"
MAIN, JOURNAL = "main.sqlite3", "journal.sqlite3"


def copy_out(archive: ZipFile, folder: Path) -> Copied:
    """Copy both files into the archive, each at one moment, and say what the main one holds."""
    digests: dict[str, str] = {}
    with TemporaryDirectory(dir=folder, prefix="backup-") as scratch:
        journal, main = Path(scratch) / JOURNAL, Path(scratch) / MAIN
        if Path(settings.JOURNAL_FILE).exists():
            _copy_database(Path(settings.JOURNAL_FILE), journal)
            digests[JOURNAL] = add_file(archive, journal, JOURNAL)
        _copy_database(_main_file(), main)
        digests[MAIN] = add_file(archive, main, MAIN)
        with closing(sqlite3.connect(main)) as copy:
            return Copied(digests, _counts(copy), _last_sequence(copy), _migrations(copy))


def copy_in(archive: ZipFile, manifest: ArchiveManifest) -> None:
    """Bring both files to their places. Their folder must be prepared and empty of databases."""
    main, journal = _main_file(), Path(settings.JOURNAL_FILE)
    take_file(archive, MAIN, main, digest=manifest.digests[MAIN])
    if JOURNAL in manifest.digests:
        take_file(archive, JOURNAL, journal, digest=manifest.digests[JOURNAL])
        _number_journal_behind_cursor(main, journal)


def holds_something() -> bool:
    """Say whether there is a database already where a restore would write."""
    return _main_file().exists() or Path(settings.JOURNAL_FILE).exists()


def _main_file() -> Path:
    return Path(connection.settings_dict["NAME"])


def _copy_database(source: Path, target: Path) -> None:
    """Copy a database at one moment: in WAL mode the copy reads a snapshot and writers go on."""
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as reader,
        closing(sqlite3.connect(target)) as writer,
    ):
        reader.backup(writer)
        writer.execute("PRAGMA journal_mode=DELETE")  # one file, no WAL beside it


def _number_journal_behind_cursor(main: Path, journal: Path) -> None:
    """Let the next journal entry come after everything absorbed.

    The main file was copied after the journal, so it may have absorbed entries the journal's copy never saw. A new
    entry with one of their numbers would be taken for absorbed and lost.
    """
    with closing(sqlite3.connect(main)) as opened:
        row = opened.execute("SELECT position FROM collect_cursor WHERE name = 'journal'").fetchone()
    position = row[0] if row else 0
    with closing(sqlite3.connect(journal)) as opened:
        opened.execute("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = 'entry'", [position])
        opened.commit()


def _counts(copy: sqlite3.Connection) -> dict[str, int]:
    names = copy.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name"
    ).fetchall()
    counts = {}
    for (name,) in names:
        counts[name] = copy.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608 (its own tables)
    return counts


def _last_sequence(copy: sqlite3.Connection) -> int:
    row = copy.execute("SELECT last FROM collect_sequence WHERE id = 1").fetchone()
    return row[0] if row else 0


def _migrations(copy: sqlite3.Connection) -> list[tuple[str, str]]:
    return [(app, name) for app, name in copy.execute("SELECT app, name FROM django_migrations ORDER BY id")]
