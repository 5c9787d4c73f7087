"""SIGKILL at any moment of an import, and the same command again: nothing lost, nothing doubled, on both stores."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from functools import partial
from pathlib import Path

import psycopg
import pytest

from tests.installation import Installation, installation
from tests.waiting import eventually

ROWS = 60_000


def start(shop: Installation, path: Path) -> subprocess.Popen[bytes]:
    words = ["import", str(path), "--quiet"]
    return subprocess.Popen(
        [sys.executable, "-c", "from regard.cli import main; main()", *words],
        env=shop.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def rows_read(shop: Installation) -> int:
    sql = "SELECT COALESCE(MAX(rows_read), 0) FROM collect_batch"
    if shop.database_url:
        with psycopg.connect(shop.database_url) as postgres:
            found = postgres.execute(sql).fetchone()
    else:
        with closing(sqlite3.connect(shop.folder / "regard.sqlite3")) as sqlite:
            found = sqlite.execute(sql).fetchone()
    return int(found[0]) if found else 0


def has_moved(shop: Installation, process: subprocess.Popen[bytes], since: int) -> bool:
    return rows_read(shop) > since or process.poll() is not None


@pytest.mark.parametrize("store", ["sqlite", "postgres"])
@pytest.mark.parametrize("kind", ["orders", "order-lines"])
def test_killed_again_and_again_it_ends_with_every_row_once(tmp_path: Path, store: str, kind: str) -> None:
    path = tmp_path / "file.csv"
    if kind == "orders":
        body = (f"A{n},c{n % 900},2025-01-{n % 28 + 1:02d},{n % 500 if n % 100 else 'x'}\n" for n in range(ROWS))
        path.write_text("order id,customer id,date,total\n" + "".join(body))
    else:
        body = (f"A{n * 7 % 9973},c{n * 7 % 9973 % 900},2025-01-05,S{n % 50},1,{n % 500}\n" for n in range(ROWS))
        path.write_text("order id,customer id,date,sku,quantity,price\n" + "".join(body))
    with installation(tmp_path / "data", store) as shop:
        shop.run("import", "list")
        reached = [0]
        for _ in range(3):
            process = start(shop, path)
            eventually(partial(has_moved, shop, process, reached[-1]))
            process.kill()
            process.wait()
            reached.append(rows_read(shop))
        assert reached[1] < ROWS
        batch = json.loads(shop.run("import", str(path), "--quiet", "--json").stdout)
        exported = [json.loads(line) for line in shop.run("export", "touchpoints").stdout.splitlines()]
        assert len(shop.json("import", "list")["items"]) == 1
    assert batch["rows_read"] == ROWS
    ids = [line["message_id"] for line in exported]
    assert len(ids) == len(set(ids)) == batch["rows_stored"]
    if kind == "orders":
        assert set(ids) == {f"order:A{n}" for n in range(ROWS) if n % 100}
        with Path(batch["rejects_file"]).open() as file:
            assert sum(1 for _ in file) - 1 == batch["rows_rejected"] == ROWS // 100
    else:
        assert sum(len(line["properties"]["products"]) for line in exported) == ROWS
