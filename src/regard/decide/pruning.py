"""What decide keeps of its cycles, and for how long. Decisions are not pruned: they are the answer to a person's why."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from regard.collect.keeping.pruning import delete_rows
from regard.collect.models import Cursor
from regard.kernel.instant import from_us, to_us

CYCLES_KEPT = timedelta(days=400)
_CURSOR = "cycles pruned"


def prune_cycles(*, now: datetime) -> int:
    """Forget cycles past 400 days that no decision names; return how many.

    From then on what ran live cannot be replayed whole, and `replay_stored` says so (replayable_since).
    """
    term = to_us(now - CYCLES_KEPT)
    unnamed = "NOT EXISTS (SELECT 1 FROM decide_decision d WHERE d.cycle_id = decide_cycle.id)"
    newest = "id < (SELECT MAX(id) FROM decide_cycle WHERE finished_at IS NOT NULL)"
    gone = delete_rows("decide_cycle", "id", f"as_of < %s AND {newest} AND {unnamed}", [term])
    if gone:
        with transaction.atomic():
            Cursor.objects.update_or_create(name=_CURSOR, defaults={"position": term})
    return gone


def replayable_since() -> datetime | None:
    """Return the instant before which cycles are past their term, or None where none was ever forgotten."""
    position = Cursor.objects.filter(name=_CURSOR).values_list("position", flat=True).first()
    return None if position is None else from_us(position)
