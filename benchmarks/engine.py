"""The engine on skewed synthetic logs: columnar build, refresh, cycle, preview, beside pandas and plain SQL in one run.

    python -m benchmarks.engine --people 1_000_000 --touchpoints 1_000_000 5_000_000 20_000_000

For each size: the copy of the log is written (build) and clustered; a refresh computes every trait and segment of the
shipped retail playbook for everybody and writes the result to Parquet; 10,000 new touchpoints arrive, five minutes pass,
and a cycle finds who moved, computes them and writes them; one unsaved segment is previewed. The comparable part that
pandas, SQLite and PostgreSQL do is stated in `COMPARABLE`. Publishing into the operational store is measured apart,
`benchmarks/understand.py`: there the store is the limit, not the engine.
"""

from __future__ import annotations

import argparse
import gc
import os
import shutil
import sqlite3
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import psutil
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.harness import at_most, measure, report
from benchmarks.synthetic import END, NAMES, codes, make_log
from regard.engine.bench.columnar import RAW
from regard.engine.bench.store import Columns, Workbench
from regard.engine.understanding.plan import Coordinates, Understanding
from regard.engine.understanding.questions import ASKED, Answered, cut_down, parse_segment, preview_of, with_segment
from regard.engine.understanding.who_changes_with_time import Slides
from regard.kernel.instant import DAY_US, MINUTE_US
from regard.kernel.sql import Sql
from regard.playbooks.load import load_playbook
from regard.playbooks.model import Playbook
from regard.playbooks.values.windows import Clock

COMPARABLE = (
    "orders, sum and last time of orders a person, orders and touchpoints in the last year and 90 days, days since the "
    "last order, monetary fifths, and three segments of them"
)
NEW = 10_000
REPEAT = 3
BYTES_A_ROW_OF_PANDAS = 250  # four columns twice, and what grouping them takes
PART_ROWS = 1_000_000  # as understand/running/copy_of_log.py writes


@dataclass
class World:
    """One size of log, on disk as the product keeps it."""

    people: int
    rows: int
    folder: Path
    playbook: Playbook

    @property
    def size(self) -> str:
        return f"{self.people:,} x {self.rows:,}"

    @property
    def columns(self) -> Columns:
        return Columns(self.folder / "columns")

    def bench(self, memory: str = "2GB") -> Workbench:
        return Workbench(memory=memory, spill=self.folder / "spill")

    def understanding(
        self,
        us: int = END,
        *,
        keep_cuts: bool = False,
        playbook: Playbook | None = None,
        keep_needs: bool = False,
    ) -> Understanding:
        at = Coordinates(Clock(us, "Europe/London"), 2**60)
        return Understanding(playbook or self.playbook, at, codes(), keep_cuts=keep_cuts, keep_needs=keep_needs)


def retail() -> Playbook:
    text = (Path(__file__).parents[1] / "src/regard/shipped/retail.yaml").read_text()
    loaded = load_playbook(text)
    assert loaded.playbook is not None, loaded.issues
    return loaded.playbook


def build(world: World) -> dict[str, float]:
    """Write the copy part by part in order of arrival, as the product does, then put each person's together."""
    shutil.rmtree(world.folder / "columns", ignore_errors=True)
    written = 0.0
    with world.columns.writing() as manifest:
        manifest.paths = list(world.understanding().paths())
        for first in range(1, world.rows + 1, PART_ROWS):
            with world.bench() as bench:
                rows = min(PART_ROWS, world.rows + 1 - first)
                make_log(bench, "incoming", world.people, rows, first_seq=first)
                began = time.perf_counter()
                world.columns.append(bench, manifest, "incoming", first + rows - 1)
                written += time.perf_counter() - began
    began = time.perf_counter()
    with world.bench() as bench, world.columns.writing() as manifest:
        world.columns.compact(bench, manifest)
    clustered = time.perf_counter() - began
    return {"append s": written, "cluster s": clustered, "MB on disk": world.columns.size() / 1e6}


def lay(
    bench: Workbench,
    world: World,
    understanding: Understanding,
    *,
    people: pa.Table | None = None,
    tail: pa.Table | None = None,
) -> None:
    """Lay the inputs out as the shell does: a view over the parts, or a table of some people's rows."""
    columns, newer = world.columns, RAW.empty_table() if tail is None else tail
    columns.lay_log(
        bench,
        columns.manifest(),
        understanding.paths(),
        newer,
        None if people is None else people.rename_columns(["origin"]),
    )
    if people is None:
        bench.make(
            "people",
            Sql("SELECT CAST(i AS BIGINT) AS person FROM range(1, ?) t(i)", (world.people + 1,)),
        )
    else:
        bench.lay("people", people)
    i, s = pa.array([], pa.int64()), pa.array([], pa.string())
    bench.lay("moved", pa.table({"origin": i, "person": i}))
    bench.lay("fields", pa.table({"seq": i, "origin": i, "occurred_at": i, "name": s, "value": s}))
    bench.lay(
        "consents",
        pa.table({"person": i, "purpose": s, "channel": s, "granted_us": i, "withdrawn_us": i}),
    )
    bench.lay("contacts", pa.table({"person": i, "channel": s, "suppressed": s}))
    bench.lay("account_of", pa.table({"person": i, "account": i}))


