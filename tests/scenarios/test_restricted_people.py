"""Who is restricted, or objects, is stored and appears in nothing that is worked out, decided or sent (promise D7)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from regard.act.models import HumanTask, Message
from regard.collect.models import Touchpoint
from regard.consent.services import lift_restriction, restrict
from regard.decide.models import Decision
from regard.flow import receive, run_cycle
from regard.kernel.instant import from_us
from regard.understand.models import Standing
from regard.understand.selectors import people_in_segment
from regard.versions.services import apply_shipped_playbook
from tests.cast.consents import agrees
from tests.cast.log import NOON_US, a_source, message
from tests.permission import may_contact

pytestmark = pytest.mark.django_db(transaction=True)
NOW = from_us(NOON_US)
DAY = timedelta(days=1)


def a_good_customer(name: str) -> int:
    """Somebody who bought a lot, lately, and agreed to everything."""
    source = a_source()
    told = [
        message(
            source=source,
            type="identify",
            user=name,
            email=f"{name}@example.org",
            days=-300,
            traits={},
        )
    ]
    told += [
        message(
            source=source,
            user=name,
            name="Order Completed",
            days=-days,
            value_minor=90_000,
            currency="USD",
            properties='{"order_id": "' + f"{name}-{days}" + '"}',
        )
        for days in (250, 160, 90, 40, 3)
    ]
    person = receive(told, now=NOW)[0].origin
    for purpose in ("offers", "surveys"):
        agrees(person=person, purpose=purpose, source="test", now=NOW - 200 * DAY)
    return person


@pytest.fixture
def shop():
    """Ten good customers and a crowd of small ones, so that high value means something."""
    apply_shipped_playbook(now=NOW - 400 * DAY)
    source = a_source()
    receive(
        [
            message(
                source=source,
                user=f"small-{n}",
                name="Order Completed",
                days=-100,
                value_minor=500,
                currency="USD",
            )
            for n in range(60)
        ],
        now=NOW,
    )
    return [a_good_customer(f"good-{n}") for n in range(6)]


def appears(person: int) -> set[str]:
    """Where a person is seen in what was worked out as it stands."""
    found = set()
    if Standing.objects.filter(person_id=person).exists():
        found.add("standing")
    if person in people_in_segment("high-value"):
        found.add("segment")
    return found


@pytest.mark.parametrize("kind", ["restricted", "objected"])
def test_they_are_in_nothing_from_the_first_cycle_on(shop, kind):
    limited, free = shop[0], shop[1]
    restrict(person=limited, kind=kind, by="staff:1", now=NOW)
    run_cycle(as_of=NOW)
    assert appears(free) == {"standing", "segment"}
    assert appears(limited) == set()
    for model in (Decision, Message, HumanTask):
        assert not model.objects.filter(person_id=limited).exclude(**_refused(model)).exists()
    assert not may_contact(limited, "offers", "email", NOW)
    assert Touchpoint.objects.filter(origin=limited).exists(), "stored, and nothing else"


@pytest.mark.parametrize("kind", ["restricted", "objected"])
def test_they_leave_what_they_were_in_and_come_back_when_it_is_lifted(shop, kind):
    person = shop[0]
    run_cycle(as_of=NOW)
    assert appears(person) == {"standing", "segment"}
    restrict(person=person, kind=kind, by="staff:1", now=NOW + DAY)
    run_cycle(as_of=NOW + DAY)
    assert appears(person) == set()
    lift_restriction(person=person, kind=kind, by="staff:1", now=NOW + 2 * DAY)
    run_cycle(as_of=NOW + 2 * DAY)
    assert appears(person) == {"standing", "segment"}


def _refused(model) -> dict[str, str]:
    """A no-go that says why is a record of the refusal, not a use."""
    return {"verdict": "no"} if model is Decision else {}
