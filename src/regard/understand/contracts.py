"""What this stage hands out."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID


class Known(NamedTuple):
    """A surviving person with what the profile says and what was worked out, as a page begins with."""

    id: int
    public_id: UUID
    name: str
    fields: dict[str, Any]
    owner_id: int | None
    traits: dict[str, Any]
    value_minor: int | None
    computed_at: datetime | None


class FinishedRun(NamedTuple):
    """A run whose results are shown."""

    pk: int
    kind: str
    as_of: datetime
    upto: int
    started_at: datetime
    took_ms: int
    people: int
    report: dict[str, Any]
