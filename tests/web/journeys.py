"""What the stories about pages of journeys share: one journey, what a page shows, and who stands in it."""

from __future__ import annotations

import html

from django.test import Client

from regard.decide.models import Enrolment
from regard.identify.selectors import find_person
from regard.versions.selectors import active_playbook
from tests.web.house import House

SLUG = "thank-high-value"


def shown(client: Client, address: str) -> str:
    reply = client.get(address)
    assert reply.status_code == 200
    return html.unescape(reply.content.decode())


def stands_at(house: House, who: str, step: str, state: str = "active") -> Enrolment:
    journey = active_playbook().playbook.journeys[SLUG]
    return Enrolment.objects.create(
        journey=SLUG,
        version=journey.version,
        person_id=find_person(who),
        entry_key=f"{who}{step}",
        arm="treated",
        step=step,
        state=state,
        entered_at=house.now,
        step_at=house.now,
        since_at=house.now,
    )
