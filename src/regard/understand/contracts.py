"""What this stage hands out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID


class KnownPerson(NamedTuple):
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


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member of a segment, and since when."""

    person: int
    since_at: datetime


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """Somebody entered or left a segment."""

    segment: str
    person: int
    as_of: datetime
    entered: bool
    run: int


@dataclass(frozen=True, slots=True)
class Overlap:
    """Another segment and how many members two segments share; of a large segment, reckoned from a few thousand."""

    segment: str
    shared: int
    size: int
    is_reckoned: bool = False


@dataclass(frozen=True, slots=True)
class SegmentVersion:
    """A definition of a segment that ran."""

    version: str
    first_at: datetime
    changes: int
