"""Read the audit log and the receipts of erasures."""

from __future__ import annotations

from datetime import datetime

from regard.audit_log.contracts import Noted, ReceiptRow
from regard.audit_log.models import Entry, ErasureReceipt


def recent_entries(*, limit: int = 100, before: int | None = None) -> list[Noted]:
    """Return what was changed lately, newest first; `before`: the number of the last one shown."""
    rows = Entry.objects.order_by("-id")
    older = (rows if before is None else rows.filter(id__lt=before)).values_list(*Noted._fields)
    return [Noted(*row) for row in older[:limit]]


def erasure_receipts(*, limit: int = 100) -> list[ReceiptRow]:
    """Return the receipts of erasures, newest first."""
    rows = ErasureReceipt.objects.order_by("-id").values_list(*ReceiptRow._fields)
    return [ReceiptRow(*row) for row in rows[:limit]]


def was_noted(verb: str, *, by: str, on: tuple[str, str], since: datetime) -> bool:
    """Say whether somebody's act on a thing (its type and id) has a line since a time."""
    lines = Entry.objects.filter(at__gt=since, by=by, verb=verb)
    return lines.filter(object_type=on[0], object_id=on[1]).exists()
