"""The counts of the Journeys pages are kept, never counted, and still exact: each story ends with conftest's comparison."""

from __future__ import annotations

import pytest

from regard.decide.models import Decision, DecisionTally, Enrolment, EnrolmentTally
from regard.decide.selectors import journey_list, journey_outline
from regard.decide.services import let_out, pause_journey, resume_journey
from regard.decide.tallies import DECIDED, STANDING, check_tallies
from regard.identify.models import Person
from regard.privacy.erasing import erase_person
from tests.cast.clock import days
from tests.cast.log import does
from tests.cast.people import JOURNEY
from tests.cast.playbooks import shop
from tests.stages.decide.cast import decide, offered

pytestmark = pytest.mark.django_db


def counted() -> tuple[int, int, int]:
    row = next(row for row in journey_list(shop()) if row.name == JOURNEY)
    return row.inside, row.went, row.delayed


def test_what_waits_and_then_goes_is_counted_once(as_of):
    offered(as_of)
    offered(as_of, zone="Asia/Tokyo")
    decide(shop(), now=as_of)
    assert counted() == (2, 1, 1)
    decide(shop(), now=as_of + days(0.6))  # morning in Tokyo
    assert counted() == (2, 2, 0)
    assert Decision.objects.count() == 2


def test_pausing_leaving_and_going_on_are_counted(as_of):
    ana, ben = offered(as_of), offered(as_of)
    decide(shop(), now=as_of)
    pause_journey(journey=JOURNEY, by="staff:1", now=as_of + days(0.1))
    assert set(EnrolmentTally.objects.filter(people__gt=0).values_list("state", "people")) == {("paused", 2)}
    assert let_out(journey=JOURNEY, person=ben, by="staff:1", now=as_of + days(0.2))
    resume_journey(journey=JOURNEY, by="staff:1", now=as_of + days(0.3))
    does(ana, "Order Completed", now=as_of + days(1))
    decide(shop(), now=as_of + days(1))
    assert counted()[0] == 1
    steps = {step.step: step.here for step in journey_outline(shop(), JOURNEY).steps}
    assert sum(steps.values()) == 1


def test_an_erased_person_is_counted_no_more(as_of):
    ana, ben = offered(as_of), offered(as_of)
    decide(shop(), now=as_of)
    erase_person(person=ana, by="staff:1", now=as_of + days(1))
    assert counted() == (1, 1, 0)
    assert not Person.objects.filter(id=ana).exists()
    Enrolment.objects.get(person_id=ben).delete()
    assert counted() == (0, 0, 0)


def test_a_wrong_tally_is_found_and_counted_again(as_of):
    offered(as_of)
    decide(shop(), now=as_of)
    assert check_tallies() == 0
    EnrolmentTally.objects.update(people=7)
    DecisionTally.objects.all().delete()
    assert check_tallies() == 2
    assert counted() == (1, 1, 0)
    assert check_tallies() == 0


def test_a_key_left_by_somebody_joined_then_is_not_decided_about_twice(as_of):
    """A decision is one row for ever: a new enrolment that comes by a key that is there writes none."""
    ana = offered(as_of)
    decide(shop(), now=as_of)
    (decision,) = Decision.objects.all()
    ben = offered(as_of + days(1))
    entry = f"in:{int((as_of + days(1)).timestamp() * 1_000_000)}"
    Decision.objects.filter(id=decision.id).update(key=f"{JOURNEY}/offer/{ben}/{entry}", verdict="wait")
    decide(shop(), now=as_of + days(1))
    assert Enrolment.objects.filter(person_id=ben).get().entry_key == entry
    (row,) = Decision.objects.all()
    assert (row.id, row.person_id, row.verdict) == (decision.id, ana, "go")
    assert STANDING.differences() == DECIDED.differences() == {}
