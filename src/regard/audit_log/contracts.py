"""What this stage hands out."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class Noted(NamedTuple):
    """A line of the audit log, as pages show it."""

    pk: int
    at: datetime
    by: str
    verb: str
    object_type: str
    object_id: str
    origin: str


class ReceiptRow(NamedTuple):
    """Proof of an erasure: how many rows went, by table."""

    public_id: UUID
    at: datetime
    by: str
    counts: dict[str, int]
