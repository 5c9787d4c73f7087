"""Why a message is there, in words: the journey that decided it, or who asked for it and what it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from regard.act.models import Message
from regard.playbooks.model import Playbook
from regard.staff.selectors import names_of_staff
from regard.web.person.decided import NEWEST, journey_name
from regard.web.person.timeline import by_words
from regard.web.templatetags.ui import plain


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
