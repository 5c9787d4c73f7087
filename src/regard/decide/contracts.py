"""What Act tells Decide of messages that nobody's journey decided: what is asked for, and what left already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

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
