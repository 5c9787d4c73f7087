"""What was decided about a person, go and no-go, what else was asked to be sent, and in which journeys they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from regard.act.models import Message
from regard.decide.models import Decision, Enrolment
from regard.playbooks.model import Playbook
from regard.staff.selectors import names_of_staff
from regard.web.person.timeline import by_words
from regard.web.templatetags.ui import plain

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


@dataclass(frozen=True, slots=True)
class AskedBy:
    """Who asked for a message: a journey by its name, else what it is and by whom."""

    words: str
    journey: str = ""  # where it leads, empty where no journey asked


def requests_of(origins: list[int], staff: dict[int, str]) -> list[tuple[Message, str]]:
    """Return the newest messages to a person that no journey asked for, newest first, with who did."""
    rows = Message.objects.filter(person_id__in=origins, decision__isnull=True).order_by("-id")
    return [(row, _on_request(row, staff)) for row in rows.defer("html", "text", "given")[:NEWEST]]


def asked_by(messages: Iterable[Message], playbook: Playbook | None) -> dict[int, AskedBy]:
    """Return by message who asked for it. The names of colleagues are read only where one of them did."""
    listed = list(messages)
    staff = names_of_staff() if any(one.decision is None for one in listed) else {}
    return {one.pk: _told(one, playbook, staff) for one in listed}


def _told(one: Message, playbook: Playbook | None, staff: dict[int, str]) -> AskedBy:
    if one.decision is not None:
        return AskedBy(journey_name(playbook, one.decision.journey), one.decision.journey)
    return AskedBy(_on_request(one, staff))


def _on_request(one: Message, staff: dict[int, str]) -> str:
    return f"{plain(one.kind).capitalize()}, asked for by {by_words(one.asked_by, staff)}"
