"""What a computation cannot hold in memory stays in the data folder, for its owner only, and goes with it."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import pytest

from regard.engine.bench.store import SPILL
from regard.kernel.sql import Sql
from regard.understand.running.workbench import kept_workbench, open_workbench, sweep_spilled

NOW = datetime(2026, 11, 16, 12, tzinfo=UTC)


@pytest.fixture
def folder(settings, tmp_path):
    """An installation of its own."""
    settings.CONFIG = type(settings.CONFIG)(tmp_path / "data", "")
    return tmp_path / "data"


def test_what_spills_stays_with_its_owner_and_goes_with_the_bench(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with open_workbench(memory="40MB") as bench:
        bench.make("big", Sql("SELECT i, repeat(md5(i::VARCHAR), 4) AS words FROM range(1500000) t(i)"))
        (left,) = folder.glob(f"{SPILL}*")
        assert any(left.iterdir()), "so much does not fit: it was written out"
        assert left.stat().st_mode & 0o077 == 0
    assert list(folder.iterdir()) == []
    assert [path.name for path in tmp_path.iterdir()] == ["data"], "nothing beside the data folder"


def test_what_a_killed_computation_left_is_swept_after_a_day(folder):
    with open_workbench():
        (running,) = folder.glob(f"{SPILL}*")
        os.utime(running, (NOW.timestamp(), NOW.timestamp()))
        killed = folder / f"{SPILL}old"
        killed.mkdir()
        (killed / "people.tmp").write_text("someone@example.org")
        old = (NOW - timedelta(days=2)).timestamp()
        os.utime(killed, (old, old))
        assert sweep_spilled(now=NOW) == 1
        assert running.exists()
        assert not killed.exists()


def test_a_kept_bench_comes_back_empty_and_one_on_which_something_failed_does_not(folder):
    with kept_workbench("a use") as first:
        first.make("people", Sql("SELECT 7 AS person"))
        with kept_workbench("a use") as second:
            assert second is not first, "it was in use"
    with kept_workbench("a use") as again:
        assert again is first
        assert again.count("people") == 0
        assert again.names("people") == {"person"}
        again.make("people", Sql("SELECT 8 AS person, 'x' AS word"))
        assert again.names("people") == {"person", "word"}
    with pytest.raises(ZeroDivisionError), kept_workbench("a use"):
        raise ZeroDivisionError
    with kept_workbench("a use") as fresh:
        assert fresh is not first
        assert not fresh.has("people")
        os.utime(fresh.spills_to, (0, 0))
    assert sweep_spilled(now=NOW) == 0, "what is kept is nobody's leaving"
