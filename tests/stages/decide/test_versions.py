"""An edit of a live journey moves and repeats nothing for those inside (promise C11)."""

from __future__ import annotations

import pytest

from regard.decide.models import Decision, Enrolment
from regard.decide.selectors import journey_outline
from regard.decide.services import preview_publishing
from tests.cast.clock import days
from tests.cast.log import does
from tests.cast.people import ALL, JOURNEY, a_person, says
from tests.cast.playbooks import shop
from tests.cast.segments import comes_into
from tests.stages.decide.cast import decide, told

pytestmark = pytest.mark.django_db


def test_people_inside_finish_on_the_version_they_began(as_of):
    ana, ben = a_person(now=as_of), a_person(now=as_of)
    for person in (ana, ben):
        says(person, *ALL, now=as_of)
    comes_into(ana, "high-value", now=as_of)
    decide(shop(), now=as_of)
    shorter = shop(("timeout: 60d", "timeout: 2d"))

    comes_into(ben, "high-value", now=as_of + days(1))
    decide(shorter, now=as_of + days(1))
    decide(shorter, now=as_of + days(4))

    versions = dict(Enrolment.objects.values_list("person_id", "version"))
    assert versions[ana] != versions[ben]
    assert told(ana) == [("offer", "go", "go")]
    assert Enrolment.objects.get(person_id=ana).state == "active"
    assert Enrolment.objects.get(person_id=ben).end_reason == "did not order again in time"
    does(ana, "Order Completed", now=as_of + days(5))
    decide(shorter, now=as_of + days(5))
    assert told(ana)[-1] == ("ask", "go", "go")


def test_an_edit_repeats_no_message(as_of):
    ana = a_person(now=as_of)
    says(ana, *ALL, now=as_of)
    comes_into(ana, "high-value", now=as_of)
    decide(shop(), now=as_of)

    for hour, name in enumerate(("Thank our very best", "Thank our dearest"), 1):
        decide(shop(("name: Thank our best customers", f"name: {name}")), now=as_of + days(hour))

    assert Decision.objects.filter(person_id=ana, step="offer").count() == 1
    assert Enrolment.objects.count() == 1


def test_publishing_says_beforehand_who_is_inside_and_who_would_come_in(as_of):
    ana = a_person(now=as_of)
    says(ana, *ALL, now=as_of)
    comes_into(ana, "high-value", now=as_of)
    decide(shop(), now=as_of)

    shown = {row.journey: row for row in preview_publishing(shop(("timeout: 60d", "timeout: 30d")))}

    assert shown[JOURNEY].is_changed
    assert shown[JOURNEY].inside == 1
    assert shown[JOURNEY].finish_on_theirs == 1
    assert not shown["gone-quiet"].is_changed
    assert journey_outline(shop(), JOURNEY).versions[0][1] == 1
