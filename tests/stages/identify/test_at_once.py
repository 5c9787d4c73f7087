"""Several processes meet the same new person at the same moment: one person is made, and none is joined twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, transaction

from regard.consent.models import Consent
from regard.consent.services import ToldWord, lock_people, record_consents
from regard.flow import receive
from regard.identify.models import Identifier, Joining, Person
from regard.identify.selectors import survivor_of
from regard.identify.services import merge_people
from regard.kernel.instant import from_us
from regard.kernel.issues import Refused
from regard.profile.models import Card
from regard.profile.services import follow_people
from tests.cast.log import NOON_US, a_source, message

pytestmark = pytest.mark.django_db(transaction=True)
NOW = from_us(NOON_US)
AT_ONCE = 6


def all_at_once(work) -> list:
    """Run `work(number)` in threads that start together, each with its own connection."""
    start = Barrier(AT_ONCE)

    def one(number: int):
        start.wait()
        try:
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, range(AT_ONCE)))


def test_the_same_new_person_is_made_once():
    source = a_source()

    def meet(number: int) -> list[int]:
        told = [
            message(source=source, user=f"user-{n}", anonymous=f"device-{n}", message_id=f"{number}-{n}")
            for n in range(20)
        ]
        return [row.origin for row in receive(told, now=NOW)]

    met = all_at_once(meet)
    assert all(origins == met[0] for origins in met)
    assert Person.objects.count() == 20
    assert Identifier.objects.count() == 40
    assert Card.objects.count() == 20


def test_a_visitor_is_stitched_once():
    source = a_source()
    receive([message(source=source, anonymous=f"device-{n}") for n in range(10)], now=NOW)

    def sign_in(number: int) -> None:
        told = [
            message(source=source, user=f"user-{n}", anonymous=f"device-{n}", message_id=f"{number}-{n}")
            for n in range(10)
        ]
        receive(told, now=NOW)

    all_at_once(sign_in)
    assert Joining.objects.count() == 10


def test_merges_in_every_direction_at_once_end_as_one_person():
    source = a_source()
    people = [row.origin for row in receive([message(source=source, user=f"u{n}") for n in range(4)], now=NOW)]

    def merge(number: int) -> None:
        for step in range(4):
            one, other = people[(number + step) % 4], people[(number + step + 1) % 4]
            try:
                with transaction.atomic():
                    merge_people(survivor=one, absorbed=other, by="staff:1", now=NOW, evidence={})
                    follow_people(now=NOW)
            except Refused:
                pass  # somebody else joined them first

    all_at_once(merge)
    assert len({survivor_of(person) for person in people}) == 1
    assert Joining.objects.count() == 3
    assert Card.objects.count() == 1


def test_withdrawals_receipts_and_locks_do_not_block_each_other_for_good():
    source = a_source()
    people = [row.origin for row in receive([message(source=source, user=f"u{n}") for n in range(5)], now=NOW)]

    def live(number: int) -> None:
        for step in range(5):
            person = people[(number + step) % 5]
            if number % 3 == 0:
                word = ToldWord(
                    person=person,
                    purpose="offers",
                    is_granted=False,
                    source="test",
                    occurred_us=NOON_US,
                    key=f"{number}-{step}",
                )
                record_consents(told=[word], now=NOW)
            elif number % 3 == 1:
                told = message(
                    source=source,
                    type="identify",
                    user=f"u{(number + step) % 5}",
                    anonymous=f"d{number}-{step}",
                    traits={"city": "Leeds"},
                    message_id=f"{number}-{step}",
                )
                receive([told], now=NOW)
            else:
                with transaction.atomic():
                    lock_people(people)
                    receive(
                        [message(source=source, origin=person, message_id=f"{number}-{step}")],
                        now=NOW,
                    )

    all_at_once(live)
    assert Consent.objects.count() == 10
