"""Replay: what a playbook would have done over the log, by the real engine, sending nothing."""

from __future__ import annotations

import pytest

from regard.decide.models import Decision, Enrolment
from regard.decide.replay.report import report_of, rows_of, story_of
from regard.decide.replay.what_if import Span, replay_playbook
from regard.playbooks.load import load_playbook
from regard.versions.selectors import shipped_text
from tests.cast.clock import days
from tests.cast.log import does
from tests.cast.people import ALL, a_person, says
from tests.cast.playbooks import shop
from tests.stages.decide.cast import decide

pytestmark = pytest.mark.django_db
ENTRY = "- {on: segment_entered, segment: high-value, already_in: true}"
BY_ORDER = "- {on: touchpoint, touchpoint: Order Completed}"


def by_order():
    """The shop, with the main journey entered by an order instead of a segment."""
    loaded = load_playbook(shipped_text().replace(ENTRY, BY_ORDER))
    assert loaded.playbook is not None, loaded.issues
    return loaded.playbook


def test_each_answer_is_followed_and_marked(as_of):
    ana, ben = a_person(now=as_of - days(99)), a_person(now=as_of - days(99))
    says(ana, *ALL, now=as_of - days(98))
    for person in (ana, ben):
        does(person, "Order Completed", now=as_of - days(60))
        does(person, "Order Completed", now=as_of - days(50))

    replay = replay_playbook(playbook=by_order(), span=Span(as_of - days(90), as_of))
    found = report_of(replay)
    steps = {s.step: s for s in found.steps if s.journey == "thank-high-value"}

    assert (steps["offer"].went, steps["offer"].no) == (1, {"no_consent": 1})
    assert steps["ask"].went == 1
    assert steps["invite"].went == 0
    assert steps["invite"].depends == {"answer: delighted (9 or 10)": 1}
    assert steps["make-it-right"].depends == {"answer: unhappy (0 to 6)": 1}
    assert found.messages == 2
    assert Decision.objects.count() == Enrolment.objects.count() == 0


def test_an_answer_to_another_message_is_never_taken(as_of):
    ana = a_person(now=as_of - days(99))
    says(ana, *ALL, now=as_of - days(98))
    does(ana, "Order Completed", now=as_of - days(60))
    does(ana, "Order Completed", now=as_of - days(50))
    does(ana, "Survey Answered", now=as_of - days(49), score=1, survey="after-order")

    found = report_of(replay_playbook(playbook=by_order(), span=Span(as_of - days(90), as_of)))

    assert not any(s.went for s in found.steps if s.step == "make-it-right")


def test_a_stated_rate_answers_instead(as_of):
    text = shipped_text().replace(ENTRY, BY_ORDER)
    text = text.replace(
        "    reentry: {after: 180d}\n",
        "    reentry: {after: 180d}\n    assume: {answer: {answered: 100%, scores: {2: 100%}}}\n",
        1,
    )
    playbook = load_playbook(text).playbook
    ana = a_person(now=as_of - days(99))
    says(ana, *ALL, now=as_of - days(98))
    does(ana, "Order Completed", now=as_of - days(60))
    does(ana, "Order Completed", now=as_of - days(50))

    found = report_of(replay_playbook(playbook=playbook, span=Span(as_of - days(90), as_of)))
    step = next(s for s in found.steps if s.step == "make-it-right")

    assert step.depends == {"by the stated rate": 1}


def test_consent_counts_as_it_stood_then(as_of):
    ana = a_person(now=as_of - days(99))
    does(ana, "Order Completed", now=as_of - days(60))
    says(ana, *ALL, now=as_of - days(30))
    does(ana, "Order Completed", now=as_of - days(20))

    replay = replay_playbook(playbook=by_order(), span=Span(as_of - days(90), as_of))

    told = [(row["step"], row["verdict"], row["code"]) for row in rows_of(replay, person=ana)]
    assert told[0] == ("offer", "no", "no_consent")
    assert ("ask", "go", "go") in told


