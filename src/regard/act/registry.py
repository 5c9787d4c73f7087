"""What this stage holds of a person."""

from __future__ import annotations

from regard.audit_log.registry import Holding

HOLDINGS = (
    Holding("messages", "Messages to them", "act.Message"),
    Holding("links", "Links in those messages", "act.Link", person=("message__person_id",)),
    Holding("tasks", "Tasks for colleagues", "act.HumanTask"),
)
