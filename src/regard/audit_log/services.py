"""Write the audit log: one row a change, never changed again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from regard.audit_log.models import Entry


def record_entry(
    *,
    by: str,
    verb: str,
    object_type: str,
    object_id: str,
    now: datetime,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    origin: str = "",
) -> int:
    """Write down who changed what, when and from where; call it in the transaction of the change.

    `by`: "staff:<id>", "key:<prefix>" or "cli". `before` and `after` hold personal data by reference only: the name of a
    field and the number of its row, never its value. `origin`: "web", "api" or "cli", with a truncated address.
    """
    entry = Entry.objects.create(
        at=now,
        by=by[:80],
        verb=verb[:60],
        object_type=object_type[:40],
        object_id=str(object_id)[:80],
        before=dict(before or {}),
        after=dict(after or {}),
        origin=origin[:80],
    )
    return entry.pk
