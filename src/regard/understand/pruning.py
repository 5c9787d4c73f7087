"""What understand keeps, and for how long: runs, and who entered and left a segment."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection, transaction

from regard.collect.keeping.pruning import delete_rows
from regard.kernel.instant import to_us

CHANGES_KEPT = timedelta(days=3 * 365)  # who entered and left: timelines, sizes over time
RUNS_KEPT = timedelta(days=90)  # longer where something published still names them


class Pruned(NamedTuple):
    """How many rows went."""

    changes: int
    runs: int


def prune_understanding(*, now: datetime) -> Pruned:
    """Forget changes of segments past three years, and runs past ninety days of which nothing is left.

    The first run stays: it says since when anything was computed. A run that something published names stays without
    its report.
    """
    changes = delete_rows("understand_segmentchange", "id", "as_of < %s", [to_us(now - CHANGES_KEPT)])
    old = "as_of < %s AND id > (SELECT MIN(id) FROM understand_run)"
    term = to_us(now - RUNS_KEPT)
    named = (
        "EXISTS (SELECT 1 FROM understand_segmentchange c WHERE c.as_of = understand_run.as_of "
        "AND c.run_id = understand_run.id) "
        "OR understand_run.id IN (SELECT s.run_id FROM understand_standing s)"
    )
    newest = "id < (SELECT MAX(id) FROM understand_run WHERE finished_at IS NOT NULL)"
    runs = delete_rows("understand_run", "id", f"{old} AND {newest} AND NOT ({named})", [term])
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE understand_run SET report = '{{}}' WHERE {old} AND {newest} AND report <> '{{}}'",
            [term],
        )
    return Pruned(changes, runs)
