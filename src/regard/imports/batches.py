"""Batches: one row an import of a file; where it stands is where a stopped or killed one goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from secrets import token_bytes
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from regard.collect.importing.plan import ImportPlan
from regard.collect.models import Batch, Source
from regard.kernel.ids import parse_public_id, public_id, uuid7
from regard.kernel.instant import to_us
from regard.kernel.issues import Issue, Refused

_OPEN = (Batch.State.RUNNING, Batch.State.STOPPED)


@dataclass(frozen=True, slots=True)
class BatchRow:
    """What others may know of a batch."""

    id: int
    name: str  # public id, bat_...
    kind: str
    file_name: str
    state: str
    source: str
    started_at: datetime
    finished_at: datetime | None
    rows_read: int
    rows_stored: int
    rows_rejected: int
    rejects_file: str

    @property
    def rows_known(self) -> int:
        """Rows that brought nothing new: here before, or further lines of an order."""
        return self.rows_read - self.rows_stored - self.rows_rejected


@transaction.atomic
def start_or_resume_batch(
    *, plan: ImportPlan, source: str, asked: Mapping[str, Any], folder: Path, now: datetime
) -> tuple[Batch, bool]:
    """Return the batch of this file and whether it goes on where it stopped.

    Raises Refused where an unfinished import of the same file read it in another way: two readings of one file
    would store some rows twice.
    """
    mapping = plan.as_json() | {"asked": dict(asked)}
    origin, _ = Source.objects.get_or_create(name=source, defaults={"kind": Source.Kind.IMPORT, "created_at": now})
    unfinished = (
        Batch.objects.filter(file_hash=plan.survey.sha256, source=origin, state__in=_OPEN).order_by("-id").first()
    )
    if unfinished is not None:
        if unfinished.mapping != mapping:
            raise Refused(_read_otherwise(unfinished, plan))
        Batch.objects.filter(id=unfinished.id).update(state=Batch.State.RUNNING)
        return unfinished, True
    uuid = uuid7(to_us(now), token_bytes(10))
    batch = Batch.objects.create(
        public_id=uuid,
        kind=plan.kind.name,
        file_name=plan.survey.path.name[:255],
        file_hash=plan.survey.sha256,
        mapping=mapping,
        source=origin,
        started_at=now,
        rejects_file=str(folder / f"{public_id('bat', uuid)}-rejects.csv"),
    )
    return batch, False


def _read_otherwise(batch: Batch, plan: ImportPlan) -> Issue:
    return Issue(
        plan.survey.path.name,
        f"an import of this file stopped after {batch.rows_read:,} rows, with other settings",
        f"give the settings of then, or 'regard import undo {public_id('bat', batch.public_id)}' first",
    )


def advance_batch(*, batch: Batch, read: int, stored: int, rejected: int) -> bool:
    """Move the resume point; False where another process moved it meanwhile. Call in the rows' own transaction."""
    moved = Batch.objects.filter(id=batch.id, rows_read=batch.rows_read, state=Batch.State.RUNNING).update(
        rows_read=F("rows_read") + read,
        rows_stored=F("rows_stored") + stored,
        rows_rejected=F("rows_rejected") + rejected,
    )
    return moved == 1


def finish_batch(*, batch: Batch, now: datetime) -> None:
    """The whole file was read."""
    Batch.objects.filter(id=batch.id, state=Batch.State.RUNNING).update(state=Batch.State.DONE, finished_at=now)


def stop_batch(*, batch: Batch) -> None:
    """Somebody stopped it; the same command goes on."""
    Batch.objects.filter(id=batch.id, state=Batch.State.RUNNING).update(state=Batch.State.STOPPED)


def find_batch(text: str) -> Batch | None:
    """Return the batch with this public id (`bat_...`), or None."""
    uuid: UUID | None = parse_public_id("bat", text)
    return None if uuid is None else Batch.objects.filter(public_id=uuid).first()


def batch_row(batch: Batch) -> BatchRow:
    """Return what is shown of a batch."""
    return BatchRow(
        id=batch.id,
        name=public_id("bat", batch.public_id),
        kind=batch.kind,
        file_name=batch.file_name,
        state=batch.state,
        source=batch.source.name,
        started_at=batch.started_at,
        finished_at=batch.finished_at,
        rows_read=batch.rows_read,
        rows_stored=batch.rows_stored,
        rows_rejected=batch.rows_rejected,
        rejects_file=batch.rejects_file if batch.rows_rejected else "",
    )


def list_batches(limit: int = 100) -> list[BatchRow]:
    """Return the newest batches first."""
    return [batch_row(batch) for batch in Batch.objects.select_related("source").order_by("-id")[:limit]]
