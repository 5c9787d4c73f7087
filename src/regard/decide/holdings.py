"""What this stage holds of a person."""

from __future__ import annotations

from regard.audit_log.registry import Holding

HOLDINGS = (
    Holding("enrolments", "Journeys they are or were in", "decide.Enrolment"),
    Holding("steering", "What colleagues decided about them in a journey", "decide.Steering"),
    Holding("decisions", "Every decision about them, with its reason", "decide.Decision"),
)
