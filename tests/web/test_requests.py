"""What no journey asked for stands in the outbox and on the person's page, with who asked and why it did not go."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from regard.act.models import Message
from regard.act.requests import Cause, Request, WrittenWords
from regard.act.services import ask, claim
from regard.cli.outbox import app
from regard.consent.services import restrict
from regard.engine.journeys.kinds import Kind
from regard.identify.models import Person
from regard.staff.models import User
from regard.versions.selectors import active_playbook

pytestmark = pytest.mark.django_db


@pytest.fixture
def refused(house) -> Message:
    """A statement to somebody who is restricted, asked for by a colleague."""
    ines = Person.objects.get(id=house.message.person_id)
    colleague = User.objects.first()
    playbook = active_playbook().playbook
    purpose = next(name for name, one in playbook.purposes.items() if not one.marketing and one.basis == "contract")
    request = Request(
        person=ines.id,
        kind=Kind.STATEMENT,
        purpose=purpose,
        cause=Cause("points", "2026-03"),
        key="points:2026-03",
        asked_by=f"staff:{colleague.pk}",
        letter=WrittenWords("Your points", "You have <b>120</b> points.", next(iter(playbook.company.senders))),
    )
    restrict(person=ines.id, kind="restricted", by="staff:1", now=house.now)
    asked = ask(request=request, playbook=playbook, now=house.now)
    Message.objects.exclude(id=asked.message).update(state="sent")
    claim(playbook=playbook, now=house.now, worker="w1")
    return Message.objects.get(id=asked.message)


def test_the_outbox_says_who_asked(owner, house, refused):
    name = User.objects.first().name
    listed = owner.get("/outbox").content.decode()
    assert f"Statement, asked for by {name}" in listed
    page = owner.get(f"/outbox/{refused.public_id.hex}").content.decode()
    assert f"Statement, asked for by {name}" in page
    assert "because of points 2026-03" in page
    assert "Processing of this person is restricted" in page
    assert "/journeys/" not in page.split('<header class="head">')[1].split("</header>")[0]


def test_the_persons_page_shows_the_no_with_its_reason(owner, house, refused):
    page = owner.get(f"/customers/per_{refused.person.public_id.hex}").content.decode()
    assert "Asked for by others" in page
    assert "<bdi>Your points</bdi>: Processing of this person is restricted" in page


def test_the_command_line_says_kind_and_cause(house, refused):
    told = CliRunner().invoke(app, ["list", "--json", "--state", "cancelled"])
    (row,) = json.loads(told.stdout)["items"]
    assert (row["kind"], row["cause"], row["asked_by"]) == ("statement", "points:2026-03", refused.asked_by)
