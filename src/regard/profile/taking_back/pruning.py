"""What the profile keeps, and for how long: what a field said before it said something newer."""

from __future__ import annotations

from datetime import datetime, timedelta

from regard.collect.keeping.pruning import delete_rows
from regard.kernel.instant import to_us

TELLINGS_KEPT = timedelta(days=5 * 365)


def prune_tellings(*, now: datetime) -> int:
    """Forget what was told of a field more than five years ago and was overtaken then; return how many tellings.

    What a field says now stays whatever its age, and what it said five years ago: every fold at an instant since then
    finds what it found before.
    """
    term = to_us(now - TELLINGS_KEPT)
    overtaken = (
        "EXISTS (SELECT 1 FROM profile_fieldchange n WHERE n.person_id = profile_fieldchange.person_id "
        "AND n.name = profile_fieldchange.name AND n.occurred_at <= %s "
        "AND (n.occurred_at > profile_fieldchange.occurred_at "
        "OR (n.occurred_at = profile_fieldchange.occurred_at AND n.seq > profile_fieldchange.seq)))"
    )
    return delete_rows("profile_fieldchange", "seq", f"occurred_at < %s AND {overtaken}", [term, term])
