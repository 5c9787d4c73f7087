"""What was decided about a person, go and no-go, what else was asked to be sent, and in which journeys they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from regard.act.contracts import Decided, MessageRow
from regard.act.selectors import decided_about, messages_on_request
from regard.decide.contracts import Enrolled
from regard.decide.selectors import enrolments_of as newest_enrolments
from regard.playbooks.model import Playbook
from regard.staff.selectors import names_of_staff
from regard.web.person.timeline import by_words
from regard.web.templatetags.ui import plain

NEWEST = 12


def decisions_of(origins: list[int], playbook: Playbook | None) -> list[tuple[Decided, str]]:
    """Return the newest decisions with the name of their journey, newest first."""
    found = decided_about(origins, limit=NEWEST)
    return [(one, journey_name(playbook, one.decision.journey)) for one in found]


def enrolments_of(origins: list[int]) -> list[Enrolled]:
    """Return the journeys a person is or was in, newest first."""
    return newest_enrolments(origins, limit=10)


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


def requests_of(origins: list[int], staff: dict[int, str]) -> list[tuple[MessageRow, str]]:
    """Return the newest messages to a person that no journey asked for, newest first, with who did."""
    return [(row, _on_request(row, staff)) for row in messages_on_request(origins, limit=NEWEST)]


def asked_by(messages: Iterable[MessageRow], playbook: Playbook | None) -> dict[int, AskedBy]:
    """Return by message who asked for it. The names of colleagues are read only where one of them did."""
    listed = list(messages)
    staff = names_of_staff() if any(one.decision is None for one in listed) else {}
    return {one.pk: _told(one, playbook, staff) for one in listed}


def _told(one: MessageRow, playbook: Playbook | None, staff: dict[int, str]) -> AskedBy:
    if one.decision is not None:
        return AskedBy(journey_name(playbook, one.decision.journey), one.decision.journey)
    return AskedBy(_on_request(one, staff))


def _on_request(one: MessageRow, staff: dict[int, str]) -> str:
    return f"{plain(one.kind).capitalize()}, asked for by {by_words(one.asked_by, staff)}"
