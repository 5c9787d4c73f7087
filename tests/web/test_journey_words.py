"""The words of a journey: as somebody receives them and as they are written; nothing is kept and no link does anything."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client

from regard.act.addresses import read_unsubscribe_token
from regard.act.models import Message
from regard.act.services.preview import preview_letter
from regard.identify.models import Person
from regard.kernel.issues import Refused
from regard.playbooks.model import Playbook
from regard.staff.models import Role
from tests.cast.people import a_person
from tests.cast.playbooks import shop
from tests.web.house import House

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 16, 12, tzinfo=UTC)
JOURNEY = "thank-high-value"


@pytest.fixture
def playbook() -> Playbook:
    return shop()


def thanks(playbook: Playbook, language: str, person: int | None) -> str:
    step = next(s for s in playbook.journeys[JOURNEY].all_steps() if s.do == "send")
    draft = preview_letter(playbook=playbook, step=step, language=language, person=person)
    return draft.text


def test_a_letter_reads_as_its_reader_gets_it(playbook: Playbook):
    ana = a_person(now=NOW, first_name="Anastasia", language="de")
    english, german = (thanks(playbook, language, ana) for language in ("en", "de"))
    assert "Anastasia" in english
    assert "Anastasia" in german
    assert english != german
    assert "{{" not in english + german
    assert "Anastasia" not in thanks(playbook, "en", None)
    assert not Message.objects.exists()


def test_its_links_are_signed_for_nobody(playbook: Playbook):
    ana = a_person(now=NOW)
    tokens = re.findall(r"/p/\w+/(\S+)", thanks(playbook, "en", ana))
    assert tokens
    told = [found for token in tokens if (found := read_unsubscribe_token(token)) is not None]
    assert told
    assert not Person.objects.filter(public_id__in=[one.person for one in told]).exists()


def test_a_template_that_is_gone_is_refused(playbook: Playbook):
    gone = playbook.model_copy(update={"templates": {}})
    with pytest.raises(Refused, match="not in the active playbook"):
        thanks(gone, "en", None)


def test_the_page_shows_each_letter_as_the_newest_reader_gets_it(owner: Client, house: House):
    page = owner.get(f"/journeys/{JOURNEY}/words").content.decode()
    frames = re.findall(r'<iframe sandbox [^>]*src="([^"]+)"', page)
    assert frames
    for frame in frames:
        reply = owner.get(frame.replace("&amp;", "&"))
        assert reply.status_code == 200
        assert "{{" not in reply.content.decode()
        assert reply.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert owner.get(f"/journeys/{JOURNEY}/words/gone/en/letter").status_code == 404
    assert owner.get(f"/journeys/{JOURNEY}/words/offer/xx/letter").status_code == 404


def test_a_reader_is_chosen_or_nobody(owner: Client, house: House):
    page = owner.get(f"/journeys/{JOURNEY}/words?as=nobody").content.decode()
    assert '<option value="nobody" selected>' in page


def test_who_may_not_read_letters_reads_what_is_written(as_role: Callable[[str], Client]):
    page = as_role(Role.VIEWER).get(f"/journeys/{JOURNEY}/words").content.decode()
    assert "<iframe" not in page
    assert "{{" in page
