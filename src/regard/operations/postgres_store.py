"""PostgreSQL in and out of a backup: every table by COPY, in one repeatable-read transaction.

No `pg_dump` is needed on either machine. The tables are those of the recorded migrations, so a backup is brought back
into exactly its own tables first and migrated after. Foreign keys are checked at commit (Django makes them deferrable),
so the order of tables does not matter.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.migrations.executor import MigrationExecutor

from regard.collect.sequence import last_sequence
from regard.kernel.issues import Issue, Refused
from regard.operations.archive import ArchiveManifest, Copied

VENDOR = "postgresql"
_JOURNAL = "collect_journal"


def copy_out(archive: ZipFile, folder: Path) -> Copied:  # noqa: ARG001 (the signature of both stores)
    """Copy every table at one moment into the archive, as the text format of COPY."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        digests, counts = {}, {}
        for table in _tables(cursor):
            digests[f"{table}.copy"] = _copy_table(archive, cursor, table)
            cursor.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608 (its own tables)
            counts[table] = cursor.fetchone()[0]
        cursor.execute("SELECT app, name FROM django_migrations ORDER BY id")
        return Copied(digests, counts, last_sequence(), [(app, name) for app, name in cursor.fetchall()])


def copy_in(archive: ZipFile, manifest: ArchiveManifest) -> None:
    """Make the tables as they were, fill them in one transaction, and set their counters."""
    _migrate_as_then(manifest)
    with transaction.atomic(), connection.cursor() as cursor:
        tables = [table for table in manifest.counts if table != "django_migrations"]
        cursor.execute("TRUNCATE " + ", ".join(f'"{t}"' for t in tables))
        for table in tables:
            _fill_table(archive, cursor, table, manifest)
        for table in tables:
            _set_counter(cursor, table)


def holds_something() -> bool:
    """Say whether there are tables already where a restore would write."""
    with connection.cursor() as cursor:
        return bool(_tables(cursor))


def _tables(cursor: CursorWrapper) -> list[str]:
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename")
    return [name for (name,) in cursor.fetchall()]


def _columns(cursor: CursorWrapper, table: str) -> list[str]:
    """Return the columns a COPY can write: generated ones are made by the database."""
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() "
        "AND table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position",
        [table],
    )
    return [name for (name,) in cursor.fetchall()]


def _copy_table(archive: ZipFile, cursor: CursorWrapper, table: str) -> str:
    digest = sha256()
    names = ", ".join(f'"{name}"' for name in _columns(cursor, table))
    with archive.open(f"{table}.copy", "w", force_zip64=True) as target:
        header = (names + "\n").encode()
        digest.update(header)
        target.write(header)
        with _raw(cursor).copy(f'COPY "{table}" ({names}) TO STDOUT') as copy:
            for block in copy:
                digest.update(block)
                target.write(block)
    return digest.hexdigest()


def _fill_table(archive: ZipFile, cursor: CursorWrapper, table: str, manifest: ArchiveManifest) -> None:
    digest = sha256()
    name = f"{table}.copy"
    with archive.open(name) as source:
        header = source.readline()
        digest.update(header)
        columns = header.decode().strip()
        with _raw(cursor).copy(f'COPY "{table}" ({columns}) FROM STDIN') as copy:
            while block := source.read(1 << 20):
                digest.update(block)
                copy.write(block)
    if digest.hexdigest() != manifest.digests[name]:
        raise Refused(Issue(name, "is damaged: its checksum differs", hint="take another backup file"))


def _raw(cursor: CursorWrapper) -> Any:
    """Return psycopg's own cursor below Django's."""
    return cursor.cursor


def _migrate_as_then(manifest: ArchiveManifest) -> None:
    """Bring the empty database to the migrations the backup was made with."""
    executor = MigrationExecutor(connection)
    known = set(executor.loader.graph.nodes)
    targets = [(app, name) for app, name in manifest.migrations if (app, name) in known]
    if len(targets) < len(manifest.migrations):
        strange = sorted({f"{a}.{n}" for a, n in manifest.migrations if (a, n) not in known})
        hint = "restore it with the version of Regard that made it, or a newer one"
        raise Refused(Issue("backup", f"knows tables this version does not: {', '.join(strange[:5])}", hint=hint))
    executor.migrate(targets)


def _set_counter(cursor: CursorWrapper, table: str) -> None:
    """Let an identity column go on behind its largest value; the journal's behind what was absorbed."""
    cursor.execute(
        "SELECT column_name, pg_get_serial_sequence(quote_ident(%s), column_name) FROM information_schema.columns "
        "WHERE table_schema = current_schema() AND table_name = %s",
        [table, table],
    )
    for column, counter in cursor.fetchall():
        if counter is None:
            continue
        least = (
            "(SELECT coalesce(max(position), 0) FROM collect_cursor WHERE name = 'journal')"
            if table == _JOURNAL
            else "0"
        )
        cursor.execute(
            f'SELECT setval(%s, greatest((SELECT coalesce(max("{column}"), 0) FROM "{table}"), {least}) + 1, false)',  # noqa: S608
            [counter],
        )
