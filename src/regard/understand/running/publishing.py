"""Publish what changed and nothing else: standings, members, who entered and left, behind one pointer.

1. `changed`: people whose mark differs from the one published, with their traits as JSON.
2. `entered` and `left`: members now against members published.
3. Few changes, up to some ten thousand rows, are one transaction with the run itself: readers see all of it or nothing.
   Many are written in chunks of a few thousand rows, each its own transaction; members among them are not shown yet.
4. The run is marked finished, with the sizes of the segments: that is the pointer; from here on readers see this run.
5. What ended is cleared away, again in chunks.
A run that dies between 3 and 4 leaves members nobody sees; the next run takes them back first. The standings of many are
seen as their chunk commits, each person's whole and right at the run's clock (docs/segments.md, What a reader sees).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa
from django.db import connection, transaction

from regard.collect.among import among
from regard.collect.bulk import insert_rows
from regard.engine.bench.store import Workbench
from regard.engine.understanding.plan import segment_column, trait_column
from regard.identify.columns import PEOPLE
from regard.kernel.instant import to_us
from regard.kernel.sql import Sql, join
from regard.playbooks.model import Playbook
from regard.understand.models import Run
from regard.understand.tallies import Moved, keep_tallies

CHUNK = 5_000
AT_ONCE = (
    20_000  # rows of one transaction with their run: a third of a second, and one wait for the disk instead of seven
)


@dataclass(frozen=True, slots=True)
class Published:
    """How much a run changed."""

    standings: int
    entered: int
    left: int


def finished_run() -> Run | None:
    """Return the run whose results are shown: the newest finished one."""
    return Run.objects.filter(finished_at__isnull=False).order_by("-id").first()


def take_back_unfinished(pointer: int) -> None:
    """Undo what a run that died had written after the pointer."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM understand_run WHERE id > %s LIMIT 1", [pointer])
        if cursor.fetchone() is None:
            return
        cursor.execute("DELETE FROM understand_member WHERE since_run > %s", [pointer])
        cursor.execute("UPDATE understand_member SET until_run = NULL WHERE until_run > %s", [pointer])
        cursor.execute("DELETE FROM understand_segmentchange WHERE run_id > %s", [pointer])
        # Standings written by it were whole and right at its clock; a mark of 0 makes this run write them again.
        cursor.execute(
            "UPDATE understand_standing SET mark = 0, run_id = %s WHERE run_id > %s",
            [pointer, pointer],
        )
        cursor.execute("DELETE FROM understand_run WHERE id > %s", [pointer])


def lay_published(bench: Workbench, scope: list[int] | None) -> None:
    """Lay out what is shown now: `old_marks` (person, mark) and `old_members` (segment, person)."""
    where, bound = "", []
    if scope is not None:
        inside, value = among(scope)
        where, bound = f" AND person_id {inside}", [value]
    bench.lay(
        "old_marks",
        _read(f"SELECT person_id, mark FROM understand_standing WHERE TRUE{where}", bound),
    )
    bench.lay(
        "old_members",
        _read(
            f"SELECT person_id, segment FROM understand_member WHERE until_run IS NULL{where}",
            bound,
            pa.string(),
        ),
    )


def _read(sql: str, bound: list[Any], second: pa.DataType | None = None) -> pa.Table:
    with connection.cursor() as cursor:
        cursor.execute(sql, bound)
        rows = cursor.fetchall()
    columns = list(zip(*rows, strict=True)) if rows else [(), ()]
    types = (pa.int64(), second or pa.int64())
    names = ["person", "segment" if second else "mark"]
    return pa.Table.from_arrays([pa.array(c, t) for c, t in zip(columns, types, strict=True)], names=names)


def publish(bench: Workbench, *, playbook: Playbook, versions: Mapping[str, str], run: Run) -> Published:
    """Publish `result` against `old_marks` and `old_members` for a new run; return how much changed."""
    _compare(bench, playbook)
    done = Published(
        bench.count("changed") + bench.count("gone"),
        bench.count("entered"),
        bench.count("left"),
    )
    run.report = {**run.report, **asdict(done)}
    counted = _sizes(bench) if run.kind == Run.Kind.REFRESH else None
    if done.standings + done.entered + done.left <= AT_ONCE:
        with transaction.atomic():
            keep_tallies(run, _write(bench, run, versions), versions, counted)
            _finish(run)
            _clear_ended(run.id)
    else:
        with transaction.atomic():
            run.save()
        moved = _write(bench, run, versions)
        with transaction.atomic():
            keep_tallies(run, moved, versions, counted)
            _finish(run)
        _clear_ended(run.id)
    return done


def publish_nothing(run: Run) -> Published:
    """Publish a run that found nobody to compute: what was shown before is what holds at its clock."""
    done = Published(0, 0, 0)
    run.report = {**run.report, **asdict(done)}
    _finish(run)
    return done


def _finish(run: Run) -> None:
    run.finished_at = run.started_at
    run.save()


def _write(bench: Workbench, run: Run, versions: Mapping[str, str]) -> Moved:
    """Write standings and members; return how many entered and left each segment."""
    if run.id is None:
        run.save()
    _write_standings(bench, run)
    return _write_members(bench, "entered", run, versions) + _write_members(bench, "left", run, versions)


def _sizes(bench: Workbench) -> dict[str, int]:
    rows = bench.take(Sql("SELECT segment, COUNT(*) AS n FROM new_members GROUP BY segment"))
    return {row["segment"]: row["n"] for row in rows.to_pylist()}


