"""What this stage holds of a person."""

from __future__ import annotations

from regard.audit_log.registry import Copy, Holding
from regard.collect.intake.parking import forget_parked

HOLDINGS = (
    Holding(
        "touchpoints",
        "Everything that happened",
        "collect.Touchpoint",
        person=("origin",),
        also=("source__name", "source__kind"),
    ),
)
COPIES = (Copy("parked_messages", forget_parked),)
