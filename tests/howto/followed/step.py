"""What docs/how-to/add-a-step.md promises of the step `tag`. Run by tests/howto in a house that followed the page."""

from __future__ import annotations

import inspect
from datetime import datetime
from pathlib import Path

import pytest
from regard.playbooks.steps.tag import Tag

from regard.act.services import enqueue
from regard.act.services.acts import CARRY_OUT
from regard.collect.models import Touchpoint
from regard.decide.models import Cycle, Decision
from regard.engine.journeys.instructions import compile_steps
from regard.playbooks.checks.ways import circle_issues
from regard.playbooks.load import load_playbook
from regard.playbooks.model import Playbook
from regard.playbooks.reference.journeys import journey_reference
from regard.playbooks.steps import KINDS, NAMED, Op
from regard.versions.selectors import shipped_text
from regard.web.journeys.editor.new_steps import empty_journey, new_step
from regard.web.journeys.editor.outline import picture_of, step_words
from tests.cast.people import a_person

JOURNEY = """
  tag-buyers:
    name: Tag buyers
    owner: maya
    entry: [{on: touchpoint, touchpoint: Order Completed}]
    goal: {touchpoint: Order Completed, within: 60d}
    steps:
      - {step: tagged, do: tag, tag: buyer}
"""


def with_journey(text: str) -> Playbook:
    loaded = load_playbook(shipped_text().replace("\njourneys:\n", f"\njourneys:\n{text.strip(chr(10))}\n", 1))
    assert loaded.playbook is not None, [str(issue) for issue in loaded.issues]
    return loaded.playbook


def test_it_stands_in_this_house():
    assert Path(inspect.getfile(Tag)).is_relative_to(Path.cwd())
    assert "tag" in NAMED


def test_it_loads_from_yaml_and_is_compiled_as_an_act():
    playbook = with_journey(JOURNEY)
    (step,) = playbook.journeys["tag-buyers"].all_steps()
    assert (step.do, step.act, step.words()) == ("tag", "tag", "put the tag 'buyer' on the person")
    (one,) = compile_steps(playbook.journeys["tag-buyers"], "tag-buyers")
    assert (one.op, one.act) == (Op.ACT, "tag")


def test_the_editor_offers_it_and_draws_it(db):
    playbook = with_journey(JOURNEY)
    value = empty_journey("New", playbook)
    begun = new_step("tag", value, playbook, "new")
    assert begun == {"step": "tag-them", "do": "tag", "tag": "noted"}
    assert step_words(begun) == "Put the tag “noted” on the person"
    (box,) = [
        b for b, _ in picture_of(playbook.journeys["tag-buyers"], "tag-buyers", playbook).boxes if b.key == "tagged"
    ]
    assert (box.icon, box.under) == ("tag", "put the tag “buyer” on the person")
    assert NAMED["tag"].went == "tagged"


def test_the_reference_shows_it():
    assert "### `do: tag`" in journey_reference()


def test_the_check_sees_that_journeys_start_each_other_in_a_circle():
    circle = JOURNEY.replace("touchpoint: Order Completed}]", "touchpoint: Tag Added}]\n    reentry: {after: 0}")
    assert [issue.code for issue in circle_issues(with_journey(circle))] == ["loop"]


@pytest.mark.django_db
def test_it_is_carried_out_once_however_often_the_queue_is_filled(as_of: datetime):
    assert {kind for kind in KINDS if kind.op is Op.ACT} == set(CARRY_OUT)
    book = with_journey(JOURNEY)
    decision = Decision.objects.create(
        key="tag-buyers:tagged:1",
        cycle=Cycle.objects.create(as_of=as_of, upto=0, playbook_hash="test", started_at=as_of, finished_at=as_of),
        person_id=a_person(now=as_of),
        journey="tag-buyers",
        version=book.journeys["tag-buyers"].version,
        step="tagged",
        act="tag",
        as_of=as_of,
        verdict=Decision.Verdict.GO,
        reason="go",
        words="May go",
        asked_at=as_of,
    )

    assert enqueue(playbook=book, now=as_of).records == 1
    assert enqueue(playbook=book, now=as_of).records == 0

    decision.refresh_from_db()
    assert decision.outcome == Decision.Outcome.SENT
    (row,) = Touchpoint.objects.filter(name="Tag Added")
    assert row.properties == {"journey": "tag-buyers", "step": "tagged", "tag": "buyer"}
