"""What docs/how-to/add-an-entry.md promises of the way in `survey_answered`. Run in a house that followed the page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from regard.decide.models import Enrolment
from regard.playbooks.entries import NAMED
from regard.playbooks.load import load_playbook
from regard.playbooks.model import Playbook
from regard.playbooks.reference.journeys import journey_reference
from regard.versions.selectors import shipped_text
from regard.web.journeys.editor.new_steps import new_entry
from regard.web.journeys.wording import entries_words
from tests.cast.log import does
from tests.cast.people import a_person
from tests.stages.decide.cast import decide

JOURNEY = """
  thank-for-answers:
    name: Thank for answers
    owner: maya
    holdout: 0%
    entry: [{on: survey_answered}]
    goal: {touchpoint: Order Completed, within: 60d}
    steps:
      - {step: call, do: task, kind: thank_you, title: Thank them}
"""


@pytest.fixture
def playbook() -> Playbook:
    loaded = load_playbook(shipped_text().replace("\njourneys:\n", f"\njourneys:{JOURNEY}", 1))
    assert loaded.playbook is not None, [str(issue) for issue in loaded.issues]
    return loaded.playbook


def test_it_loads_from_yaml_and_reads_as_a_sentence(playbook: Playbook):
    journey = playbook.journeys["thank-for-answers"]
    assert type(journey.entry[0]) is NAMED["survey_answered"]
    assert entries_words(journey, {}) == "when somebody answers a survey"


def test_the_editor_offers_it(playbook: Playbook):
    assert NAMED["survey_answered"].called == "answers a survey"
    assert new_entry("survey_answered", playbook) == {"on": "survey_answered"}


def test_the_reference_shows_it():
    assert "### `on: survey_answered`" in journey_reference()


@pytest.mark.django_db
def test_who_comes_by_it_is_let_in_once(playbook: Playbook):
    now = datetime(2026, 11, 2, 12, tzinfo=UTC)
    person, other = a_person(now=now), a_person(now=now)
    does(person, "Survey Answered", now=now, score=9)
    does(other, "Order Completed", now=now)
    for later in (0, 1):
        decide(playbook, now=now + timedelta(minutes=later))
    inside = Enrolment.objects.filter(journey="thank-for-answers")
    assert [one.person_id for one in inside] == [person]
