"""F10: a file of 200 MB is imported in under 256 MiB of memory, and every row is accounted for."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.installation import installation

pytestmark = pytest.mark.promises
MIB = 1024 * 1024
SIZE = 200 * MIB
MOST = 256 * MIB


def write_file(path: Path, kind: str) -> int:
    """Write 200 MB; every thousandth row is broken. Returns the number of rows."""
    note = "a note of some length that nobody reads but everybody keeps; " * 4
    rows = 0
    with path.open("w") as file:
        file.write(
            "order id,customer id,date,sku,quantity,price,note\n"
            if kind == "order-lines"
            else "order id,customer id,date,total,note\n"
        )
        while file.tell() < SIZE:
            for _ in range(1_000):
                rows += 1
                worth = "x" if rows % 1_000 == 0 else rows % 500
                if kind == "order-lines":
                    order = rows * 7919 % 200_003
                    file.write(f"A{order},c{order % 5000},2025-01-05,S{rows % 50},1,{rows % 500},{note}\n")
                else:
                    file.write(f"A{rows},c{rows % 5000},2025-01-{rows % 28 + 1:02d},{worth},{note}\n")
    return rows


@pytest.mark.parametrize("kind", ["orders", "order-lines"])
def test_a_file_of_200_mb_needs_less_than_256_mib(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "large.csv"
    rows = write_file(path, kind)
    with installation(tmp_path / "data", "sqlite") as shop:
        shop.run("import", "list")
        process = psutil.Popen(
            [sys.executable, "-c", "from regard.cli import main; main()", "import", str(path), "--quiet", "--json"],
            env=shop.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        )
        peak = 0
        while process.poll() is None:
            peak = max(peak, process.memory_info().rss)
            try:
                process.wait(timeout=0.05)
            except psutil.TimeoutExpired:
                continue
        assert process.stdout is not None
        with process.stdout as answer:
            batch = json.loads(answer.read())
    assert process.returncode == 0
    assert peak < MOST
    assert batch["rows_read"] == rows
    assert batch["rows_rejected"] == (rows // 1_000 if kind == "orders" else 0)
    if kind == "orders":
        assert batch["rows_stored"] == rows - rows // 1_000