def test_segments_are_worked_out_as_of_each_day(as_of):
    people = [a_person(now=as_of - days(200)) for _ in range(30)]
    for number, person in enumerate(people):
        says(person, *ALL, now=as_of - days(190))
        for back in range(number % 5):
            does(person, "Order Completed", now=as_of - days(100 - back * 3))

    replay = replay_playbook(playbook=shop(), span=Span(as_of - days(90), as_of))

    assert replay.people == 30
    assert report_of(replay).journeys


def test_everyone_followed_has_a_number_of_their_own(as_of):
    """Suppositions are copies of an enrolment: whoever enters after them must not take their numbers."""
    text = shipped_text().replace(ENTRY, BY_ORDER).replace("after: 180d", "after: 2d", 1)
    people = [a_person(now=as_of - days(200)) for _ in range(4)]
    for number, person in enumerate(people):
        says(person, *ALL, now=as_of - days(190))
        for back in range(3 * (number + 1)):
            does(person, "Order Completed", now=as_of - days(85 - back * 7))

    replay = replay_playbook(playbook=load_playbook(text).playbook, span=Span(as_of - days(90), as_of))

    numbers = replay.moved.enrolments.column("eid").to_pylist()
    assert any(world for world in replay.moved.enrolments.column("world").to_pylist())
    assert len(numbers) == len(set(numbers))


def asked_live(playbook, now):
    """Somebody orders twice; the live run sends the letter, asks, and waits for the answer when `now` has come."""
    ana = a_person(now=now - days(99))
    says(ana, *ALL, now=now - days(98))
    decide(playbook, now=now - days(4))
    for back, then in ((3.1, 3), (2.1, 2)):
        does(ana, "Order Completed", now=now - days(back))
        decide(playbook, now=now - days(then))
    assert Enrolment.objects.get(journey="thank-high-value").step == "answer"
    return ana


def test_who_waits_for_an_answer_when_it_begins_has_the_one_that_came(as_of):
    """The question was asked before the replay begins: its answer is history, and certain."""
    playbook, begin = by_order(), as_of - days(30)
    ana = asked_live(playbook, begin)
    does(ana, "Survey Answered", now=begin + days(1), score=1, survey="after-order")

    replay = replay_playbook(playbook=playbook, span=Span(begin, as_of))
    found = report_of(replay)
    journey = next(j for j in found.journeys if j.journey == "thank-high-value")
    told = [(r["verdict"], r["step"] or r["words"]) for r in story_of(replay, ana, journey="thank-high-value")]

    assert (journey.inside_before, journey.entered) == (1, 0)
    assert not any(s.depends for s in found.steps if s.journey == "thank-high-value")
    assert told == [
        ("in", f"was inside already, since {begin - days(3):%Y-%m-%d}"),
        ("go", "make-it-right"),
        ("out", "ends: done"),
    ]


def test_who_was_inside_finishes_the_version_they_began(as_of):
    begin = as_of - days(30)
    ana = asked_live(by_order(), begin)
    text = shipped_text().replace(ENTRY, BY_ORDER).replace("title: Make it right in person", "title: Call them")
    does(ana, "Survey Answered", now=begin + days(1), score=1, survey="after-order")

    replay = replay_playbook(playbook=load_playbook(text).playbook, span=Span(begin, as_of))
    steps = [s for s in report_of(replay).steps if s.step == "make-it-right"]

    assert [(s.is_current, s.went) for s in sorted(steps, key=lambda s: s.is_current)] == [(False, 1), (True, 0)]


def test_a_journey_that_ran_already_lets_nobody_in_for_being_there(as_of):
    """`already_in` is for the first day a journey runs, not for the first day of a replay."""
    playbook = shop(("segment: high-value, already_in", "segment: first-order, already_in"))
    ana, span = a_person(now=as_of - days(300)), Span(as_of - days(20), as_of)
    does(ana, "Order Completed", now=as_of - days(40))

    def entered():
        found = report_of(replay_playbook(playbook=playbook, span=span)).journeys
        return next(j.entered for j in found if j.journey == "thank-high-value")

    assert entered() == 1
    decide(playbook, now=as_of - days(30))
    assert entered() == 0
