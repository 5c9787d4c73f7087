"""Every way in, every re-entry rule, every way out and every kind of step, each in a small playbook, over live cycles."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import transaction

from regard.act.models import HumanTask, Message
from regard.act.services import enqueue
from regard.collect.models import Touchpoint
from regard.collect.sequence import allot_sequence
from regard.decide.models import Decision, Enrolment
from regard.decide.services import let_in
from regard.identify.models import Account, AccountMember
from regard.playbooks.model import Playbook
from regard.profile.models import FieldChange
from tests.cast.clock import days
from tests.cast.log import does
from tests.cast.people import a_person, says
from tests.cast.segments import comes_into, leaves
from tests.cast.small import DOOR, EXIT, LETTER, TASK, branch, playbook
from tests.stages.decide.cast import decide, told

pytestmark = pytest.mark.django_db
HAND = {"on": "by_hand"}
LEAP = 8  # hours


def task(name: str) -> dict[str, object]:
    return TASK | {"step": name}


def inside(person: int) -> list[tuple[str, str]]:
    rows = Enrolment.objects.filter(person_id=person).order_by("id")
    return [(row.journey, row.state if row.state == "active" else row.end_reason) for row in rows]


def entries_over(book: Playbook, start: datetime, hours: range) -> int:
    for hour in hours:
        decide(book, now=start + days(hour / 24))
    return Enrolment.objects.count()


# Ways in.


def test_a_touchpoint_lets_in_with_its_filter_only_and_old_news_do_not(as_of):
    fitting = {
        "on": "touchpoint",
        "touchpoint": {"name": "Order Completed", "where": {"shop": "Kiel"}},
    }
    book = playbook(task("t"), entry=fitting)
    ana, ben, cleo = (a_person(now=as_of - days(9)) for _ in range(3))
    does(ana, "Order Completed", now=as_of, shop="Kiel")
    does(ben, "Order Completed", now=as_of, shop="Lyon")
    does(cleo, "Order Completed", now=as_of - days(3.1), shop="Kiel")
    decide(book, now=as_of)
    assert [inside(person) for person in (ana, ben, cleo)] == [[("j", "done")], [], []]


def test_what_happens_to_one_lets_in_the_whole_account(as_of):
    ana, ben, cleo = (a_person(now=as_of) for _ in range(3))
    account = Account.objects.create(public_id="0" * 32, external_id="firm", created_at=as_of)
    for person in (ana, ben):
        AccountMember.objects.create(account=account, person_id=person, seq=allot_sequence(), since_at=as_of)
    does(ana, "Order Completed", now=as_of)
    decide(playbook(task("t"), entry=DOOR | {"whose": "account"}), now=as_of)
    assert [len(inside(person)) for person in (ana, ben, cleo)] == [1, 1, 0]


def test_entering_and_leaving_a_segment_let_in_once_each(as_of):
    ana = a_person(now=as_of)
    book = playbook(
        task("t"),
        entry={"on": "segment_entered", "segment": "buyers"},
        more={"other": {"name": "O", "entry": [{"on": "segment_left", "segment": "buyers"}], "steps": [TASK]}},
    )
    comes_into(ana, "buyers", now=as_of)
    decide(book, now=as_of)
    assert inside(ana) == [("j", "done")]
    leaves(ana, "buyers", now=as_of + days(1))
    entries_over(book, as_of + days(1), range(0, 48, 12))
    assert inside(ana) == [("j", "done"), ("other", "done")]


def test_who_is_in_a_segment_already_comes_in_when_the_journey_first_runs(as_of):
    ana, ben = a_person(now=as_of), a_person(now=as_of)
    for person in (ana, ben):
        comes_into(person, "buyers", now=as_of - days(20))
    decide(playbook(task("t"), entry=HAND, more={}), now=as_of - days(10))
    entry = {"on": "segment_entered", "segment": "buyers", "already_in": True}
    late = {"name": "O", "entry": [entry], "steps": [TASK]}
    book = playbook(task("t"), entry=HAND, more={"other": late})
    assert entries_over(book, as_of, range(0, 48, 12)) == 2


@pytest.mark.parametrize(
    ("yearly", "before", "born", "comes"),
    [
        (True, "0d", "1980-11-18", datetime(2026, 11, 18, 8, tzinfo=UTC)),
        (True, "2d", "1980-11-20", datetime(2026, 11, 18, 8, tzinfo=UTC)),
        (False, "1d", "2026-11-19", datetime(2026, 11, 18, 8, tzinfo=UTC)),
        (False, "0d", "1980-11-18", None),
    ],
)
def test_a_date_lets_in_on_its_day_at_nine_by_the_company_s_clock(as_of, yearly, before, born, comes):
    ana = a_person(now=as_of, birthday=born)
    entry = {"on": "date", "field": "birthday", "before": before, "yearly": yearly}
    book = playbook(task("t"), entry=entry)
    entries_over(book, as_of, range(0, 96, 2))
    found = [row.entered_at for row in Enrolment.objects.filter(person_id=ana)]
    assert found == ([] if comes is None else [comes])


def test_silence_lets_in_when_it_is_long_enough_and_not_before(as_of):
    ana, ben = a_person(now=as_of), a_person(now=as_of)
    for person in (ana, ben):
        does(person, "Visited", now=as_of)
    book = playbook(task("t"), entry={"on": "silence", "of": "3d"})
    entries_over(book, as_of, range(0, 71, 8))
    assert Enrolment.objects.count() == 0
    does(ben, "Visited", now=as_of + days(2.9))
    entries_over(book, as_of + days(3), range(0, 24, 8))
    assert (len(inside(ana)), len(inside(ben))) == (1, 0)


@pytest.mark.parametrize(
    ("every", "day", "times"), [("day", 1, 13), ("week", 3, 2), ("month", 1, 1), ("quarter", 1, 0)]
)
def test_a_schedule_lets_the_segment_in_at_its_times(as_of, every, day, times):
    ana = a_person(now=as_of)
    comes_into(ana, "buyers", now=as_of)
    entry = {"on": "schedule", "segment": "buyers", "every": every, "day": day, "at": "10:00"}
    book = playbook(task("t"), entry=entry, more={"reentry": {"after": "0h"}})
    start = datetime(2026, 11, 20, 12, tzinfo=UTC)
    decide(book, now=start)
    before = Enrolment.objects.count()  # the first cycle looks back a day
    entries_over(book, start, range(6, 14 * 24, 6))
    assert Enrolment.objects.count() - before == times
    assert {row.entered_at.hour for row in Enrolment.objects.all()[before:]} <= {12}


def test_by_hand_lets_in_whom_a_colleague_names(as_of):
    ana, ben = a_person(now=as_of), a_person(now=as_of)
    book = playbook(task("t"), entry=HAND)
    let_in(journey="j", person=ana, playbook=book, by="staff:1", now=as_of)
    decide(book, now=as_of)
    assert (inside(ana), inside(ben)) == ([("j", "done")], [])


def test_only_if_keeps_out_who_is_not_in_the_segment_at_that_moment(as_of):
    ana, ben = a_person(now=as_of), a_person(now=as_of)
    comes_into(ana, "buyers", now=as_of)
    for person in (ana, ben):
        does(person, "Order Completed", now=as_of)
    decide(playbook(task("t"), more={"only_if": "buyers"}), now=as_of)
    assert (len(inside(ana)), len(inside(ben))) == (1, 0)


# Coming again.


@pytest.mark.parametrize(("reentry", "times"), [({}, 1), ({"after": "3d"}, 2), ({"after": "0h"}, 5)])
def test_the_reentry_rule(as_of, reentry, times):
    ana = a_person(now=as_of)
    book = playbook(task("t"), more={"reentry": reentry})
    for day in range(5):
        does(ana, "Order Completed", now=as_of + days(day))
        decide(book, now=as_of + days(day))
    assert len(inside(ana)) == times


def test_nobody_is_twice_in_a_journey_at_once(as_of):
    ana = a_person(now=as_of)
    book = playbook({"step": "w", "do": "wait", "for": "9d"}, more={"reentry": {"after": "0h"}})
    for day in range(5):
        does(ana, "Order Completed", now=as_of + days(day))
        decide(book, now=as_of + days(day))
    assert inside(ana) == [("j", "active")]


# Ways out.

WAIT = {"step": "w", "do": "wait", "for": "9d"}


@pytest.mark.parametrize(
    ("more", "act", "reason"),
    [
        ({"exit_on": [{"touchpoint": "Gone", "reason": "is gone"}]}, "Gone", "is gone"),
        ({"exit_on": [{"segment_entered": "buyers", "reason": "buys"}]}, "in", "buys"),
        ({"exit_on": [{"segment_left": "local", "reason": "moved"}]}, "out", "moved"),
        (
            {"goal": {"touchpoint": "Bought", "within": "30d", "ends": True}},
            "Bought",
            "goal reached",
        ),
    ],
)
def test_what_ends_a_journey_early_ends_it_at_the_next_cycle(as_of, more, act, reason):
    ana, ben = a_person(now=as_of), a_person(now=as_of)
    for person in (ana, ben):
        comes_into(person, "local", now=as_of - days(1))
        does(person, "Order Completed", now=as_of)
    book = playbook(WAIT, task("t"), more=more)
    decide(book, now=as_of)
    if act == "in":
        comes_into(ana, "buyers", now=as_of + days(1))
    elif act == "out":
        leaves(ana, "local", now=as_of + days(1))
    else:
        does(ana, act, now=as_of + days(1))
    decide(book, now=as_of + days(1.01))
    assert (inside(ana), inside(ben)) == ([("j", reason)], [("j", "active")])
    decide(book, now=as_of + days(10))
    assert (told(ana), told(ben)) == ([], [("t", "go", "go")])


def test_a_goal_that_does_not_end_the_journey_is_only_measured(as_of):
    ana = a_person(now=as_of)
    does(ana, "Order Completed", now=as_of)
    book = playbook(WAIT, task("t"), more={"goal": {"touchpoint": "Bought", "within": "30d"}})
    decide(book, now=as_of)
    does(ana, "Bought", now=as_of + days(1))
    decide(book, now=as_of + days(2))
    assert inside(ana) == [("j", "active")]


# Steps.


def went_at(as_of: datetime, *steps: object, zone: str = "Europe/Berlin", hours: int = 96) -> list[datetime]:
    """When a task behind these steps goes: to the half hour, found by leaps of which the last is taken back."""
    ana = a_person(now=as_of, zone=zone)
    book = playbook(*steps, task("after"))
    does(ana, "Order Completed", now=as_of)
    for late in range(0, hours + LEAP, LEAP):
        with transaction.atomic():
            decide(book, now=as_of + days(late / 24))
            if not Decision.objects.filter(step="after").exists():
                continue
            transaction.set_rollback(True)
        for half in range(max(0, late - LEAP) * 2, late * 2 + 1):
            decide(book, now=as_of + days(half / 48))
            if found := list(Decision.objects.filter(step="after").values_list("as_of", flat=True)):
                return found
    return []


def test_wait_for_a_time(as_of):
    assert went_at(as_of, {"step": "w", "do": "wait", "for": "5h"}) == [as_of + days(5 / 24)]


@pytest.mark.parametrize(("zone", "hour"), [("Europe/Berlin", 7), ("Asia/Tokyo", 23)])
def test_wait_until_an_hour_of_the_person_s_own_day(as_of, zone, hour):
    (at,) = went_at(as_of, {"step": "w", "do": "wait", "until_hour": "08:00"}, zone=zone)
    assert at.hour == hour
    assert as_of < at <= as_of + days(1)


def test_wait_until_a_date_of_the_company_s_calendar(as_of):
    assert went_at(as_of, {"step": "w", "do": "wait", "until_date": "2026-11-18"}) == [
        datetime(2026, 11, 17, 23, tzinfo=UTC)
    ]
    Enrolment.objects.all().delete()
    assert went_at(as_of, {"step": "w", "do": "wait", "until_date": "2026-11-10"}) == [as_of]


def test_wait_for_a_touchpoint_and_what_happens_without_it(as_of):
    ana, ben = a_person(now=as_of), a_person(now=as_of)
    wait = {
        "step": "w",
        "do": "wait_for",
        "touchpoint": "Visited",
        "timeout": "2d",
        "otherwise": [task("late"), EXIT],
    }
    book = playbook(wait, task("came"))
    for person in (ana, ben):
        does(person, "Order Completed", now=as_of)
    decide(book, now=as_of)
    does(ana, "Visited", now=as_of + days(1))
    does(ben, "Visited", now=as_of + days(2.1))
    for day in (1.1, 2.05, 2.2):
        decide(book, now=as_of + days(day))
    assert told(ana) == [("came", "go", "go")]
    assert told(ben) == [("late", "go", "go")]


def test_branch_takes_the_first_way_that_holds_and_nobody_goes_two(as_of):
    ana, ben = a_person(now=as_of), a_person(now=as_of)
    comes_into(ana, "buyers", now=as_of - days(1))
    comes_into(ana, "local", now=as_of - days(1))
    look = {
        "step": "look",
        "do": "branch",
        "otherwise": [task("other")],
        "cases": [
            {"when": {"kind": "in_segment", "segment": "buyers"}, "then": [task("first")]},
            {"when": {"kind": "in_segment", "segment": "local"}, "then": [task("second")]},
        ],
    }
    book = playbook(look, task("both"))
    for person in (ana, ben):
        does(person, "Order Completed", now=as_of)
    decide(book, now=as_of)
    assert sorted(told(ana)) == [("both", "go", "go"), ("first", "go", "go")]
    assert sorted(told(ben)) == [("both", "go", "go"), ("other", "go", "go")]


def test_split_sends_by_shares_and_the_same_person_the_same_way(as_of):
    ways = [
        {"label": "a", "share": "30%", "then": [task("a")]},
        {"label": "b", "share": "70%", "then": [task("b")]},
    ]
    book = playbook({"step": "s", "do": "split", "ways": ways}, more={"reentry": {"after": "0h"}})
    book = book.model_copy(update={"guardrails": book.guardrails.model_copy(update={"tasks_without_approval": None})})
    people = [a_person(now=as_of) for _ in range(60)]
    from regard.identify.models import Person

    for number, person in enumerate(people):
        Person.objects.filter(id=person).update(holdout_key=number * 7919 + 13)
    for day in range(2):
        for person in people:
            does(person, "Order Completed", now=as_of + days(day))
        decide(book, now=as_of + days(day))
    steps = [{step for step, _, _ in told(person)} for person in people]
    assert all(len(ways) == 1 for ways in steps)
    assert 8 <= sum(ways == {"a"} for ways in steps) <= 28


def test_set_field_points_and_tasks_are_carried_out_once(as_of):
    ana = a_person(now=as_of)
    steps = [
        {"step": "f", "do": "set_field", "field": "tier", "value": "gold"},
        {"step": "p", "do": "grant_points", "points": 50, "reason": "thanks"},
        TASK,
    ]
    book = playbook(*steps)
    does(ana, "Order Completed", now=as_of)
    report = decide(book, now=as_of)
    for _ in range(2):
        enqueue(playbook=book, now=as_of, decisions=report.go)
    assert list(FieldChange.objects.filter(person_id=ana, name="tier").values_list("value", flat=True)) == ["gold"]
    granted = Touchpoint.objects.filter(origin=ana, name="Points Granted")
    assert [row.properties["points"] for row in granted] == [50]
    assert [row.title for row in HumanTask.objects.all()] == ["Call"]
    assert set(Decision.objects.values_list("outcome", flat=True)) == {"sent"}


def test_a_webhook_and_a_letter_wait_to_be_handed_over(as_of):
    ana = a_person(now=as_of)
    says(ana, "offers", now=as_of)
    hook = {
        "step": "h",
        "do": "webhook",
        "endpoint": "erp",
        "purpose": "offers",
        "fields": ["city"],
    }
    book = playbook(hook, LETTER)
    does(ana, "Order Completed", now=as_of)
    report = decide(book, now=as_of)
    enqueue(playbook=book, now=as_of, decisions=report.go)
    assert sorted(Message.objects.values_list("channel", "state")) == [
        ("email", "queued"),
        ("webhook", "queued"),
    ]


def test_enter_starts_another_journey_and_leave_ends_it(as_of):
    ana = a_person(now=as_of)
    start, stop = (
        {"step": "on", "do": "enter", "journey": "other"},
        {"step": "off", "do": "leave", "journey": "other"},
    )
    other = {"name": "O", "entry": [HAND], "steps": [{"step": "long", "do": "wait", "for": "30d"}]}
    book = playbook(start, {"step": "w", "do": "wait", "for": "2d"}, stop, more={"other": other})
    does(ana, "Order Completed", now=as_of)
    decide(book, now=as_of)
    assert inside(ana) == [("j", "active"), ("other", "active")]
    decide(book, now=as_of + days(2))
    assert inside(ana) == [("j", "done"), ("other", "left")]


def test_exit_ends_with_its_reason(as_of):
    ana = a_person(now=as_of)
    does(ana, "Order Completed", now=as_of)
    book = playbook(
        branch(
            {"kind": "in_segment", "segment": "buyers"},
            TASK,
            otherwise=(EXIT | {"reason": "not a buyer"},),
        ),
        task("t"),
    )
    decide(book, now=as_of)
    assert inside(ana) == [("j", "not a buyer")]
