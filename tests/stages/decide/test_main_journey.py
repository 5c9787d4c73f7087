"""The main journey, step by step: a letter, an order, a question, and an answer to the answer."""

from __future__ import annotations

import pytest

from regard.decide.models import Decision, Enrolment
from tests.cast.clock import days
from tests.cast.log import does
from tests.cast.people import ALL, a_person, says
from tests.cast.playbooks import shop
from tests.cast.segments import comes_into
from tests.stages.decide.cast import decide, told

pytestmark = pytest.mark.django_db


def test_who_agreed_gets_the_letter_and_who_did_not_is_told_why_not(as_of):
    ana, ben = a_person(now=as_of), a_person(now=as_of)
    says(ana, *ALL, now=as_of)
    for person in (ana, ben):
        comes_into(person, "high-value", now=as_of)

    report = decide(shop(), now=as_of)

    assert told(ana) == [("offer", "go", "go")]
    assert told(ben) == [("offer", "no", "no_consent")]
    assert report.go == tuple(Decision.objects.filter(person_id=ana).values_list("id", flat=True))
    assert "Never agreed to offers by email" in Decision.objects.get(person_id=ben).words


def test_deciding_twice_changes_nothing(as_of):
    ana = a_person(now=as_of)
    says(ana, *ALL, now=as_of)
    comes_into(ana, "high-value", now=as_of)

    decide(shop(), now=as_of)
    again = decide(shop(), now=as_of)

    assert again.go == ()
    assert told(ana) == [("offer", "go", "go")]
    assert Enrolment.objects.count() == 1


def test_a_delighted_customer_is_invited_within_the_cap(as_of):
    ana = a_person(now=as_of)
    says(ana, *ALL, now=as_of)
    comes_into(ana, "high-value", now=as_of)
    decide(shop(), now=as_of)

    does(ana, "Order Completed", now=as_of + days(1))
    decide(shop(), now=as_of + days(1.01))
    does(ana, "Survey Answered", now=as_of + days(3), score=10, survey="after-order")
    decide(shop(), now=as_of + days(3.01))

    assert told(ana) == [("offer", "go", "go"), ("ask", "go", "go"), ("invite", "wait", "cap")]

    decide(shop(), now=as_of + days(8.05))

    assert told(ana)[-1] == ("invite", "go", "go")
    assert Enrolment.objects.get().state == "finished"


def test_an_unhappy_customer_becomes_a_task_and_promotions_pause(as_of):
    ana = a_person(now=as_of)
    says(ana, *ALL, now=as_of)
    comes_into(ana, "high-value", now=as_of)
    decide(shop(), now=as_of)
    does(ana, "Order Completed", now=as_of + days(1))
    decide(shop(), now=as_of + days(1.01))

    does(ana, "Survey Answered", now=as_of + days(2), score=3, survey="after-order")
    decide(shop(), now=as_of + days(2.01))

    assert told(ana)[-1] == ("make-it-right", "go", "go")


def test_nobody_who_answered_another_survey_is_taken_for_this_one(as_of):
    ana = a_person(now=as_of)
    says(ana, *ALL, now=as_of)
    comes_into(ana, "high-value", now=as_of)
    decide(shop(), now=as_of)
    does(ana, "Order Completed", now=as_of + days(1))
    decide(shop(), now=as_of + days(1.01))

    does(ana, "Survey Answered", now=as_of + days(2), score=10, survey="something-else")
    decide(shop(), now=as_of + days(2.01))

    assert told(ana)[-1] == ("ask", "go", "go")
    decide(shop(), now=as_of + days(16))
    assert Enrolment.objects.get().end_reason == "did not answer"


def test_who_is_held_out_hears_nothing_and_is_counted(as_of):
    cleo = a_person(now=as_of, held_out=True)
    says(cleo, *ALL, now=as_of)
    comes_into(cleo, "high-value", now=as_of)

    decide(shop(), now=as_of)

    assert told(cleo) == [("offer", "no", "held_out")]
    assert Enrolment.objects.get().arm == "held_out"


def test_at_night_the_letter_waits_for_the_persons_own_morning(as_of):
    ana = a_person(now=as_of, zone="America/Los_Angeles")  # noon in London is four in the morning there
    says(ana, *ALL, now=as_of)
    comes_into(ana, "high-value", now=as_of)

    decide(shop(), now=as_of)
    waiting = Decision.objects.get()
    assert (waiting.verdict, waiting.reason) == ("wait", "quiet_hours")
    assert waiting.retry_at == as_of.replace(hour=17)

    decide(shop(), now=as_of.replace(hour=17))
    assert told(ana) == [("offer", "go", "go")]


def test_what_is_known_ahead_of_its_time_counts_when_its_time_comes(as_of):
    ana = a_person(now=as_of)
    says(ana, *ALL, now=as_of)
    comes_into(ana, "high-value", now=as_of)
    does(ana, "Order Completed", now=as_of + days(3))  # a clock that runs ahead, or a history laid out beforehand
    decide(shop(), now=as_of)
    decide(shop(), now=as_of + days(1))
    assert told(ana) == [("offer", "go", "go")]
    decide(shop(), now=as_of + days(3.1))
    assert told(ana)[-1] == ("ask", "go", "go")
