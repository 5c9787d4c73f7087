"""The deciding stories: somebody at a journey's door, a cycle at a time, and what was decided."""

from __future__ import annotations

from datetime import datetime

from regard.collect.sequence import last_sequence
from regard.decide.live.cycle import Report
from regard.decide.models import Decision
from regard.decide.services import run
from regard.playbooks.model import Playbook
from tests.cast.clock import days
from tests.cast.people import ALL, a_person, says
from tests.cast.segments import comes_into


def offered(as_of: datetime, **more: object) -> int:
    """Somebody who agreed to everything a day ago comes into the segment: the journey's door is open to them."""
    person = a_person(now=as_of - days(1), **more)  # type: ignore[arg-type]
    says(person, *ALL, now=as_of - days(1))
    comes_into(person, "high-value", now=as_of)
    return person


def decide(playbook: Playbook, *, now: datetime) -> Report:
    """The clock comes to `now`."""
    return run(as_of=now, upto=last_sequence(), playbook=playbook)


def told(person: int) -> list[tuple[str, str, str]]:
    """What was decided about a person: step, verdict, reason."""
    rows = Decision.objects.filter(person_id=person).order_by("id")
    return [(row.step, row.verdict, row.reason) for row in rows]
