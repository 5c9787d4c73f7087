"""Running an import: the file's rows into the log, chunk by chunk, each chunk and the resume point in one transaction.

1. Units: a row, or all lines of an order; those a killed run had dealt with are passed over.
2. A chunk of units becomes messages; what cannot be read goes to the rejects file, which is made durable first.
3. One transaction: messages received, consents written, the batch moved on. Killed before its end, nothing of the
   chunk happened; after it, all of it did.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from regard import flow
from regard.collect.among import among
from regard.collect.contracts import Recorded
from regard.collect.importing.baskets import grouped_rows
from regard.collect.importing.plan import ImportPlan
from regard.collect.importing.reading import Reading, Setting
from regard.collect.importing.rejects import Rejects
from regard.collect.models import Batch
from regard.imports.batches import (
    BatchRow,
    advance_batch,
    batch_row,
    finish_batch,
    start_or_resume_batch,
    stop_batch,
)
from regard.imports.consents import ConsentsAsked, record_told
from regard.imports.units import Unit
from regard.kernel.instant import to_us
from regard.kernel.issues import Issue, Refused

CHUNK_ROWS = 4_000


@dataclass(slots=True)
class Progress:
    """How far the import is."""

    about_rows: int
    read: int = 0
    stored: int = 0
    rejected: int = 0
    known: int = 0  # messages of this run that were in the log already
    resumed_at: int = 0


class StoppedImportError(Exception):
    """Stopped by a person; the batch can go on."""

    def __init__(self, batch: BatchRow) -> None:
        super().__init__(batch.name)
        self.batch = batch


def run_import(
    *,
    plan: ImportPlan,
    folder: Path,
    now: datetime,
    source: str = "import",
    asked: Sequence[ConsentsAsked] = (),
    on_progress: Callable[[Progress], None] | None = None,
    chunk_rows: int = CHUNK_ROWS,
) -> BatchRow:
    """Import the file of a plan without errors; goes on where an earlier run of it stopped or was killed.

    `folder` takes the rejects and, while it runs, sorted order lines. Raises Refused for a plan with errors, and
    StoppedImportError on Ctrl-C, with everything so far kept.
    """
    if plan.errors:
        raise Refused(*plan.errors)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    told = {"consents": [one.as_json() for one in asked]}
    batch, is_resumed = start_or_resume_batch(plan=plan, source=source, asked=told, folder=folder, now=now)
    progress = Progress(
        plan.table.about_rows,
        batch.rows_read,
        batch.rows_stored,
        batch.rows_rejected,
        batch.rows_read if is_resumed else 0,
    )
    setting = Setting(batch.source_id, batch.id, to_us(now), plan.survey.sha256)
    try:
        with (
            closing(Rejects(Path(batch.rejects_file), plan.table.columns, batch.rows_rejected)) as rejects,
            closing(units(plan, setting, folder)) as found,
        ):
            for chunk in _chunks(_pass_over(found, batch.rows_read), chunk_rows):
                _store_chunk(batch, chunk, rejects, asked, now, progress)
                if on_progress is not None:
                    on_progress(progress)
    except KeyboardInterrupt:
        stop_batch(batch=batch)
        batch.refresh_from_db()
        raise StoppedImportError(batch_row(batch)) from None
    finish_batch(batch=batch, now=now)
    batch.refresh_from_db()
    return batch_row(batch)


def units(plan: ImportPlan, setting: Setting, folder: Path) -> Generator[Unit, None, None]:
    """Yield what every row, or every order, of the file says, in an order that depends on the file alone."""
    row = Reading(plan.table.columns, plan.mapping, plan.formats, setting, plan.left_out)
    rows = plan.table.rows()
    if not plan.kind.group_by:
        for line, cells, problem in rows:
            yield _unit_of_row(plan, row, line, cells, problem)
        return
    key_at = plan.table.columns.index(next(m.column for m in plan.matches if m.field == plan.kind.group_by))
    for found in grouped_rows(rows, key_at, folder):
        if len(found) == 3:
            yield Unit(1, [(found[0], found[1])], None, found[2])
        else:
            yield _unit_of_group(plan, row, *found)


def _unit_of_row(plan: ImportPlan, row: Reading, line: int, cells: Sequence[Any], problem: str) -> Unit:
    if not problem:
        row.line, row.cells = line, cells
        try:
            return Unit(1, [(line, cells)], plan.kind.read(row), consents=row.consents())
        except ValueError as error:
            problem = str(error)
    return Unit(1, [(line, cells)], None, problem)


def _unit_of_group(plan: ImportPlan, row: Reading, lines: list[tuple[int, list[Any]]], count: int) -> Unit:
    read_group = plan.kind.read_group
    assert read_group is not None  # noqa: S101 (a kind with group_by has it)
    try:
        return Unit(count, lines, read_group(row, lines))
    except ValueError as error:
        return Unit(count, lines, None, str(error))


def _pass_over(found: Iterator[Unit], rows: int) -> Iterator[Unit]:
    for unit in found:
        if rows > 0:
            rows -= unit.rows
            continue
        yield unit


def _chunks(found: Iterator[Unit], rows: int) -> Iterator[list[Unit]]:
    chunk: list[Unit] = []
    held = 0
    for unit in found:
        chunk.append(unit)
        held += unit.rows
        if held >= rows:
            yield chunk
            chunk, held = [], 0
    if chunk:
        yield chunk


def _store_chunk(
    batch: Batch,
    chunk: list[Unit],
    rejects: Rejects,
    asked: Sequence[ConsentsAsked],
    now: datetime,
    progress: Progress,
) -> None:
    said = [unit for unit in chunk if unit.message is not None]
    messages = [unit.message for unit in said if unit.message is not None]
    read = sum(unit.rows for unit in chunk)
    with transaction.atomic():
        recorded = flow.receive(messages, now=now) if messages else []
        twice = _twice(batch, said, recorded)
        refused = _refused(chunk, said, recorded, twice)
        rejected = 0
        for unit, reason in refused:
            rejected += unit.rows
            for line, cells in unit.lines:
                rejects.add(line, cells, reason)
        rejects.flush()
        record_told(asked=asked, units=said, recorded=recorded, batch=batch, now=now)
        stored = sum(1 for one in recorded if one.seq is not None)
        if not advance_batch(batch=batch, read=read, stored=stored, rejected=rejected):
            raise Refused(
                Issue(
                    batch.file_name,
                    "another process imports this file at this moment",
                    "wait for it",
                )
            )
    batch.rows_read += read
    progress.read += read
    progress.stored += stored
    progress.rejected += rejected
    progress.known += sum(one.seq is None and one.origin > 0 for one in recorded) - len(twice)


def _twice(batch: Batch, said: list[Unit], recorded: Sequence[Recorded]) -> set[str]:
    """Return the message ids that this very file has told before: keeping quiet about them would lose rows."""
    known = [
        unit.message.message_id
        for unit, one in zip(said, recorded, strict=True)
        if one.seq is None and one.origin > 0 and unit.message is not None
    ]
    if not known:
        return set()
    sql, bound = among(known)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT message_id FROM collect_touchpoint WHERE source_id = %s AND batch_id = %s AND message_id {sql}",  # noqa: S608
            [batch.source_id, batch.id, bound],
        )
        return {row[0] for row in cursor.fetchall()}


def _refused(
    chunk: list[Unit], said: list[Unit], recorded: Sequence[Recorded], twice: set[str]
) -> list[tuple[Unit, str]]:
    """Return the units put aside, in the file's order: unreadable ones, and those that speak of nobody we may know."""
    reasons = {id(unit): unit.reason for unit in chunk if unit.message is None}
    for unit, one in zip(said, recorded, strict=True):
        if one.origin == 0:
            reasons[id(unit)] = "speaks of a person who was erased"
        elif one.origin < 0:
            reasons[id(unit)] = "its ids mean nobody"
        elif one.seq is None and unit.message is not None and unit.message.message_id in twice:
            reasons[id(unit)] = "its id is on an earlier line of this file"
    return [(unit, reasons[id(unit)]) for unit in chunk if id(unit) in reasons]
