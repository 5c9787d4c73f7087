"""Is somebody's waiting over? Asked by the worker a few times a second, answered from an index."""

from __future__ import annotations

from datetime import datetime

from regard.decide.models import Enrolment


def has_timer_due(*, after: datetime, until: datetime) -> bool:
    """Say whether somebody inside a journey is due in (after, until]: what was due before, the last cycle saw."""
    rows = Enrolment.objects.filter(
        state__in=(
            Enrolment.State.ACTIVE,
            Enrolment.State.PAUSED,
        ),  # held: their turn after a pause
        due_at__gt=after,
        due_at__lte=until,
    )
    return rows.exists()
