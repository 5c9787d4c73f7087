"""What this stage holds of a person."""

from __future__ import annotations

from regard.audit_log.registry import Holding

HOLDINGS = (
    Holding("fields", "Every field told, and by whom", "profile.FieldChange"),
    Holding("card", "The fields as they stand", "profile.Card", hidden=("stamps",)),
    Holding("tags", "Tags", "profile.Tag"),
    Holding("notes", "Notes of colleagues", "profile.Note"),
    Holding("promises", "What we promised", "profile.Promise"),
)