def refresh(world: World) -> None:
    """Everybody: every trait, score and segment, written."""
    understanding = world.understanding()
    with world.bench() as bench:
        lay(bench, world, understanding)
        understanding.plan().run(bench)
        bench.write(Sql("SELECT * FROM result"), world.folder / "result.parquet", compression="snappy")
        for depth in understanding.cut_depths():
            pq.write_table(
                bench.take(Sql(f"SELECT * FROM cuts_{depth}")),
                world.folder / f"cuts_{depth}.parquet",
            )


def arrive(world: World) -> pa.Table:
    """Return 10,000 new touchpoints, dated in the five minutes after the refresh."""
    with world.bench() as bench:
        make_log(bench, "fresh", world.people, NEW, first_seq=world.rows + 1)
        sql = f"SELECT * REPLACE ({END} + seq % {5 * MINUTE_US} AS occurred_at) FROM fresh"
        return bench.take(Sql(sql))


def cycle(world: World, tail: pa.Table) -> dict[str, float]:
    """Who moved, their history, every step, and their rows written."""
    began = time.perf_counter()
    now = END + 5 * MINUTE_US
    understanding = world.understanding(now, keep_cuts=True)
    with world.bench() as bench:
        world.columns.lay_times(bench, world.columns.manifest(), tail)
        slid = Slides(understanding, Clock(END, "Europe/London")).log_sql()
        bench.make("slid", slid)
        people = bench.take(
            Sql("SELECT DISTINCT origin AS person FROM (SELECT origin FROM slid UNION ALL SELECT origin FROM tail) m")
        )
        found = time.perf_counter() - began
        lay(bench, world, understanding, people=people, tail=tail)
        for depth in understanding.cut_depths():
            bench.lay(f"cuts_{depth}", pq.read_table(world.folder / f"cuts_{depth}.parquet"))
        understanding.plan().run(bench)
        bench.write(Sql("SELECT * FROM result"), world.folder / "delta.parquet", compression="snappy")
    return {
        "s": time.perf_counter() - began,
        "finding who moved s": found,
        "people": float(people.num_rows),
    }


def preview(world: World) -> None:
    """An unsaved segment of two behaviours, counted row by row with five people."""
    segment = parse_segment(
        [
            {"did": "Order Completed", "at_least": 2, "within": "90 days"},
            {"did_not": "Message Sent", "within": "30 days"},
        ]
    )
    part = cut_down(with_segment(world.playbook, segment), segments=(ASKED,))
    understanding = world.understanding(playbook=part, keep_needs=True)
    with world.bench() as bench:
        lay(bench, world, understanding)
        understanding.plan().run(bench)
        preview_of(Answered(bench, understanding, world.people), segment.who)


# The comparable part elsewhere

_ORDER = NAMES.index("Order Completed")
_YEAR, _QUARTER = END - 365 * DAY_US, END - 90 * DAY_US
PLAIN_SQL = f"""
WITH t AS (
    SELECT origin, SUM(CASE WHEN name = {_ORDER} THEN 1 ELSE 0 END) AS orders,
        SUM(CASE WHEN name = {_ORDER} THEN value_minor END) AS spent,
        MAX(CASE WHEN name = {_ORDER} THEN occurred_at END) AS last_at,
        SUM(CASE WHEN name = {_ORDER} AND occurred_at > {_YEAR} THEN 1 ELSE 0 END) AS orders_year,
        SUM(CASE WHEN occurred_at > {_QUARTER} THEN 1 ELSE 0 END) AS touches
    FROM log GROUP BY origin
), r AS (SELECT t.*, ({END} - last_at) / {DAY_US} AS recency, NTILE(5) OVER (ORDER BY spent) AS fifth FROM t)
SELECT origin, orders, spent, recency, fifth, orders >= 2 AND fifth = 5 AS high_value,
    orders = 1 AND recency > 180 AS one_and_done, touches = 0 AND orders > 0 AS quiet
FROM r
"""


def plain_columns(world: World) -> pa.Table:
    with world.bench("4GB") as bench:
        sql = world.columns.rows_sql(world.columns.manifest(), ())
        assert sql is not None
        return bench.take(
            Sql(f"SELECT origin, CAST(name AS BIGINT) AS name, occurred_at, value_minor FROM ({sql.text}) l")
        )


def engine_comparable(world: World) -> None:
    text = PLAIN_SQL.replace("FROM log", "FROM plain").replace(f"/ {DAY_US}", f"// {DAY_US}")
    sql = world.columns.rows_sql(world.columns.manifest(), ())
    assert sql is not None
    with world.bench() as bench:
        bench.show("plain", sql)
        bench.make("out", Sql(text))


