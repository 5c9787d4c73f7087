"""Several processes write one SQLite file: whoever comes second waits, says so in one line, and goes on."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import OperationalError

from regard.worker.loop import BUSY_WORDS, Routine, WorkerMood
from tests.installation import Installation, installation

ORDERS = 6_000
_SENDS = """
import django; django.setup()
import sys, time
import msgspec
from regard.collect.intake.journal import JournalRow, encode_entry, open_journal
from regard.collect.models import Source
journal, source, sent = open_journal(), Source.objects.get(name="import").id, 0
while not sys.stdin.closed and sent < 40_000:
    messages = [
        msgspec.Raw(b'{"type":"track","messageId":"m%d","userId":"c%d","event":"Looked"}' % (n, n % 700))
        for n in range(sent, sent + 100)
    ]
    journal.append([encode_entry(JournalRow(None, source, 1_790_000_000_000_000, None, "s", messages))])
    sent += 100
    print(sent, flush=True)
    time.sleep(0.01)
"""


def _orders(path: Path) -> Path:
    lines = [f"A{n},c{n % 700},2026-03-{n % 28 + 1:02d},{n % 90}.50\n" for n in range(ORDERS)]
    path.write_text("order id,customer id,date,total\n" + "".join(lines))
    return path


def _count(shop: Installation, where: str) -> int:
    with closing(sqlite3.connect(shop.folder / "regard.sqlite3", timeout=60)) as store:
        return int(store.execute(f"SELECT count(*) FROM collect_touchpoint WHERE {where}").fetchone()[0])


def test_an_import_is_taken_back_beside_a_busy_worker(tmp_path: Path) -> None:
    with installation(tmp_path / "shop", "sqlite") as shop:
        shop.run("import", str(_orders(tmp_path / "orders.csv")), "--yes", "--quiet")
        batch = shop.json("import", "list")["items"][0]["batch"]
        environment = shop.environment | {"DJANGO_SETTINGS_MODULE": "regard.settings"}
        with (tmp_path / "worker.log").open("w+") as log:
            sender = subprocess.Popen(
                [sys.executable, "-c", _SENDS], env=environment, stdout=subprocess.PIPE, text=True
            )
            worker = subprocess.Popen([sys.executable, "-m", "regard.worker"], env=environment, stderr=log)
            assert sender.stdout is not None
            try:
                while not _count(shop, "name = 'Looked'"):  # the worker is at it
                    assert sender.poll() is None
                    threading.Event().wait(0.05)
                undone = shop.json("import", "undo", batch, "--yes")
                beside = _count(shop, "name = 'Looked'")
                sender.kill()
                sent = int(sender.stdout.read().split()[-1])
                while _count(shop, "name = 'Looked'") < sent:  # and stays at it
                    assert worker.poll() is None
                    threading.Event().wait(0.05)
            finally:
                for process in (sender, worker):
                    process.terminate()
                    process.wait()
                sender.stdout.close()
            log.seek(0)
            said = log.read()
        assert undone["touchpoints"] == ORDERS
        assert _count(shop, "batch_id IS NOT NULL") == 0
        assert beside > 0
        assert "Traceback" not in said, said
        assert all(BUSY_WORDS in line for line in said.splitlines())


@pytest.mark.parametrize("kind", [OperationalError, sqlite3.OperationalError])
def test_a_locked_store_costs_a_routine_one_line_and_no_more(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, kind: type[Exception]
) -> None:
    monkeypatch.setattr("regard.worker.loop.FIRST_WAIT", 0.0)
    stop, mood, tries = threading.Event(), WorkerMood(), []

    def step(now: datetime) -> float:
        tries.append(now)
        if len(tries) < 4:
            raise kind("database is locked")
        assert mood.troubles == {"absorb": BUSY_WORDS}
        stop.set()
        return 0.0

    Routine("absorb", step, mood, stop).run()
    assert len(tries) == 4
    assert mood.troubles == {}
    assert capsys.readouterr().err == f"worker, absorb: {BUSY_WORDS}; goes on when it is done\n"
    assert tries[-1].tzinfo is UTC


def test_another_trouble_still_shows_where_it_happened(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("regard.worker.loop.FIRST_WAIT", 0.0)
    stop = threading.Event()

    def step(now: datetime) -> float:
        stop.set()
        raise OperationalError("disk I/O error")

    Routine("absorb", step, WorkerMood(), stop).run()
    assert "Traceback" in capsys.readouterr().err
