"""Moving people to a new version: who goes along, who stays, who leaves, and that nothing happens twice (promise C11)."""

from __future__ import annotations

import os
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regard.act.models import HumanTask, Message
from regard.act.services import enqueue
from regard.collect.sequence import last_sequence
from regard.decide.models import Decision, Enrolment, JourneyVersion, Steering
from regard.decide.services import (
    crossing_of,
    let_in,
    move_people,
    pause_journey,
    preview_publishing,
    resume_journey,
)
from regard.decide.verifying import replay_stored
from regard.kernel.issues import Refused
from regard.playbooks.editing.parts import put_part
from regard.playbooks.load import load_playbook
from regard.playbooks.model import Playbook
from regard.versions.selectors import shipped_text
from tests.cast.clock import days
from tests.cast.log import does
from tests.cast.people import a_person, says
from tests.stages.decide.cast import decide, told

pytestmark = pytest.mark.django_db
NAME = "tour"
NOON = datetime.fromisoformat("2026-11-16T12:00:00+00:00")
EXAMPLES = int(os.environ.get("REGARD_LAW_EXAMPLES", "4"))


def wait(name: str, time: str = "3d") -> dict[str, object]:
    return {"step": name, "do": "wait", "for": time}


def task(name: str) -> dict[str, object]:
    return {"step": name, "do": "task", "kind": "check_in", "title": name}


def letter(name: str, template: str = "personal-offer") -> dict[str, object]:
    return {"step": name, "do": "send", "template": template, "purpose": "offers"}


def answer(name: str, timeout: str) -> dict[str, object]:
    return {"step": name, "do": "wait_for", "touchpoint": "Order Completed", "timeout": timeout}


def with_steps(*steps: dict[str, object], **more: object) -> Playbook:
    value = {
        "name": "A tour",
        "owner": "maya",
        "entry": [{"on": "by_hand"}],
        "holdout": "0%",
        "goal": {"touchpoint": "Never Happens", "within": "60d"},
        "steps": list(steps),
        **more,
    }
    loaded = load_playbook(put_part(shipped_text(), "journeys", NAME, value))
    assert loaded.playbook is not None, loaded.issues
    return loaded.playbook


def someone_inside(playbook: Playbook, now: datetime) -> int:
    person = a_person(now=now - days(1), first_name="Ana")
    says(person, "offers", now=now - days(1))
    let_in(journey=NAME, person=person, playbook=playbook, by="staff:1", now=now)
    decide(playbook, now=now)
    return person


def move(playbook: Playbook, now: datetime, gone: str = "stay"):
    return move_people(name=NAME, journey=playbook.journeys[NAME], gone=gone, by="staff:7", now=now)  # type: ignore[arg-type]


def of(person: int) -> Enrolment:
    return Enrolment.objects.get(person_id=person)


def test_who_stays_finishes_on_theirs_and_who_is_moved_goes_on_in_the_new_one(as_of):
    old = with_steps(wait("pause"), task("end-old"))
    new = with_steps(wait("pause"), task("end-new"))
    stays = someone_inside(old, as_of)
    decide(new, now=as_of + days(4))
    goes = someone_inside(old, as_of + days(4))

    crossed = move(new, as_of + days(5))
    decide(new, now=as_of + days(8))

    assert (crossed.moved, crossed.left, crossed.stayed) == (1, 0, 0)
    assert told(stays) == [("end-old", "go", "go")]
    assert told(goes) == [("end-new", "go", "go")]
    row = Steering.objects.get(kind="move")
    assert (row.people, row.left, row.by) == (1, 0, "staff:7")
    assert row.version == new.journeys[NAME].version
    assert row.seq == last_sequence()