def pandas_comparable(frame: pd.DataFrame) -> None:
    orders = frame[frame["name"] == _ORDER]
    by = orders.groupby("origin")
    out = pd.DataFrame({"orders": by.size(), "spent": by["value_minor"].sum(), "last_at": by["occurred_at"].max()})
    out["orders_year"] = orders[orders["occurred_at"] > _YEAR].groupby("origin").size()
    touches = frame[frame["occurred_at"] > _QUARTER].groupby("origin").size()
    out = out.reindex(frame["origin"].unique())
    out["touches"] = touches
    out["recency"] = (END - out["last_at"]) // DAY_US
    out["fifth"] = pd.qcut(out["spent"].rank(method="first"), 5, labels=False) + 1
    out["high_value"] = (out["orders"] >= 2) & (out["fifth"] == 5)
    out["one_and_done"] = (out["orders"] == 1) & (out["recency"] > 180)
    out["quiet"] = out["touches"].isna() & (out["orders"] > 0)


def sqlite_comparable(world: World, table: pa.Table):
    path = world.folder / "plain.sqlite3"
    path.unlink(missing_ok=True)
    base = sqlite3.connect(path)
    base.execute("PRAGMA journal_mode=OFF")
    base.execute("CREATE TABLE log (origin INTEGER, name INTEGER, occurred_at INTEGER, value_minor INTEGER)")
    for batch in table.to_batches(100_000):
        base.executemany(
            "INSERT INTO log VALUES (?,?,?,?)",
            zip(*(c.to_pylist() for c in batch.columns), strict=True),
        )
    base.execute("CREATE INDEX log_of ON log (origin, name, occurred_at, value_minor)")
    base.commit()
    return lambda: (
        base.execute(f"CREATE TEMP TABLE IF NOT EXISTS out AS {PLAIN_SQL}").close() or base.execute("DROP TABLE out")
    )


def postgres_comparable(table: pa.Table):
    import psycopg

    from tests.postgres import postgres_url

    base = psycopg.connect(postgres_url(), autocommit=True)
    base.execute("CREATE TEMP TABLE log (origin bigint, name bigint, occurred_at bigint, value_minor bigint)")
    with base.cursor().copy("COPY log FROM STDIN") as copy:
        for batch in table.to_batches(100_000):
            for row in zip(*(c.to_pylist() for c in batch.columns), strict=True):
                copy.write_row(row)
    base.execute("CREATE INDEX ON log (origin, name, occurred_at, value_minor)")
    base.execute("ANALYZE log")

    def run() -> None:
        base.execute(f"CREATE TEMP TABLE result_of AS {PLAIN_SQL}")
        base.execute("DROP TABLE result_of")

    return run


def beside(world: World, most: int) -> list:
    """Return the rows of pandas, where memory allows, and of SQLite and PostgreSQL up to `most` rows."""
    rows = measure(
        "comparable part: this engine, over Parquet",
        world.size,
        lambda: engine_comparable(world),
        repeat=REPEAT,
    )
    if psutil.virtual_memory().available < world.rows * BYTES_A_ROW_OF_PANDAS:
        return rows
    table = plain_columns(world)
    frame = table.to_pandas()
    rows += measure(
        "comparable part: pandas, in memory",
        world.size,
        lambda: pandas_comparable(frame),
        repeat=REPEAT,
    )
    frame = frame.head(0)  # give its memory back before the next one is measured
    gc.collect()
    if world.rows > most:
        return rows
    rows += measure(
        "comparable part: SQLite, covering index",
        world.size,
        sqlite_comparable(world, table),
        repeat=1,
    )
    rows += measure(
        "comparable part: PostgreSQL, covering index",
        world.size,
        postgres_comparable(table),
        repeat=1,
    )
    return rows


def run_size(world: World, most: int) -> list:
    is_target = world.rows == 20_000_000 and world.people == 1_000_000
    rows = measure("columnar build", world.size, lambda: build(world), repeat=1)
    rows += measure(
        "refresh, everybody, written",
        world.size,
        lambda: refresh(world),
        repeat=REPEAT,
        target=at_most(8) if is_target else None,
    )
    tail = arrive(world)
    aim = {"s": at_most(0.6)} if is_target else None
    rows += measure("cycle of 10,000 new", world.size, lambda: cycle(world, tail), repeat=REPEAT, target=aim)
    rows += measure("preview of one segment", world.size, lambda: preview(world), repeat=REPEAT)
    return rows + beside(world, most)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--touchpoints", type=int, nargs="+", default=[1_000_000, 5_000_000, 20_000_000])
    parser.add_argument(
        "--beside-up-to",
        type=int,
        default=5_000_000,
        help="largest log given to SQLite and PostgreSQL; pandas gets what fits into memory",
    )
    chosen = parser.parse_args()
    rows = []
    for count in chosen.touchpoints:
        with tempfile.TemporaryDirectory(prefix="regard-bench-") as folder:
            world = World(chosen.people, count, Path(folder), retail())
            (world.folder / "spill").mkdir()
            rows += run_size(world, chosen.beside_up_to)
    load = os.getloadavg()[0]
    report(
        "engine",
        rows,
        note=f"Load average at the end {load:.1f}; wall seconds of idle cores are nearer to the CPU seconds divided by two.",
    )


if __name__ == "__main__":
    main()
