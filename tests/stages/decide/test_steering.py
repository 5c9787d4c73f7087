"""Pause holds people where they are; resume loses nobody; the outline counts them all."""

from __future__ import annotations

import pytest

from regard.decide.models import Enrolment
from regard.decide.selectors import journey_list, journey_outline
from regard.decide.services import pause_journey, resume_journey
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
    told,
)

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


def test_resuming_over_days_spreads_people_out(as_of):
    people = [a_person(now=as_of) for _ in range(8)]
    for person in people:
        says(person, *ALL, now=as_of)
        comes_into(person, "high-value", now=as_of)
    pause_journey(journey=JOURNEY, by="staff:1", now=as_of)
    decide(shop(), now=as_of)

    resume_journey(journey=JOURNEY, by="staff:1", now=as_of, release_days=10)

    dues = sorted(Enrolment.objects.values_list("due_at", flat=True))
    assert len(set(dues)) == len(people)
    assert as_of <= dues[0] <= dues[-1] < as_of + days(10)


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
