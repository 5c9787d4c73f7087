"""The replay of stored cycles equals what the live run did, row by row."""

from __future__ import annotations

from random import Random

import pytest

from regard.decide.models import Decision
from regard.decide.replay.stored import replay_stored
from regard.decide.services import pause_journey
from regard.kernel.issues import Refused
from tests.stages.decide.cast import (
    ALL,
    JOURNEY,
    a_person,
    comes_into,
    days,
    decide,
    does,
    says,
    shop,
)

pytestmark = pytest.mark.django_db
ZONES = ("Europe/London", "America/Los_Angeles", "Asia/Tokyo", "")


@pytest.mark.parametrize("seed", [4, 6])
def test_a_made_up_month_comes_out_the_same(as_of, seed):
    chance, playbook = Random(seed), shop()
    people = [
        a_person(now=as_of - days(9), zone=chance.choice(ZONES), held_out=n == 0) for n in range(8)
    ]
    for person in people:
        says(person, *chance.sample(ALL, chance.randint(0, 3)), now=as_of - days(8))
    now = as_of
    for _ in range(9):
        for person in chance.sample(people, 3):
            act = chance.choice(("segment", "order", "answer", "word", "withdrawal", "late"))
            if act == "segment":
                comes_into(person, "high-value", now=now)
            elif act == "answer":
                does(
                    person,
                    "Survey Answered",
                    now=now,
                    score=chance.randint(0, 10),
                    survey="after-order",
                )
            elif act in ("word", "withdrawal"):
                says(person, chance.choice(ALL), now=now, granted=act == "word")
            else:
                does(person, "Order Completed", now=now - days(2 if act == "late" else 0.01))
        decide(playbook, now=now)
        now += days(chance.choice((0.2, 0.9, 3)))

    compared = replay_stored(playbook=playbook)

    assert compared.differences == {}
    assert compared.decisions == Decision.objects.count() > 0


def test_it_goes_as_far_as_nobody_steered_and_says_so(as_of):
    ana, ben = a_person(now=as_of), a_person(now=as_of)
    for person in (ana, ben):
        says(person, *ALL, now=as_of)
    comes_into(ana, "high-value", now=as_of)
    decide(shop(), now=as_of)
    pause_journey(journey=JOURNEY, by="staff:1", now=as_of)
    comes_into(ben, "high-value", now=as_of + days(1))
    decide(shop(), now=as_of + days(1))

    compared = replay_stored(playbook=shop())

    assert (compared.cycles, compared.of, compared.differences) == (1, 2, {})
    assert "colleagues" in compared.ended_by
    assert compared.decisions == 1


def test_it_is_refused_where_somebody_steered_before_the_first_cycle(as_of):
    a_person(now=as_of)
    pause_journey(journey=JOURNEY, by="staff:1", now=as_of)
    decide(shop(), now=as_of)
    with pytest.raises(Refused, match="colleagues"):
        replay_stored(playbook=shop())
