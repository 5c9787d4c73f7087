"""The journal: what was accepted, made durable before the answer, and taken into the log a moment later.

    client -> intake -> [ group commit ] -> journal -> [ absorb ] -> log, people, profiles
                              |
                              +-> 200, only after the commit

1. A request's accepted messages become one entry; entries of all requests that wait are committed together by one
   thread (`GroupWriter`), so a hundred clients cost one fsync.
2. Positions grow in commit order: the writer holds the file's write lock, or one advisory lock on PostgreSQL.
3. The absorber keeps its position in the main database, in the transaction that writes the log. An entry behind it is
   pruned. A crash in between absorbs the entry again, and the log's unique key drops what is there already.

On SQLite the journal is a file of its own, so that a long write of the log never delays an answer. On PostgreSQL it is
a table of the same database.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import msgspec
import psycopg
from django.conf import settings
from django.db import connection, transaction

from regard.collect.models import Cursor

CURSOR = "journal"
_ADVISORY_LOCK = 0x5265_6761_7264  # "Regard": one appender at a time
_BUSY_MS = 5_000


class JournalRefused(msgspec.Struct, array_like=True, frozen=True):
    """A message that was not accepted: its place in the request, and why."""

    position: int | None
    code: str
    message: str
    message_id: str = ""


class JournalRow(msgspec.Struct, array_like=True, frozen=True):
    """What one request brought: the accepted messages as they were sent, the refused ones by name."""

    key: int | None
    source: int | None
    received_us: int
    sent_at: str | int | float | None
    stem: str
    messages: list[msgspec.Raw]
    refused: list[JournalRefused] = []


class Stored(NamedTuple):
    """An entry at its position in the journal."""

    position: int
    entry: JournalRow


_encode = msgspec.json.Encoder().encode
decode_entry = msgspec.json.Decoder(JournalRow).decode


def encode_entry(entry: JournalRow) -> tuple[int, bytes]:
    """Return (number of messages, bytes) as the journal keeps them. Refusals alone count as one, or they would wait."""
    return len(entry.messages) or 1, _encode(entry)


class Journal(Protocol):
    """What both journals can do. One object belongs to one thread."""

    def append(self, rows: Sequence[tuple[int, bytes]]) -> None:
        """Commit the rows; when this returns they survive a power cut."""

    def read(self, after: int, most_messages: int) -> list[Stored]:
        """Return entries past a position, at least one if there is one, until their messages reach the number."""

    def prune(self, upto: int) -> None:
        """Drop what was absorbed; positions are never used again."""

    def waiting(self, after: int) -> int:
        """Return how many messages wait past a position."""

    def scrub(self) -> None:
        """Overwrite what pruned entries left behind on disk (erasure)."""

    def close(self) -> None:
        """Let go of the connection."""


def open_journal() -> Journal:
    """Return this installation's journal for the calling thread."""
    if connection.vendor == "postgresql":
        return PostgresJournal()
    return SqliteJournal(Path(settings.JOURNAL_FILE))


