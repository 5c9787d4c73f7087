"""Taking touchpoints back: the rows of an import that was undone, and the note that columnar copies are stale."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from regard.collect.models import Retraction
from regard.collect.sequence import allot_sequence

IMPORT_UNDONE = "import_undone"


@transaction.atomic
def retract_batch(*, batch: int, now: datetime) -> int:
    """Delete the touchpoints of a batch and say so to whoever keeps copies; returns how many there were."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM collect_touchpoint WHERE batch_id = %s", [batch])
        count: int = cursor.rowcount
    if count:
        Retraction.objects.create(seq=allot_sequence(), reason=IMPORT_UNDONE, at=now, rows=count)
    return count
