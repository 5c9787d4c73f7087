"""Ingest over HTTP: batches of 100 from 8 clients, durable before the answer, then taken into the log.

    python -m benchmarks.ingest                                  # both databases, empty log
    python -m benchmarks.ingest --store sqlite --stored 20000000 # a full one: random ids meet a large index

Four figures belong together, and one alone would flatter: what is acknowledged while nothing else runs, what is
acknowledged while the absorber works beside it, how fast a backlog drains into the log, and how fast the bare database
inserts the same rows with the same indexes in the same run.
"""

from __future__ import annotations

import argparse
import json
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from uuid import UUID

import psycopg

from benchmarks.harness import Row, at_least, at_most, measure, report
from benchmarks.ingest_load import Load, send_all
from tests.servers import STORES, Server, server

CLIENTS, AT_ONCE = 8, 100
KNOWN_PEOPLE = 20_000
FILLED_FROM = 1_000_000_000  # the number of the first row of a log filled beforehand
_DRAIN = """
import django; django.setup()
import json, resource, sys, time
from datetime import UTC, datetime
from regard.flow import absorb_journal
taken, began = 0, time.perf_counter()
while True:
    done = absorb_journal(now=datetime.now(UTC))
    taken += done.messages
    if not done.messages:
        if "--stay" not in sys.argv:
            break
        if not sys.stdin.readline():
            break
print(json.dumps({"taken": taken, "seconds": time.perf_counter() - began,
                  "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
"""
_COLUMNS = (
    "seq, source_id, message_id, origin, occurred_at, received_at, name, channel, direction, actor, value_minor, "
    "currency, properties, context"
)


def main() -> None:
    """Measure what the command line asks for."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--store", choices=STORES)
    options.add_argument("--messages", type=int, default=200_000, help="sent in one repeat")
    options.add_argument("--stored", type=int, default=0, help="touchpoints in the log before")
    options.add_argument("--repeat", type=int, default=3)
    asked = options.parse_args()
    rows: list[Row] = []
    for store in [asked.store] if asked.store else STORES:
        rows += measure_store(store, asked.messages, asked.stored, asked.repeat)
    report("ingest" if not asked.stored else "ingest-full", rows, note=__doc__.split("\n\n")[2])


def measure_store(store: str, messages: int, stored: int, repeat: int) -> list[Row]:
    """Return the rows of one database."""
    size = f"{store}, {stored:,} stored"
    with tempfile.TemporaryDirectory() as folder, server(Path(folder) / "data", store) as running:
        fill(running, stored)
        rows = measure(
            "acknowledged alone",
            size,
            lambda load: _acknowledge(running, load),
            repeat=repeat,
            before=lambda: _load(running, messages),
            target=_targets(store, stored),
        )
        rows += measure("drained", size, lambda: _drain(running), repeat=1)
        rows += measure(
            "acknowledged while absorbing",
            size,
            lambda load: _both(running, load),
            repeat=repeat,
            before=lambda: _load(running, messages),
        )
        rows += measure(
            "bare inserts",
            size,
            lambda: bare_inserts(running, min(messages, 100_000)),
            repeat=repeat,
        )
    return rows


def _targets(store: str, stored: int) -> dict[str, object]:
    rate = 25_000 if stored else 100_000 if store == "sqlite" else 60_000
    return {"acknowledged/s": at_least(rate), "p99 ms": at_most(150)}


def _load(running: Server, messages: int) -> Load:
    return Load(
        port=running.port,
        key=running.key,
        requests=messages // AT_ONCE,
        at_once=AT_ONCE,
        clients=CLIENTS,
        people=KNOWN_PEOPLE,
    ).prepared()


def _acknowledge(running: Server, load: Load) -> dict[str, float]:
    figures = send_all(load)
    return figures | {"server peak MiB": _peak_of(running)}


def _drain(running: Server) -> dict[str, float]:
    done = json.loads(_absorber(running).communicate()[0])
    return {"absorbed/s": done["taken"] / done["seconds"], "absorber peak MiB": done["peak"]}


def _both(running: Server, load: Load) -> dict[str, float]:
    """Send and absorb at once; the clock runs until the last message is in the log."""
    absorber = _absorber(running, "--stay", stdin=subprocess.PIPE)
    began = time.perf_counter()
    figures = send_all(load)
    absorber.communicate()
    seconds = time.perf_counter() - began
    return figures | {"in the log/s": load.requests * load.at_once / seconds}


def _absorber(running: Server, *words: str, stdin: int | None = None) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _DRAIN, *words],
        env=running.environment,
        stdin=stdin,
        stdout=subprocess.PIPE,
        text=True,
    )


def _peak_of(running: Server) -> float:
    assert running.process is not None
    status = Path(f"/proc/{running.process.pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def _touchpoints(
    first: int, count: int, seed: int, share: tuple[float, float] | None = None
) -> list[tuple[object, ...]]:
    """Return rows with random ids; where `share` is given, sorted ids of that share of all ids."""
    chance = random.Random(seed)
    low, high = (int(part * 2**64) << 64 for part in share or (0.0, 1.0))
    numbers = [chance.randrange(low, high) for _ in range(count)]
    if share:
        numbers.sort()
    properties = json.dumps(Load.example())
    return [
        (
            seq,
            1,
            str(UUID(int=number)),
            chance.randrange(1, KNOWN_PEOPLE),
            1_700_000_000_000_000 + seq,
            1_700_000_000_000_000 + seq,
            "Order Completed",
            "server",
            "in",
            "customer",
            2750,
            "USD",
            properties,
            "{}",
        )
        for seq, number in enumerate(numbers, first)
    ]


def fill(running: Server, count: int) -> None:
    """Put touchpoints into the log, past the counter, without the product.

    Their ids are spread evenly over all ids there are, and written in their order: the index is as large as one of
    random ids and is filled in a fraction of the time. What comes after it meets it at random, as in life.
    """
    for start in range(0, count, 200_000):
        many = min(200_000, count - start)
        rows = _touchpoints(FILLED_FROM + start, many, start, (start / count, (start + many) / count))
        _insert(running, "collect_touchpoint", rows, durable=False)


def bare_inserts(running: Server, count: int) -> dict[str, float]:
    """Insert the same rows with the same indexes, 5,000 a transaction, with nothing but the database's own driver."""
    seed = time.monotonic_ns()
    rows = _touchpoints(4_000_000_000 + seed % 10**9 * 1000, count, seed)
    began = time.perf_counter()
    for at in range(0, count, 5_000):
        _insert(running, "collect_touchpoint", rows[at : at + 5_000], durable=True)
    return {"inserted/s": count / (time.perf_counter() - began)}


def _insert(running: Server, table: str, rows: list[tuple[object, ...]], *, durable: bool) -> None:
    if running.database_url:
        with (
            psycopg.connect(running.database_url) as connection,
            connection.cursor().copy(f"COPY {table} ({_COLUMNS}) FROM STDIN") as copy,
        ):
            for row in rows:
                copy.write_row(row)
        return
    with closing(sqlite3.connect(running.folder / "regard.sqlite3", isolation_level=None)) as connection:
        connection.execute(f"PRAGMA synchronous={'FULL' if durable else 'OFF'}")
        connection.execute("PRAGMA cache_size=-200000")
        connection.execute("BEGIN IMMEDIATE")
        marks = ", ".join("?" * len(rows[0]))
        connection.executemany(f"INSERT INTO {table} ({_COLUMNS}) VALUES ({marks})", rows)
        connection.execute("COMMIT")


if __name__ == "__main__":
    main()
