"""Import of a CSV file of orders, of order lines and of people, on a fresh store: rows a second, memory; bare inserts beside it.

    python -m benchmarks.importing [--rows 200000] [--repeat 3] [--stores sqlite,postgres] [--small]

The whole command is measured as a user runs it: survey and guesses, reading, who is it, the log, the profile, the resume
point, durable after every chunk (SQLite: synchronous=FULL). The wall of `regard import` includes about a second in which
Python and Django start; the rate is told with and without.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from random import Random

from benchmarks.harness import at_least, measure, report
from tests.installation import Installation, installation

TARGET = 20_000


def write_orders(path: Path, rows: int) -> None:
    """Orders of a shop where a tenth as many people as orders buy, some far more often than others."""
    random = Random(7)
    with path.open("w") as file:
        file.write("order id,customer id,date,total,currency,payment\n")
        for number in range(rows):
            who = int(random.paretovariate(1.2) * 10) % max(rows // 10, 10)
            day = f"2025-{random.randrange(1, 13):02d}-{random.randrange(1, 29):02d} {random.randrange(24):02d}:{random.randrange(60):02d}"
            file.write(f"A{number},c{who},{day},{random.randrange(100, 20_000) / 100:.2f},EUR,card\n")


def write_lines(path: Path, rows: int) -> None:
    """Lines of orders of five on average, mixed up all over the file."""
    random = Random(8)
    with path.open("w") as file:
        file.write("order id,customer id,date,sku,product,quantity,unit price\n")
        for _ in range(rows):
            order = random.randrange(rows // 5)
            file.write(
                f"A{order},c{order % (rows // 50)},2025-01-{order % 28 + 1:02d},S{random.randrange(900)},Mug,{random.randrange(1, 4)},{random.randrange(100, 900) / 100:.2f}\n"
            )


def write_people(path: Path, rows: int) -> None:
    """New people with six fields: an id, an address, two names, a city, a country."""
    random = Random(9)
    first = ["Anna", "Ben", "Chloé", "David", "Eva", "Finn", "Grace", "Hugo", "Ida", "Jan"]
    last = ["Smith", "Müller", "Rossi", "García", "Jansen", "Nowak", "Brown", "Dubois"]
    places = [("Berlin", "DE"), ("Paris", "FR"), ("Rome", "IT")]
    with path.open("w") as file:
        file.write("customer id,email,first name,last name,city,country\n")
        for number in range(rows):
            city, country = random.choice(places)
            name = f"{random.choice(first)},{random.choice(last)}{number % 977}"
            file.write(f"c{number},p{number}@example.org,{name},{city},{country}\n")


def run_import(shop: Installation, path: Path, rows: int) -> dict[str, float]:
    """Import the file once; returns rates."""
    began = time.perf_counter()
    batch = json.loads(shop.run("import", str(path), "--quiet", "--json").stdout)
    wall = time.perf_counter() - began
    assert batch["rows_read"] == rows
    started = time.perf_counter()
    shop.run("import", "list")
    start = time.perf_counter() - started
    return {"rows/s": rows / max(wall - start, 0.001), "rows/s with start": rows / wall}


def bare_inserts(path: Path, rows: int) -> dict[str, float]:
    """The floor: the same rows read by the csv module and inserted into a bare table, committed every 4,000."""
    import csv

    with (
        tempfile.TemporaryDirectory() as folder,
        closing(sqlite3.connect(Path(folder) / "bare.sqlite3", isolation_level=None)) as database,
    ):
        database.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t (a, b, c, d, e, f)")
        began = time.perf_counter()
        with path.open(newline="") as file:
            reader = csv.reader(file)
            next(reader)
            for chunk in _chunks(reader, 4_000):
                database.execute("BEGIN")
                database.executemany("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?)", chunk)
                database.execute("COMMIT")
        return {"rows/s": rows / (time.perf_counter() - began)}


def _chunks(reader: Iterator[list[str]], size: int) -> Iterator[list[list[str]]]:
    chunk: list[list[str]] = []
    for row in reader:
        chunk.append(row)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _fresh(shops: ExitStack, folder: Path, store: str) -> Installation:
    shop = shops.enter_context(installation(folder, store))
    shop.run("import", "list")  # the first command migrates
    return shop


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--stores", default="sqlite,postgres")
    parser.add_argument("--small", action="store_true", help="20,000 rows, once")
    given = parser.parse_args()
    count, repeat = (20_000, 1) if given.small else (given.rows, given.repeat)
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        orders, lines, people = (folder / f"{name}.csv" for name in ("orders", "lines", "people"))
        write_orders(orders, count)
        write_lines(lines, count)
        write_people(people, count)
        rows += measure(
            "bare inserts (SQLite)",
            f"{count:,} rows",
            lambda: bare_inserts(orders, count),
            repeat=repeat,
        )
        for store in given.stores.split(","):
            for name, path in (("orders", orders), ("order lines", lines), ("people", people)):
                with ExitStack() as shops:
                    places = iter(folder / f"{store}-{name}-{turn}" for turn in range(repeat))
                    rows += measure(
                        f"import of {name} ({store})",
                        f"{count:,} rows",
                        lambda shop, path=path: run_import(shop, path, count),
                        before=lambda: _fresh(shops, next(places), store),  # noqa: B023 (called at once)
                        repeat=repeat,
                        target={"rows/s": at_least(TARGET)},
                    )
    report("importing", rows)


if __name__ == "__main__":
    sys.exit(main())
