"""The columnar copy of the log, kept in step with the operational store by sequence number.

`sync_log` appends what is new and takes away what was retracted; `open_log` gives the copy with the few newest rows from
the store beside it, so that reading never waits for writing. Codes and files are engine/bench/store.py's.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from django.conf import settings
from django.db import connection

from regard.collect.columns import AS_MANY_AS, AS_MANY_AS_AFTER, LAST_NUMBER, NUMBERS_UPTO, POSITION
from regard.collect.models import Cursor, Retraction
from regard.engine.bench.codes import Codes
from regard.engine.bench.columnar import RAW
from regard.engine.bench.manifest import Manifest
from regard.engine.bench.store import Columns, Workbench
from regard.understand.running.readers.touchpoints import read_in_parts, read_log
from regard.understand.running.workbench import kept_workbench, open_workbench

TAIL = 5_000  # so many new rows are read from the store rather than written as a part of their own
LONG = 200_000  # a log of so many rows is not read from the store for one question
PART_ROWS = 1_000_000
MOST_PARTS = 24
_IDENTITY = "columns"  # its position is a random number: whose log the copy is of


def columns_of_log() -> Columns:
    """Return the folder of the copy."""
    return Columns(settings.CONFIG.folder / "columns")


@dataclass(frozen=True, slots=True)
class OpenLog:
    """The log up to a sequence number: parts on disk, and a tail in memory."""

    columns: Columns
    manifest: Manifest
    codes: Codes
    tail: pa.Table

    def lay(self, bench: Workbench, paths: Sequence[str], origins: pa.Table | None = None) -> None:
        """Lay `log` out with these properties as columns; with `origins` (origin) only theirs, held in memory."""
        self.columns.lay_log(bench, self.manifest, paths, self.tail, origins)

    def lay_times(self, bench: Workbench) -> None:
        """Lay `times` out: when which origin did what, for `Slides`."""
        self.columns.lay_times(bench, self.manifest, self.tail)


def open_log(upto: int, *, only_when: bool = False) -> OpenLog:
    """Return the log up to a sequence number. A stale copy is passed over; where the log is long it is brought in step.

    `only_when`: the newest rows come with what `Slides` asks of a row and no more.
    """
    columns = columns_of_log()
    manifest = columns.manifest()
    if _is_stale(manifest):
        if _is_long():
            sync_log(())
            manifest = columns.manifest()
        else:
            manifest = Manifest()
    codes = columns.codes(manifest)
    tables = []
    if upto > manifest.upto:
        tables = read_log(manifest.upto, upto, codes, only_when=only_when)
    return OpenLog(columns, manifest, codes, pa.concat_tables(tables) if tables else RAW.empty_table())


def sync_log(paths: Iterable[str], *, every_row: bool = False, compact: bool = False) -> None:
    """Bring the copy in step with the store: append, take retracted rows away, make `paths` columns.

    `every_row`: write even a short tail. `compact`: write one part in which each person's touchpoints lie together.
    """
    columns, wanted = columns_of_log(), set(paths)
    if not (every_row or compact) and _is_in_step(columns.manifest(), wanted):
        return
    # What is put together anew may take much memory, which goes with its bench; a part of new rows takes little.
    is_part = bool(columns.manifest().parts) and not compact
    with (
        columns.writing() as manifest,
        kept_workbench("new rows", few_rows=False) if is_part else open_workbench() as bench,
    ):
        if _is_of_another_log(manifest):
            _begin(manifest)
        _take_away_retracted(columns, bench, manifest)
        columns.add_paths(bench, manifest, sorted(wanted))
        _append_new(columns, bench, manifest, TAIL if manifest.parts and not every_row else 1)
        if (compact and (len(manifest.parts) > 1 or any(not part.is_clustered for part in manifest.parts))) or len(
            manifest.parts
        ) > MOST_PARTS:
            columns.compact(bench, manifest)


def _is_in_step(manifest: Manifest, paths: set[str]) -> bool:
    """Most cycles find a few new rows and nothing to write."""
    return (
        bool(manifest.parts)
        and paths <= set(manifest.paths)
        and len(manifest.parts) <= MOST_PARTS
        and not _is_stale(manifest)
        and _waiting(manifest, TAIL)[1] < TAIL
    )


def forget_in_copy(origins: Sequence[int]) -> int:
    """Rewrite the parts that hold touchpoints of these origins; return how many files were rewritten (contract 11)."""
    columns = columns_of_log()
    if not columns.manifest().parts:
        return 0
    with columns.writing() as manifest, open_workbench() as bench:
        bench.lay("erased", pa.table({"origin": pa.array(list(origins), pa.int64())}))
        return columns.keep(bench, manifest, "origin NOT IN (SELECT origin FROM erased)")


def needs_compacting() -> bool:
    """Say whether so much arrived since people were last put together that doing it again pays."""
    parts = columns_of_log().manifest().parts
    loose = sum(part.rows for part in parts if not part.is_clustered)
    return loose > max(50_000, sum(part.rows for part in parts) // 3)


def _is_stale(manifest: Manifest) -> bool:
    return manifest.retracted < _last_retraction() or _is_of_another_log(manifest)


def _is_of_another_log(manifest: Manifest) -> bool:
    """A copy made of another database, or of this one before it was restored to an earlier state, is of no use."""
    with connection.cursor() as cursor:
        cursor.execute(POSITION, [_IDENTITY])
        row = cursor.fetchone()
        cursor.execute(LAST_NUMBER)
        last = cursor.fetchone()
    return (
        manifest.identity == 0 or row is None or row[0] != manifest.identity or manifest.upto > (last[0] if last else 0)
    )


def _is_long() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(AS_MANY_AS, [LONG])
        return bool(cursor.fetchone()[0] >= LONG)


def _begin(manifest: Manifest) -> None:
    fresh = Manifest(next_file=manifest.next_file, paths=manifest.paths, identity=secrets.randbits(62))
    for name in ("upto", "retracted", "words", "parts", "identity"):
        setattr(manifest, name, getattr(fresh, name))
    manifest.retracted = _last_retraction()
    Cursor.objects.update_or_create(name=_IDENTITY, defaults={"position": manifest.identity})


def _last_retraction() -> int:
    return Retraction.objects.order_by("-seq").values_list("seq", flat=True).first() or 0


def _take_away_retracted(columns: Columns, bench: Workbench, manifest: Manifest) -> None:
    newest = _last_retraction()
    if newest <= manifest.retracted:
        return
    if manifest.parts:
        with connection.cursor() as cursor:
            cursor.execute(NUMBERS_UPTO, [manifest.upto])
            there = np.fromiter((row[0] for row in cursor), dtype=np.int64)
        bench.lay("there", pa.table({"seq": there}))
        columns.keep(bench, manifest, "seq IN (SELECT seq FROM there)")
    manifest.retracted = newest


def _waiting(manifest: Manifest, most: int) -> tuple[int, int]:
    """Return the newest sequence number, and how many touchpoints the copy lacks (counted up to `most`)."""
    with connection.cursor() as cursor:
        cursor.execute(LAST_NUMBER)
        row = cursor.fetchone()
        cursor.execute(
            AS_MANY_AS_AFTER,
            [manifest.upto, most],
        )
        return (row[0] if row else 0), cursor.fetchone()[0]


def _append_new(columns: Columns, bench: Workbench, manifest: Manifest, at_least: int) -> None:
    last, waiting = _waiting(manifest, at_least)
    if waiting < at_least:
        return
    codes = columns.codes(manifest)
    for tables in read_in_parts(manifest.upto, last, codes, PART_ROWS):
        raw = pa.concat_tables(tables)
        bench.lay("incoming", raw)
        manifest.words = codes.words
        columns.append(bench, manifest, "incoming", int(raw.column("seq")[-1].as_py()))
    manifest.upto = last