class SqliteJournal:
    """The journal in its own file: WAL, synchronous=FULL, one row a request."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None

    def append(self, rows: Sequence[tuple[int, bytes]]) -> None:
        opened = self._open()
        try:
            opened.execute("BEGIN IMMEDIATE")
            opened.executemany("INSERT INTO entry (count, body) VALUES (?, ?)", rows)
            opened.execute("COMMIT")
        except sqlite3.Error:
            self.close()  # rolls back; the next append starts afresh
            raise

    def read(self, after: int, most_messages: int) -> list[Stored]:
        if not self._path.exists():
            return []
        rows = self._open().execute(
            "SELECT position, count, body FROM entry WHERE position > ? ORDER BY position", [after]
        )
        return _until(rows, most_messages)

    def prune(self, upto: int) -> None:
        if self._path.exists():
            self._open().execute("DELETE FROM entry WHERE position <= ?", [upto])

    def waiting(self, after: int) -> int:
        if not self._path.exists():
            return 0
        query = "SELECT coalesce(sum(count), 0) FROM entry WHERE position > ?"
        return int(self._open().execute(query, [after]).fetchone()[0])

    def scrub(self) -> None:
        if self._path.exists():
            self._open().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            opened = sqlite3.connect(self._path, timeout=_BUSY_MS / 1000, isolation_level=None, check_same_thread=False)
            try:
                _prepare(opened)
            except sqlite3.Error:
                opened.close()
                raise
            self._connection = opened
        return self._connection


def _prepare(opened: sqlite3.Connection) -> None:
    for pragma in (
        "page_size=16384",
        "journal_mode=WAL",
        "synchronous=FULL",
        "secure_delete=ON",
        "journal_size_limit=67108864",
    ):
        opened.execute(f"PRAGMA {pragma}")
    if opened.execute("SELECT 1 FROM sqlite_master WHERE name = 'entry'").fetchone():
        return
    opened.execute("BEGIN IMMEDIATE")
    opened.execute(
        "CREATE TABLE IF NOT EXISTS entry (position INTEGER PRIMARY KEY AUTOINCREMENT, "
        "count INTEGER NOT NULL, body BLOB NOT NULL)"
    )
    # A journal made beside a restored database goes on behind the absorber's position, or its entries were skipped.
    opened.execute(
        "INSERT INTO sqlite_sequence (name, seq) SELECT 'entry', ? "
        "WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'entry')",
        [absorbed_position()],
    )
    opened.execute("COMMIT")


class PostgresJournal:
    """The journal as a table of the main database, through Django's connection of this thread."""

    def append(self, rows: Sequence[tuple[int, bytes]]) -> None:
        connection.ensure_connection()
        # psycopg's own cursor binds bytes on the server; Django's would write them out as hex text.
        with transaction.atomic(), psycopg.Cursor(connection.connection) as cursor:
            cursor.execute(
                "SELECT set_config('lock_timeout', %s, true), pg_advisory_xact_lock(%s)",
                [f"{_BUSY_MS}ms", _ADVISORY_LOCK],
            )
            cursor.executemany("INSERT INTO collect_journal (count, body) VALUES (%s, %b)", rows)

    def read(self, after: int, most_messages: int) -> list[Stored]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT position, count, body FROM (SELECT *, sum(count) OVER (ORDER BY position) "
                "- count AS before FROM (SELECT * FROM collect_journal WHERE position > %s "
                "ORDER BY position LIMIT %s) AS next) AS entry WHERE before < %s ORDER BY position",
                [after, most_messages, most_messages],
            )
            return _until(cursor, most_messages)

    def prune(self, upto: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM collect_journal WHERE position <= %s", [upto])

    def waiting(self, after: int) -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT coalesce(sum(count), 0) FROM collect_journal WHERE position > %s", [after])
            return int(cursor.fetchone()[0])

    def scrub(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM collect_journal")

    def close(self) -> None:
        """The connection is the thread's own and stays."""


def _until(rows: Iterable[tuple[int, int, bytes]], most_messages: int) -> list[Stored]:
    found, messages = [], 0
    for position, count, body in rows:
        found.append(Stored(position, decode_entry(body)))
        messages += count
        if messages >= most_messages:
            break
    return found


def absorbed_position() -> int:
    """Return the position up to which the log holds the journal."""
    position = Cursor.objects.filter(name=CURSOR).values_list("position", flat=True).first()
    return position or 0


def lock_cursor() -> int:
    """Return the absorber's position and hold it for this transaction: one absorber at a time."""
    Cursor.objects.get_or_create(name=CURSOR)
    return Cursor.objects.select_for_update().get(name=CURSOR).position


def move_cursor(position: int) -> None:
    """Move the absorber's position, in the transaction that wrote what was absorbed."""
    Cursor.objects.filter(name=CURSOR).update(position=position)
