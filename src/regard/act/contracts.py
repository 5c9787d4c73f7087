"""What this stage hands out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from regard.decide.contracts import DecisionRow, Enrolled


class MessageRow(NamedTuple):
    """A message without its words. `decision` is what it was sent for, None where no journey asked."""

    pk: int
    person_id: int
    public_id: UUID
    kind: str
    channel: str
    purpose: str
    template: str
    language: str
    state: str
    subject: str
    note: str
    asked_by: str
    cause_kind: str
    cause_id: str
    basis: dict[str, Any]
    queued_at: datetime
    due_at: datetime
    sent_at: datetime | None
    decision: DecisionRow | None


@dataclass(frozen=True, slots=True)
class MessageWhole:
    """One message with its words, how it went, and where its links lead."""

    row: MessageRow
    address: str
    sender: str
    message_id_header: str | None
    transport: str
    tries: int
    text: str
    html: str
    links: tuple[str, ...]
    enrolment: Enrolled | None  # what its decision was taken in


class Decided(NamedTuple):
    """A decision and the message it led to, if it did."""

    decision: DecisionRow
    message: UUID | None
    message_state: str


class TaskRow(NamedTuple):
    """A task for a person, with the context it opened with."""

    pk: int
    person_id: int
    kind: str
    title: str
    context: dict[str, Any]
    pauses_promotions: bool
    minutes: int
    opened_at: datetime
    due_at: datetime | None
    snoozed_until: datetime | None
    is_invented: bool


class Attempt(NamedTuple):
    """One try of telling another system."""

    at: datetime
    note: str
    took_ms: int