@pytest.mark.parametrize("gone", ["stay", "leave"])
def test_whose_step_is_gone_stays_or_leaves_as_the_colleague_says(as_of, gone):
    old = with_steps(wait("pause"), task("then"))
    new = with_steps(wait("another"), task("then"))
    ana = someone_inside(old, as_of)

    before = crossing_of(NAME, new.journeys[NAME])
    crossed = move(new, as_of, gone)
    decide(new, now=as_of + days(4))

    assert (before.inside, before.movable, before.gone) == (1, 0, (("pause", 1),))
    assert (crossed.moved, crossed.left, crossed.stayed) == (0, *((0, 1) if gone == "stay" else (1, 0)))
    assert told(ana) == ([("then", "go", "go")] if gone == "stay" else [])
    assert of(ana).state == ("finished" if gone == "stay" else "exited")


def test_a_step_of_another_kind_under_the_same_name_is_no_place_to_go_on(as_of):
    old, new = with_steps(wait("pause"), task("a")), with_steps(task("pause"), wait("a"))
    someone_inside(old, as_of)

    assert crossing_of(NAME, new.journeys[NAME]).movable == 0


def test_a_letter_that_went_does_not_go_again_though_its_step_comes_later_now(as_of):
    old = with_steps(letter("hello"), wait("pause"), task("then"))
    new = with_steps(wait("pause"), letter("hello"), task("then"))
    ana = someone_inside(old, as_of)
    enqueue(playbook=old, now=as_of)

    move(new, as_of)
    report = decide(new, now=as_of + days(20))
    enqueue(playbook=new, now=as_of + days(20), decisions=report.go)
    enqueue(playbook=new, now=as_of + days(20))

    assert told(ana) == [("hello", "go", "go"), ("then", "go", "go")]
    assert Message.objects.filter(person_id=ana).count() == 1
    assert HumanTask.objects.filter(person_id=ana).count() == 1


def test_what_was_delayed_goes_as_the_new_version_says(as_of):
    old, new = with_steps(letter("hello")), with_steps(letter("hello", "second-order"))
    night = as_of.replace(hour=23)
    ana = someone_inside(old, night)
    assert told(ana) == [("hello", "wait", "quiet_hours")]

    move(new, night)
    report = decide(new, now=night + days(0.5))
    enqueue(playbook=new, now=night + days(0.5), decisions=report.go)

    decision = Decision.objects.get(person_id=ana)
    assert (decision.verdict, decision.version) == ("go", new.journeys[NAME].version)
    assert Message.objects.get(person_id=ana).template == "second-order"


def test_patience_ends_as_the_new_version_says_and_a_wait_keeps_its_time(as_of):
    old = with_steps(answer("order", "30d"), wait("pause", "9d"), task("end"))
    new = with_steps(answer("order", "5d"), wait("pause", "1d"), task("end"))
    ana = someone_inside(old, as_of)
    ben = someone_inside(old, as_of)
    does(ben, "Order Completed", now=as_of + days(1))
    decide(old, now=as_of + days(1))
    assert of(ben).step == "pause"

    move(new, as_of + days(2))
    decide(new, now=as_of + days(6))
    assert of(ana).step == "pause"
    assert (of(ben).step, told(ben)) == ("pause", [])
    decide(new, now=as_of + days(10))
    assert told(ben) == [("end", "go", "go")]


def test_longer_patience_is_longer_for_who_is_moved(as_of):
    old, new = with_steps(answer("order", "2d")), with_steps(answer("order", "9d"), task("end"))
    ana = someone_inside(old, as_of)

    move(new, as_of + days(1))
    decide(new, now=as_of + days(5))
    assert (of(ana).step, of(ana).state) == ("order", "active")
    decide(new, now=as_of + days(9))
    assert told(ana) == [("end", "go", "go")]


def test_what_the_new_version_waits_for_may_have_come_already(as_of):
    old = with_steps({"step": "sign", "do": "wait_for", "touchpoint": "Page Viewed", "timeout": "30d"}, task("end"))
    new = with_steps({"step": "sign", "do": "wait_for", "touchpoint": "Order Completed", "timeout": "30d"}, task("end"))
    ana = someone_inside(old, as_of)
    does(ana, "Order Completed", now=as_of + days(1))
    decide(old, now=as_of + days(1))

    move(new, as_of + days(2))
    decide(new, now=as_of + days(2))

    assert told(ana) == [("end", "go", "go")]


