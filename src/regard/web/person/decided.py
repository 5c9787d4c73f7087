"""What was decided about a person, go and no-go, and in which journeys they are."""

from __future__ import annotations

from dataclasses import dataclass

from regard.act.models import Message
from regard.decide.models import Decision, Enrolment
from regard.playbooks.model import Playbook

NEWEST = 12


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision with the message it led to."""

    decision: Decision
    journey: str
    message: Message | None


def decisions_of(origins: list[int], playbook: Playbook | None) -> list[Decided]:
    """Return the newest decisions, newest first."""
    rows = Decision.objects.filter(person_id__in=origins).select_related("message").order_by("-as_of", "-id")
    lean = rows.defer("message__html", "message__text")[:NEWEST]
    return [Decided(r, journey_name(playbook, r.journey), getattr(r, "message", None)) for r in lean]


def enrolments_of(origins: list[int]) -> list[Enrolment]:
    """Return the journeys a person is or was in, newest first."""
    return list(Enrolment.objects.filter(person_id__in=origins).order_by("-entered_at")[:10])


def doors_of(playbook: Playbook | None) -> list[tuple[str, str]]:
    """Return (journey, name) of every journey a colleague may let somebody into by hand."""
    journeys = playbook.journeys if playbook else {}
    return [(k, j.name) for k, j in journeys.items() if any(e.is_by_hand for e in j.entry)]


def journey_name(playbook: Playbook | None, slug: str) -> str:
    """Return what people call a journey."""
    journey = playbook.journeys.get(slug) if playbook else None
    return str(getattr(journey, "name", None) or slug.replace("-", " ").replace("_", " ").capitalize())
