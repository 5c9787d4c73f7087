"""Did it help? Both arms counted alike, the published intervals reproduced, and words no stronger than the evidence."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from regard.collect.services import ensure_source
from regard.decide.models import Enrolment
from regard.flow import receive
from regard.learn.intervals import compare, newcombe, wilson
from regard.learn.models import Measure
from regard.learn.selectors import result_of
from regard.learn.services import measure
from regard.playbooks.model import Playbook
from regard.playbooks.values.happening import Happening
from tests.cast.log import order as told_order
from tests.cast.sending import make_person, playbook

__all__ = ["make_person", "playbook"]


@pytest.mark.parametrize(
    ("counts", "low", "high"),
    [
        ((56, 70, 48, 80), 0.0524, 0.3339),
        ((9, 10, 3, 10), 0.1705, 0.8090),
        ((6, 7, 2, 7), 0.0582, 0.8062),
        ((5, 56, 0, 29), -0.0381, 0.1926),
        ((0, 10, 0, 20), -0.1611, 0.2775),
        ((0, 10, 0, 10), -0.2775, 0.2775),
        ((10, 10, 0, 20), 0.6791, 1.0000),
        ((10, 10, 0, 10), 0.6075, 1.0000),
    ],
)
def test_the_interval_is_the_published_one(counts: tuple[int, int, int, int], low: float, high: float) -> None:
    """Newcombe 1998, table II, method 10."""
    interval = newcombe(*counts, 0.95)

    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


def test_a_share_of_nobody_may_be_anything() -> None:
    assert (wilson(0, 0, 0.95).low, wilson(0, 0, 0.95).high) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("treated", "treated_reached", "held_out", "held_out_reached", "verdict"),
    [
        (900, 200, 100, 10, "helped"),
        (900, 90, 100, 22, "hurt"),
        (900, 100, 100, 10, "no difference seen yet"),
        (900, 500, 9, 0, "too few people to say"),
    ],
)
def test_words_are_no_stronger_than_the_evidence(
    treated: int, treated_reached: int, held_out: int, held_out_reached: int, verdict: str
) -> None:
    found = compare(
        treated=treated,
        treated_reached=treated_reached,
        held_out=held_out,
        held_out_reached=held_out_reached,
    )

    assert found.verdict == verdict
    assert found.interval_95.low <= found.interval_80.low <= found.difference <= found.interval_80.high
    assert found.interval_80.high <= found.interval_95.high


@pytest.fixture
def enter(playbook: Playbook) -> Callable[..., Enrolment]:
    def enter(person: int, arm: str, at: datetime, key: str = "first") -> Enrolment:
        return Enrolment.objects.create(
            journey="thank-high-value",
            version="v",
            person_id=person,
            entry_key=key,
            arm=arm,
            step="offer",
            entered_at=at,
            step_at=at,
            since_at=at,
        )

    return enter


def order(address: str, at: datetime, properties: str = "{}") -> None:
    told = told_order(
        1000,
        source=ensure_source(name="shop", kind="api", now=at),
        message_id=f"order-{address}-{at:%s}",
        channel="server",
        email=address,
        at=at,
        properties=properties,
    )
    receive([told], now=at)


def test_each_arm_counts_those_who_ordered_in_time(
    playbook: Playbook,
    make_person: Callable[..., int],
    enter: Callable[..., Enrolment],
    as_of: datetime,
) -> None:
    then = as_of - timedelta(days=100)
    for n in range(4):
        enter(make_person(f"t{n}@example.org"), "treated", then)
        enter(make_person(f"h{n}@example.org"), "held_out", then)
    order("t0@example.org", then + timedelta(days=10))
    order("t0@example.org", then + timedelta(days=20))
    order("t1@example.org", then + timedelta(days=59))
    order("t2@example.org", then + timedelta(days=61))
    order("t3@example.org", then - timedelta(days=1))
    order("h0@example.org", then + timedelta(days=5))
    late = make_person("late@example.org")
    enter(late, "treated", as_of - timedelta(days=10))

    measure(as_of=as_of, playbook=playbook)

    found = result_of("thank-high-value")
    assert found is not None
    told = found.difference
    assert (told.treated, told.treated_reached) == (4, 2)
    assert (told.held_out, told.held_out_reached) == (4, 1)


def test_who_was_in_both_arms_is_in_neither(
    playbook: Playbook,
    make_person: Callable[..., int],
    enter: Callable[..., Enrolment],
    as_of: datetime,
) -> None:
    then = as_of - timedelta(days=100)
    person = make_person("both@example.org")
    enter(person, "treated", then)
    enter(person, "held_out", then + timedelta(days=90), key="second")

    measure(as_of=as_of, playbook=playbook)

    row = Measure.objects.get(journey="thank-high-value")
    assert (row.treated, row.held_out) == (0, 0)


def test_a_day_is_measured_once_unless_asked_again(
    playbook: Playbook,
    make_person: Callable[..., int],
    enter: Callable[..., Enrolment],
    as_of: datetime,
) -> None:
    assert len(measure(as_of=as_of, playbook=playbook)) == sum(j.goal is not None for j in playbook.journeys.values())
    enter(make_person("new@example.org"), "treated", as_of - timedelta(days=100))

    assert measure(as_of=as_of, playbook=playbook) == []
    measure(as_of=as_of, playbook=playbook, again=True)
    assert Measure.objects.get(journey="thank-high-value").treated == 1


def test_a_goal_may_ask_for_true_or_false_and_for_a_value(
    playbook: Playbook,
    make_person: Callable[..., int],
    enter: Callable[..., Enrolment],
    as_of: datetime,
) -> None:
    then = as_of - timedelta(days=100)
    for n, properties in enumerate(('{"online": true}', '{"online": false}', "{}")):
        enter(make_person(f"t{n}@example.org"), "treated", then)
        order(f"t{n}@example.org", then + timedelta(days=10), properties)
    journey = playbook.journeys["thank-high-value"]
    assert journey.goal is not None

    for worth, reached in ((10, 1), (10.01, 0)):
        touchpoint = Happening(name="Order Completed", where={"online": True}, value_at_least=worth)
        goal = journey.goal.model_copy(update={"touchpoint": touchpoint})
        changed = {"thank-high-value": journey.model_copy(update={"goal": goal})}
        measure(as_of=as_of, playbook=playbook.model_copy(update={"journeys": changed}), again=True)
        assert Measure.objects.get(journey="thank-high-value").treated_reached == reached
