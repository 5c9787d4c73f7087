"""What this stage hands out."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple


class WordTold(NamedTuple):
    """A row of the ledger: what somebody said about a purpose on a channel, where, in which wording."""

    seq: int
    purpose: str
    channel: str
    state: str
    source: str
    wording: str
    wording_text: str
    occurred_at: datetime
    recorded_at: datetime
    is_invented: bool


class LimitStanding(NamedTuple):
    """A restriction or objection that holds."""

    seq: int
    person_id: int
    kind: str
    by: str
    at: datetime