def test_who_is_held_by_a_pause_is_moved_and_goes_on_when_it_ends(as_of):
    old, new = with_steps(wait("pause"), task("a")), with_steps(wait("pause"), task("b"))
    ana = someone_inside(old, as_of)
    pause_journey(journey=NAME, by="staff:1", now=as_of)

    assert move(new, as_of).moved == 1
    assert of(ana).state == "paused"
    resume_journey(journey=NAME, by="staff:1", now=as_of + days(4))
    decide(new, now=as_of + days(4))
    assert told(ana) == [("b", "go", "go")]


def test_a_version_moved_to_is_found_again_whatever_is_published_next(as_of):
    old, new = with_steps(wait("pause"), task("a")), with_steps(wait("pause"), task("b"))
    ana = someone_inside(old, as_of)
    move(new, as_of)

    decide(with_steps(task("other")), now=as_of + days(4))

    assert JourneyVersion.objects.filter(journey=NAME).count() == 3
    assert told(ana) == [("b", "go", "go")]


def test_moving_nobody_writes_nothing_and_another_word_is_refused(as_of):
    playbook = with_steps(wait("pause"))
    someone_inside(playbook, as_of)

    assert move(playbook, as_of).moved == 0
    assert not Steering.objects.filter(kind="move").exists()
    with pytest.raises(Refused):
        move(playbook, as_of, "vanish")


def test_the_preview_is_what_the_move_does(as_of):
    old = with_steps(wait("pause"), task("x"), answer("order", "30d"), task("end"))
    new = with_steps(wait("pause"), task("end"))
    waits = someone_inside(old, as_of - days(5))
    decide(old, now=as_of - days(1))
    for _ in range(2):
        someone_inside(old, as_of)
    assert of(waits).step == "order"

    shown = next(row for row in preview_publishing(new) if row.journey == NAME)
    crossed = move(new, as_of, "leave")

    assert (shown.inside, shown.finish_on_theirs) == (3, 3)
    assert (shown.movable, shown.gone) == (2, (("order", 1),))
    assert (crossed.moved, crossed.left) == (shown.movable, shown.at_gone)
    after = next(row for row in preview_publishing(new) if row.journey == NAME)
    assert (after.inside, after.finish_on_theirs, after.gone) == (2, 0, ())


def test_verifying_takes_people_along_as_the_move_did(as_of):
    old = with_steps(wait("pause"), task("a"))
    new = with_steps(wait("pause"), task("b"))
    someone_inside(old, as_of)
    move(new, as_of)
    decide(new, now=as_of + days(30))

    assert replay_stored(playbook=new).differences == {}


STEPS = [task("t1"), wait("w1", "1d"), task("t2"), wait("w2", "2d"), task("t3"), wait("w3", "1d"), task("t4")]
edits = st.lists(
    st.tuples(
        st.permutations(range(len(STEPS))),
        st.integers(1, len(STEPS)),
        st.sampled_from(("", "stay", "leave")),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(edits)
def test_whatever_is_edited_and_moved_no_step_happens_twice_to_anybody(made):
    now = NOON
    playbook = with_steps(*STEPS)
    Enrolment.objects.filter(journey=NAME).delete()
    person = someone_inside(playbook, now)
    went: list[int] = []
    for order, length, gone, later in made:
        playbook = with_steps(*(STEPS[place] for place in order[:length]))
        if gone:
            move(playbook, now, gone)
        now += days(later)
        went += decide(playbook, now=now).go
        enqueue(playbook=playbook, now=now)

    assert len(went) == len(set(went))
    steps = list(HumanTask.objects.filter(person_id=person).values_list("title", flat=True))
    assert len(steps) == len(set(steps))
    inside = Enrolment.objects.filter(person_id=person, state="active")
    assert all(JourneyVersion.objects.filter(version=e.version).exists() for e in inside)
