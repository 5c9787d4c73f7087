"""What this stage holds of a person."""

from __future__ import annotations

from regard.audit_log.registry import Holding

HOLDINGS = (
    Holding("messages", "Messages to them", "act.Message"),
    Holding("links", "Links in those messages", "act.Link", person=("message__person_id",)),
    Holding(
        "deliveries",
        "Attempts to tell other systems about them",
        "act.Delivery",
        person=("message__person_id",),
        also=("endpoint__name",),
    ),
    Holding("tasks", "Tasks for colleagues", "act.HumanTask"),
)
