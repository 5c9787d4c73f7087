"""What docs/how-to/add-a-check.md promises. Run in a house that followed the page."""

from __future__ import annotations

import pytest

from regard.operations.checks import ALL, State, run_checks
from regard.profile.keeping import make_promise
from tests.cast.clock import days
from tests.cast.people import a_person

pytestmark = pytest.mark.django_db


def of_promises(now):
    (check,) = [check for check in ALL if check.__name__ == "check_promises"]
    return run_checks((check,), now=now)[0]


def test_the_doctor_asks_for_promises_that_were_forgotten(as_of):
    person = a_person(now=as_of)
    assert of_promises(as_of).state is State.OK

    make_promise(person=person, text="Call back", due_at=as_of, by="staff:1", now=as_of - days(1))
    assert of_promises(as_of + days(6)).state is State.OK
    late = of_promises(as_of + days(8))
    assert (late.state, late.words, bool(late.fix)) == (State.WARNING, "1 late by a week or more", True)
