"""The journal keeps what was accepted until the log holds it, and never hands out a position twice."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import msgspec
import pytest
from django.db import connection

from regard.collect.intake.journal import (
    Journal,
    JournalRefused,
    JournalRow,
    SqliteJournal,
    encode_entry,
    lock_cursor,
    move_cursor,
    open_journal,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def journal(settings, tmp_path: Path) -> Journal:
    settings.JOURNAL_FILE = tmp_path / "journal.sqlite3"
    return open_journal()


def entry(*messages: str, refused: list[JournalRefused] | None = None) -> tuple[int, bytes]:
    raws = [msgspec.Raw(m.encode()) for m in messages]
    return encode_entry(JournalRow(1, 2, 3, "sent", "stem", raws, refused or []))


def test_what_is_appended_is_read_back_in_order(journal: Journal):
    journal.append([entry('{"a":1}', '{"b":2}'), entry('{"c":3}')])
    first, second = journal.read(0, 100)
    assert [bytes(m) for m in first.entry.messages] == [b'{"a":1}', b'{"b":2}']
    assert [bytes(m) for m in second.entry.messages] == [b'{"c":3}']
    assert first.position < second.position
    assert (first.entry.key, first.entry.source) == (1, 2)
    journal.close()


def test_reading_goes_on_behind_a_position_and_stops_at_the_number(journal: Journal):
    journal.append([entry("{}", "{}")] * 3)
    first, *rest = journal.read(0, 3)
    assert len(rest) == 1
    assert [s.position for s in journal.read(rest[0].position, 1)] == [rest[0].position + 1]
    assert journal.waiting(first.position) == 4
    journal.close()


def test_an_entry_of_refusals_only_is_read_too(journal: Journal):
    journal.append([entry(refused=[JournalRefused(4, "code", "words", "m")]), entry("{}")])
    assert journal.waiting(0) == 2
    first, second = journal.read(0, 10)
    assert first.entry.refused == [JournalRefused(4, "code", "words", "m")]
    assert len(second.entry.messages) == 1
    journal.close()


def test_pruned_positions_are_never_used_again(journal: Journal):
    journal.append([entry("{}")] * 3)
    last = journal.read(0, 10)[-1].position
    journal.prune(last)
    assert journal.read(0, 10) == []
    journal.append([entry("{}")])
    assert journal.read(0, 10)[0].position > last
    journal.close()


def test_a_journal_that_was_never_written_is_empty(journal: Journal):
    assert journal.read(0, 10) == []
    assert journal.waiting(0) == 0
    journal.prune(5)
    journal.scrub() if connection.vendor == "sqlite" else None
    journal.close()


def test_the_cursor_is_remembered():
    assert lock_cursor() == 0
    move_cursor(17)
    assert lock_cursor() == 17


def test_a_new_file_beside_a_restored_database_goes_on_behind_the_cursor(tmp_path: Path):
    """Else its first entries would lie before the position and be skipped: acknowledged, and lost."""
    lock_cursor()
    move_cursor(5_000)
    journal = SqliteJournal(tmp_path / "journal.sqlite3")
    journal.append([entry("{}")])
    assert [s.position for s in journal.read(5_000, 10)] == [5_001]
    journal.close()


def test_a_scrubbed_file_holds_nothing_of_what_was_pruned(tmp_path: Path):
    journal = SqliteJournal(tmp_path / "journal.sqlite3")
    journal.append([entry('{"email":"rosa@example.com"}')])
    journal.prune(journal.read(0, 10)[-1].position)
    journal.scrub()
    journal.close()
    left = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"rosa@example.com" not in left


def test_the_file_is_durable_by_its_settings(tmp_path: Path):
    journal = SqliteJournal(tmp_path / "journal.sqlite3")
    journal.append([entry("{}")])
    opened = journal._open()
    assert opened.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert opened.execute("PRAGMA synchronous").fetchone() == (2,)
    assert opened.execute("PRAGMA secure_delete").fetchone() == (1,)
    journal.close()


def test_a_locked_file_fails_and_is_taken_up_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("regard.collect.intake.journal._BUSY_MS", 10)
    journal = SqliteJournal(tmp_path / "journal.sqlite3")
    journal.append([entry("{}")])
    other = sqlite3.connect(tmp_path / "journal.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    journal.close()
    with pytest.raises(sqlite3.OperationalError):
        journal.append([entry("{}")])
    other.execute("ROLLBACK")
    other.close()
    journal.append([entry("{}")])
    assert len(journal.read(0, 10)) == 2
    journal.close()


def test_many_threads_never_share_a_position(tmp_path: Path):
    path = tmp_path / "journal.sqlite3"
    first = SqliteJournal(path)
    first.append([entry("{}")])

    def write() -> None:
        mine = SqliteJournal(path)
        for _ in range(20):
            mine.append([entry("{}")])
        mine.close()

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    positions = [s.position for s in first.read(0, 1000)]
    assert positions == sorted(set(positions))
    assert len(positions) == 81
    first.close()
