"""How long from a touchpoint accepted to a segment changed, and what an idle installation costs, on a running server.

    python -m benchmarks.latency --touchpoints 100 --idle 120

Starts `regard up --sample` in a temporary folder, waits for quiet, watches the CPU seconds of all its processes while
nothing happens, then sends first orders of new customers one by one over HTTP, at uneven intervals, and looks for the
row that says the customer came into a segment. Both clocks are this machine's; the look repeats every 10 ms.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.harness import Row, at_most, measure, report

LOOKS, GIVES_UP = 0.01, 60.0  # seconds
_CHANGED = """
SELECT 1 FROM understand_segmentchange c JOIN identify_identifier i ON i.person_id = c.person_id
JOIN understand_run r ON r.id = c.run_id
WHERE i.kind = 'user_id' AND i.value = ? AND c.entered AND r.finished_at IS NOT NULL LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Up:
    """A running installation: its folder, port, write key and the process on top."""

    folder: Path
    port: int
    key: str
    process: psutil.Process

    def cpu_s(self) -> float:
        """Return the CPU seconds of the supervisor and its children so far."""
        tree = (self.process, *self.process.children(recursive=True))
        return sum(p.cpu_times().user + p.cpu_times().system for p in tree)

    def resident_mib(self) -> float:
        """Return the resident memory of the supervisor and its children."""
        tree = (self.process, *self.process.children(recursive=True))
        return sum(p.memory_info().rss for p in tree) / 1024 / 1024


@contextmanager
def installation(folder: Path) -> Iterator[Up]:
    """Start the product with the sample, make a write key, and stop it at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "REGARD_DATA": str(folder)}
    command = [sys.executable, "-c", "from regard.cli import main; main()"]
    top = subprocess.Popen(
        [*command, "up", "--sample", "--no-browser", "--port", str(port)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert top.stdout is not None
        for line in top.stdout:
            if "/login/" in line:
                break
        made = subprocess.run(
            [*command, "key", "create", "--name", "latency", "--json"],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        yield Up(folder, port, json.loads(made.stdout)["key"], psutil.Process(top.pid))
    finally:
        top.send_signal(signal.SIGINT)
        top.wait(30)


def wait_for_quiet(up: Up) -> None:
    """Wait until the first cycles, and what they made to do, are over."""
    calm = 0
    while calm < 3:
        before = up.cpu_s()
        time.sleep(5)
        calm = calm + 1 if up.cpu_s() - before < 0.5 else 0


def idle(up: Up, seconds: float) -> dict[str, float]:
    """Watch an installation to which nothing happens."""
    before, began = up.cpu_s(), time.monotonic()
    time.sleep(seconds)
    used, took = up.cpu_s() - before, time.monotonic() - began
    return {
        "CPU s a minute": used / took * 60,
        "% of one core": used / took * 100,
        "resident MiB": up.resident_mib(),
    }


def first_order(up: Up, number: int) -> float:
    """Send the first order of somebody new; return the seconds from the 200 to the segment."""
    who = f"latency-{number}"
    body = {
        "userId": who,
        "event": "Order Completed",
        "messageId": f"{who}-{time.time_ns()}",
        "properties": {"order_id": who, "revenue": 42.5, "currency": "USD"},
    }
    secret = base64.b64encode(f"{up.key}:".encode()).decode()
    asked = urllib.request.Request(
        f"http://127.0.0.1:{up.port}/v1/track",
        data=json.dumps(body).encode(),
        headers={"Authorization": f"Basic {secret}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(asked) as answer:
        assert answer.status == 200
    accepted = time.monotonic()
    with closing(sqlite3.connect(f"file:{up.folder}/regard.sqlite3?mode=ro", uri=True)) as store:
        while not store.execute(_CHANGED, [who]).fetchone():
            if time.monotonic() - accepted > GIVES_UP:
                raise TimeoutError(f"{who} is in no segment after {GIVES_UP:g} s")
            time.sleep(LOOKS)
    return time.monotonic() - accepted


def many(up: Up, count: int) -> dict[str, float]:
    """Send `count` first orders at uneven intervals; return how long the segments took."""
    chance, waits = random.Random(1), []
    before = up.cpu_s()
    for number in range(count):
        time.sleep(chance.uniform(0.0, 1.5))
        waits.append(first_order(up, number))
    waits.sort()
    return {
        "p50 s": waits[len(waits) // 2],
        "p99 s": waits[min(len(waits) - 1, int(len(waits) * 0.99))],
        "slowest s": waits[-1],
        "CPU s a touchpoint": (up.cpu_s() - before) / count,
    }


def run(touchpoints: int, seconds: float) -> list[Row]:
    """Measure both on one installation."""
    with (
        tempfile.TemporaryDirectory(prefix="regard-bench-") as folder,
        installation(Path(folder)) as up,
    ):
        wait_for_quiet(up)
        rows = measure("idle, with the sample", f"{seconds:g} s", lambda: idle(up, seconds), repeat=1)
        rows += measure(
            "accepted -> segment changed",
            f"{touchpoints} touchpoints one by one",
            lambda: many(up, touchpoints),
            repeat=1,
            target={"p99 s": at_most(2)},
        )
    return rows


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--touchpoints", type=int, default=100)
    parser.add_argument("--idle", type=float, default=120)
    chosen = parser.parse_args()
    report("latency", run(chosen.touchpoints, chosen.idle))


if __name__ == "__main__":
    main()
