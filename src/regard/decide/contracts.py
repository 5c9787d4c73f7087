"""What this stage hands out, and what Act tells it of messages that nobody's journey decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from regard.engine.journeys.kinds import Kind


@dataclass(frozen=True, slots=True)
class Requested:
    """A message that a colleague or another stage asked for; `id` is the asker's own number of it, above zero."""

    id: int
    person: int
    kind: Kind
    purpose: str
    channel: str
    asked_us: int
    template: str = ""

    @property
    def terms(self) -> tuple[Kind, str, str, str]:
        """Return what the guardrails look at beside the person: requests of the same terms share a row."""
        return self.kind, self.purpose, self.channel, self.template


class Contact(NamedTuple):
    """A message asked for outside journeys that was claimed, or left: it counts under caps as its kind does."""

    person: int
    at_us: int
    channel: str
    counts: int


ON_REQUEST = "request:"


def sent_key(kind: str, message: str = "") -> str:
    """Return the id under which the log keeps that such a message was sent: by it the plan counts it under caps."""
    return f"{ON_REQUEST}{kind}:{message}"


class Enrolled(NamedTuple):
    """Somebody in a journey, or who was. `state`: active, paused, done, left; `arm`: treated or held_out."""

    pk: int
    person_id: int
    journey: str
    step: str
    state: str
    arm: str
    entered_at: datetime
    due_at: datetime | None
    ended_at: datetime | None
    end_reason: str


class Steered(NamedTuple):
    """What a colleague decided about a journey (models.Steering)."""

    kind: str
    step: str
    version: str
    people: int
    left: int
    by: str
    at: datetime


class DecisionRow(NamedTuple):
    """A decision with its reason in words, what would change it, and what the guardrails saw."""

    pk: int
    person_id: int
    journey: str
    step: str
    act: str
    purpose: str
    verdict: str
    words: str
    change: str
    facts: dict[str, Any]
    asked_at: datetime
    as_of: datetime
    retry_at: datetime | None