def _compare(bench: Workbench, playbook: Playbook) -> None:
    """Make `changed`, `gone`, `entered` and `left` on the bench."""
    traits, segments = sorted(playbook.traits), sorted(playbook.segments)
    columns = ", ".join([*map(trait_column, traits), *map(segment_column, segments)]) or "0"
    bench.make("marked", Sql(f"SELECT *, CAST(hash({columns}) >> 2 AS BIGINT) + 1 AS mark FROM result"))
    fields = ", ".join(f'"{t}" := {trait_column(t)}' for t in traits)
    value = trait_column("lifetime_value") if "lifetime_value" in traits else "NULL"
    touched = trait_column("last_touch_at") if "last_touch_at" in traits else "NULL"
    body = f"to_json(struct_pack({fields}))" if traits else "'{}'"
    bench.make(
        "changed",
        Sql(
            f"SELECT r.person, CAST({body} AS VARCHAR) AS traits, r.mark, COALESCE({value}, 0) AS value_minor, "
            f"{touched} AS last_touch_at FROM marked r LEFT JOIN old_marks o ON o.person = r.person "
            "WHERE o.mark IS DISTINCT FROM r.mark"
        ),
    )
    bench.make("gone", Sql("SELECT s.person FROM old_marks s ANTI JOIN result r ON r.person = s.person"))
    now = join(
        [Sql(f"SELECT person, ? AS segment FROM result WHERE {segment_column(s)}", (s,)) for s in segments],
        " UNION ALL ",
    )
    bench.make(
        "new_members",
        now if segments else Sql("SELECT person, '' AS segment FROM result WHERE FALSE"),
    )
    both = "n.person = o.person AND n.segment = o.segment"
    bench.make(
        "entered",
        Sql(f"SELECT n.segment, n.person FROM new_members n ANTI JOIN old_members o ON {both}"),
    )
    bench.make(
        "left",
        Sql(f"SELECT o.segment, o.person FROM old_members o ANTI JOIN new_members n ON {both}"),
    )


def _chunks(bench: Workbench, table: str) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the rows of a table in chunks, ordered by person, so that rows beside each other are written together."""
    if not bench.count(table):
        return
    rows = bench.take(Sql(f'SELECT * FROM "{table}" ORDER BY person'))
    for batch in rows.to_batches(max_chunksize=CHUNK):
        yield list(zip(*(column.to_pylist() for column in batch.columns), strict=True))


_STANDING = "person_id, traits, mark, value_minor, last_touch_at, run_id, as_of"
_UPSERT = f"""
INSERT INTO understand_standing ({_STANDING})
VALUES (%s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (person_id) DO UPDATE SET traits = EXCLUDED.traits, mark = EXCLUDED.mark,
    value_minor = EXCLUDED.value_minor, last_touch_at = EXCLUDED.last_touch_at, run_id = EXCLUDED.run_id,
    as_of = EXCLUDED.as_of
"""


def _write_standings(bench: Workbench, run: Run) -> None:
    as_of = to_us(run.as_of)
    for rows in _chunks(bench, "changed"):
        with transaction.atomic():
            there = _still_there(rows)
            _put_standings([(*row, run.id, as_of) for row in rows if row[0] in there])
    for rows in _chunks(bench, "gone"):
        inside, value = among([row[0] for row in rows])
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM understand_standing WHERE person_id {inside}", [value])


def _put_standings(rows: list[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.executemany(_UPSERT, rows)
            return
        inside, value = among([row[0] for row in rows])
        cursor.execute(f"DELETE FROM understand_standing WHERE person_id {inside}", [value])
    insert_rows("understand_standing", _STANDING, rows)


def _still_there(rows: list[tuple[Any, ...]], place: int = 0) -> set[Any]:
    """Return the people of these rows who were not erased since they were read."""
    inside, value = among({row[place] for row in rows})
    with connection.cursor() as cursor:
        cursor.execute(f"{PEOPLE} WHERE id {inside}", [value])
        return {row[0] for row in cursor.fetchall()}


def _write_members(bench: Workbench, table: str, run: Run, versions: Mapping[str, str]) -> Moved:
    as_of, entered = to_us(run.as_of), table == "entered"
    moved: Moved = Counter()
    for rows in _chunks(bench, table):
        with transaction.atomic():
            there = _still_there(rows, 1)
            rows = [row for row in rows if row[1] in there]
            moved.update((segment, entered) for segment, _ in rows)
            if entered:
                insert_rows(
                    "understand_member",
                    "segment, person_id, since_at, since_run",
                    [(segment, person, as_of, run.id) for segment, person in rows],
                )
            else:
                _end_members(run.id, rows)
            known = {segment: versions.get(segment, "") for segment in {row[0] for row in rows}}
            insert_rows(
                "understand_segmentchange",
                "segment, version, person_id, as_of, entered, run_id",
                [(segment, known[segment], p, as_of, entered, run.id) for segment, p in rows],
            )
    return moved


def _end_members(run: int, rows: list[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.executemany(
                "UPDATE understand_member SET until_run = %s WHERE segment = %s AND person_id = %s AND until_run IS NULL",
                [(run, segment, person) for segment, person in rows],
            )
            return
        cursor.execute(
            "UPDATE understand_member m SET until_run = %s FROM unnest(%s::text[], %s::bigint[]) AS gone (segment, person) "
            "WHERE m.segment = gone.segment AND m.person_id = gone.person AND m.until_run IS NULL",
            [run, [row[0] for row in rows], [row[1] for row in rows]],
        )


def _clear_ended(pointer: int) -> None:
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM understand_member WHERE id IN "
                "(SELECT id FROM understand_member WHERE until_run <= %s LIMIT %s)",
                [pointer, CHUNK],
            )
            if cursor.rowcount < CHUNK:
                return
