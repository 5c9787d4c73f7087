"""Pause holds people where they are; resume loses nobody; the outline counts them all."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regard.decide.models import Enrolment
from regard.decide.selectors import journey_list, journey_outline
from regard.decide.services import let_in, pause_journey, preview_release, resume_journey
from regard.decide.steering.releasing import HeldRow, turns_of
from regard.kernel.instant import DAY_US
from tests.cast.clock import days
from tests.cast.log import does
from tests.cast.people import ALL, JOURNEY, a_person, says
from tests.cast.playbooks import shop
from tests.cast.segments import comes_into
from tests.cast.small import playbook
from tests.stages.decide.cast import decide, offered, told
from tests.stages.laws import law, taken_back

pytestmark = pytest.mark.django_db


def test_a_pause_holds_people_and_loses_nobody(as_of):
    ana, ben = a_person(now=as_of), a_person(now=as_of)
    says(ana, *ALL, now=as_of)
    says(ben, *ALL, now=as_of)
    comes_into(ana, "high-value", now=as_of)
    decide(shop(), now=as_of)
    assert pause_journey(journey=JOURNEY, by="staff:1", now=as_of + days(0.5)) == 1

    does(ana, "Order Completed", now=as_of + days(1))
    comes_into(ben, "high-value", now=as_of + days(1))
    decide(shop(), now=as_of + days(1.01))
    assert told(ana) == [("offer", "go", "go")]
    assert told(ben) == []
    assert set(Enrolment.objects.values_list("state", flat=True)) == {"paused"}

    assert resume_journey(journey=JOURNEY, by="staff:1", now=as_of + days(2)) == 2
    decide(shop(), now=as_of + days(2.01))
    assert told(ana)[-1] == ("ask", "go", "go")
    assert told(ben) == [("offer", "go", "go")]


def test_resuming_over_days_spreads_people_out_and_loses_nobody(as_of):
    people = [a_person(now=as_of) for _ in range(8)]
    for person in people:
        says(person, *ALL, now=as_of)
        comes_into(person, "high-value", now=as_of)
    pause_journey(journey=JOURNEY, by="staff:1", now=as_of)
    decide(shop(), now=as_of)
    will = preview_release(journey=JOURNEY, now=as_of, days=8)

    resume_journey(journey=JOURNEY, by="staff:1", now=as_of, release_days=8)
    went = []
    for day in range(8):
        decide(shop(), now=as_of + days(day))
        went.append(sum(told(person) != [] for person in people))

    assert (will.held, will.due, will.soon, will.later) == (8, 8, 0, 0)
    assert (will.every_us, will.last_at) == (86_400_000_000, as_of + days(7))
    assert went == [1, 2, 3, 4, 5, 6, 7, 8]
    assert all(told(person) == [("offer", "go", "go")] for person in people)


def test_an_answer_that_came_in_the_pause_waits_for_its_turn_too(as_of):
    ana, ben = offered(as_of), offered(as_of)
    decide(shop(), now=as_of)
    pause_journey(journey=JOURNEY, by="staff:1", now=as_of + days(1))
    for person in (ana, ben):
        does(person, "Order Completed", now=as_of + days(2))
    decide(shop(), now=as_of + days(2.1))
    assert preview_release(journey=JOURNEY, now=as_of + days(3), days=4).due == 2

    resume_journey(journey=JOURNEY, by="staff:1", now=as_of + days(3), release_days=4)
    decide(shop(), now=as_of + days(3))
    decide(shop(), now=as_of + days(4.9))
    assert [len(told(person)) for person in (ana, ben)] == [2, 1]

    decide(shop(), now=as_of + days(5.1))
    assert [told(person)[-1] for person in (ana, ben)] == [("ask", "go", "go")] * 2


def test_a_wait_that_ends_later_keeps_its_own_time(as_of):
    ana = offered(as_of)
    decide(shop(), now=as_of)
    told_then = Enrolment.objects.get().due_at
    pause_journey(journey=JOURNEY, by="staff:1", now=as_of + days(1))
    resume_journey(journey=JOURNEY, by="staff:1", now=as_of + days(2), release_days=3)
    for day in range(2, 7):
        decide(shop(), now=as_of + days(day))
    row = Enrolment.objects.get()
    assert (row.state, row.due_at) == ("active", told_then)
    assert told(ana) == [("offer", "go", "go")]


def test_resuming_again_lets_the_rest_go_at_once(as_of):
    people = [offered(as_of) for _ in range(4)]
    pause_journey(journey=JOURNEY, by="staff:1", now=as_of)
    decide(shop(), now=as_of)
    resume_journey(journey=JOURNEY, by="staff:1", now=as_of, release_days=30)
    decide(shop(), now=as_of + days(0.1))
    assert sum(told(person) != [] for person in people) == 1
    assert resume_journey(journey=JOURNEY, by="staff:1", now=as_of + days(1)) == 3
    decide(shop(), now=as_of + days(1.1))
    assert all(told(person) for person in people)


def test_a_pause_within_the_days_holds_the_rest(as_of):
    people = [offered(as_of) for _ in range(4)]
    pause_journey(journey=JOURNEY, by="staff:1", now=as_of)
    decide(shop(), now=as_of)
    resume_journey(journey=JOURNEY, by="staff:1", now=as_of, release_days=4)
    decide(shop(), now=as_of)
    pause_journey(journey=JOURNEY, by="staff:1", now=as_of + days(0.5))
    decide(shop(), now=as_of + days(9))
    assert sum(told(person) != [] for person in people) == 1
    assert not Enrolment.objects.exclude(state="paused").exists()


HELD = st.builds(
    HeldRow,
    id=st.integers(1, 10**6),
    person=st.integers(1, 50),
    entry_key=st.sampled_from(("in:1", "in:2", "tp:3")),
    due_us=st.integers(0, 40 * DAY_US),
    is_waiting=st.booleans(),
)


@given(st.lists(HELD, max_size=40, unique_by=lambda h: h.id), st.integers(0, 20))
def test_law_turns_lose_nobody_keep_the_order_and_hurry_nobody(held, over):
    now_us = 10 * DAY_US
    turns = turns_of(held, now_us=now_us, days=over)
    by_id = {one.id: one for one in held}
    end = now_us + over * DAY_US
    own = {one.id: one.own_us(now_us) for one in held}
    within = [turn for turn in turns if own[turn.id] <= end]

    assert sorted(turn.id for turn in turns) == sorted(by_id)
    assert [t.due_us for t in within] == sorted(t.due_us for t in within)
    assert [own[t.id] for t in within] == sorted(own[t.id] for t in within)
    assert all(turn.due_us >= own[turn.id] for turn in within)
    if over and within:
        pace = over * DAY_US // len(within)
        assert all(b.due_us - a.due_us >= pace for a, b in pairwise(within))
        assert all(turn.due_us < end for turn in within if own[turn.id] <= now_us)
    for turn in turns:
        if own[turn.id] > end:
            assert (turn.due_us, turn.is_held) == (own[turn.id], False)


PAUSED = playbook(
    {"step": "rest", "do": "wait", "for": "1d"},
    {"step": "one", "do": "task", "kind": "check_in", "title": "One"},
    {"step": "order", "do": "wait_for", "touchpoint": "Visited", "timeout": "3d"},
    {"step": "hour", "do": "wait", "until_hour": "08:00"},
    {"step": "two", "do": "task", "kind": "check_in", "title": "Two"},
    entry={"on": "by_hand"},
    more={"reentry": {}},
)
PERSON_ACTS = st.tuples(
    st.sampled_from(("comes", "comes", "visits", "pause", "resume", "slowly", "tick", "tick")),
    st.integers(0, 4),
)


@given(st.lists(PERSON_ACTS, min_size=4, max_size=24))
@law(12)
def test_law_whatever_is_paused_and_resumed_everybody_gets_everything_once(as_of, acts):
    with taken_back():
        now, people, came = as_of, [a_person(now=as_of) for _ in range(5)], set()
        for name, number in acts:
            now += days(0.3)
            if name == "comes":
                let_in(journey="j", person=people[number], playbook=PAUSED, by="t", now=now)
                came.add(people[number])
            elif name == "visits":
                does(people[number], "Visited", now=now)
            elif name == "pause":
                pause_journey(journey="j", by="t", now=now)
            elif name in ("resume", "slowly"):
                over = number if name == "slowly" else 0
                resume_journey(journey="j", by="t", now=now, release_days=over)
            else:
                decide(PAUSED, now=now)
        resume_journey(journey="j", by="t", now=now, release_days=3)
        for day in range(1, 13):
            decide(PAUSED, now=now + days(day))

        everything = [("one", "go", "go"), ("two", "go", "go")]
        assert {p: told(p) for p in people} == {p: everything if p in came else [] for p in people}
        assert set(Enrolment.objects.values_list("end_reason", flat=True)) <= {"done"}


def test_the_outline_counts_who_is_where_and_who_was_held_back(as_of):
    ana, ben, cleo = (a_person(now=as_of, held_out=h) for h in (False, False, True))
    says(ana, *ALL, now=as_of)
    for person in (ana, ben, cleo):
        comes_into(person, "high-value", now=as_of)
    decide(shop(), now=as_of)

    outline = journey_outline(shop(), JOURNEY)

    offer = next(step for step in outline.steps if step.step == "offer")
    order = next(step for step in outline.steps if step.step == "next-order")
    assert (offer.went, {h.code: h.people for h in offer.held}) == (
        1,
        {"no_consent": 1, "held_out": 1},
    )
    assert order.here == 2  # Ben's refusal does not end the journey
    assert offer.ways == (("next-order", 2), ("", 1))
    assert journey_list(shop())[0].inside == 2
