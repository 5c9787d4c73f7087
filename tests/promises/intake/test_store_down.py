"""A6: store down, disk full, database locked: 503 with Retry-After, never 200, never 4xx; recovery needs no hand."""

from __future__ import annotations

import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.postgres import postgres_url
from tests.promises.intake.cast import batch, track
from tests.servers import Reply, Server, server


@pytest.fixture
def on_sqlite(tmp_path: Path) -> Iterator[Server]:
    with server(tmp_path / "data", "sqlite") as running:
        yield running


@pytest.fixture
def on_postgres(tmp_path: Path) -> Iterator[Server]:
    with server(tmp_path / "data", "postgres") as running:
        yield running


def test_a_database_that_is_gone_is_503_and_then_200_again(on_postgres: Server):
    name = urlsplit(on_postgres.database_url).path.lstrip("/")
    assert send(on_postgres, "before").status == 200
    with psycopg.connect(postgres_url(), autocommit=True) as administrator:
        administrator.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        administrator.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        for _ in range(3):
            assert_told_to_wait(send(on_postgres, "during"))
        unknown = on_postgres.post("/v1/batch", batch(track()), key="rgd_write_never_seen")
        assert_told_to_wait(unknown)  # nobody can say now that the key is wrong
        administrator.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    assert send(on_postgres, "after").status == 200
    assert stored(on_postgres) == {"before", "after"}


def test_a_connection_cut_off_while_idle_is_made_anew(on_postgres: Server):
    name = urlsplit(on_postgres.database_url).path.lstrip("/")
    assert send(on_postgres, "before").status == 200
    with psycopg.connect(postgres_url(), autocommit=True) as administrator:
        administrator.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
    replies = [send(on_postgres, f"after {n}") for n in range(3)]
    assert {reply.status for reply in replies} <= {200, 503}
    assert replies[-1].status == 200


def test_a_table_locked_by_somebody_is_503_or_late_but_never_lost(on_postgres: Server):
    assert send(on_postgres, "before").status == 200
    with psycopg.connect(on_postgres.database_url) as somebody:
        somebody.execute("LOCK TABLE collect_journal IN ACCESS EXCLUSIVE MODE")
        assert_told_to_wait(send(on_postgres, "during"))
        somebody.rollback()
    assert send(on_postgres, "after").status == 200
    assert stored(on_postgres) >= {"before", "after"}


def test_a_locked_journal_is_503_and_then_200_again(on_sqlite: Server):
    assert send(on_sqlite, "before").status == 200
    with closing(sqlite3.connect(on_sqlite.folder / "journal.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert_told_to_wait(send(on_sqlite, "during"))
        other.execute("ROLLBACK")
    assert send(on_sqlite, "after").status == 200
    assert stored(on_sqlite) == {"before", "after"}


def test_a_log_locked_by_a_long_write_does_not_delay_an_answer(on_sqlite: Server):
    assert send(on_sqlite, "before").status == 200
    with closing(sqlite3.connect(on_sqlite.folder / "regard.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert send(on_sqlite, "during").status == 200
        other.execute("ROLLBACK")
    assert stored(on_sqlite) == {"before", "during"}


def test_a_full_disk_is_503_and_then_200_again(on_sqlite: Server):
    """The process may not write its files any larger: what a full disk is to it."""
    assert send(on_sqlite, "before").status == 200
    assert on_sqlite.process is not None
    pid = on_sqlite.process.pid
    journal = sum(path.stat().st_size for path in on_sqlite.folder.glob("journal.sqlite3*"))
    _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (journal // 2, hard))
    large = [track(properties={"text": "x" * 20_000}) for _ in range(20)]
    for _ in range(3):
        assert_told_to_wait(on_sqlite.post("/v1/batch", batch(*large)))
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))
    assert send(on_sqlite, "after").status == 200
    assert stored(on_sqlite) == {"before", "after"}


def send(running: Server, message_id: str) -> Reply:
    return running.post("/v1/batch", batch(track(messageId=message_id)))


def assert_told_to_wait(reply: Reply) -> None:
    assert (reply.status, reply.body["code"]) == (503, "unavailable")
    assert int(reply.headers["retry-after"]) >= 1
    assert "retry-after" in reply.headers["access-control-expose-headers"].lower()


def stored(running: Server) -> set[str]:
    running.absorb()
    return {row[0] for row in running.rows("SELECT message_id FROM collect_touchpoint")}
