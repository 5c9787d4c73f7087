"""Who is quiet for long enough, and whose day has come: found in the few minutes that passed, and nobody is missed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from regard.collect.keeping.statistics import settle_statistics
from regard.collect.models import Cursor
from regard.identify.models import Person
from tests.cast.clock import days
from tests.cast.log import does
from tests.cast.people import a_person
from tests.cast.playbooks import shop
from tests.stages.decide.cast import decide

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
pytestmark = pytest.mark.django_db
DOORS = """
  quiet-ones:
    name: Quiet ones
    owner: maya
    entry: [{on: silence, of: 30d}]
    steps: [{step: rest, do: wait, for: 2d}]
  name-day:
    name: Name day
    owner: maya
    entry: [{on: date, field: name_day, yearly: true, at: "09:00"}]
    steps: [{step: rest, do: wait, for: 2d}]
"""
PLAYBOOK = ("\njourneys:\n", f"\njourneys:\n{DOORS}")


def inside(journey: str) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT person_id FROM decide_enrolment WHERE journey = %s ORDER BY person_id",
            [journey],
        )
        return [person for (person,) in cursor.fetchall()]


def test_who_was_quiet_for_thirty_days_comes_in_within_the_cycle_that_sees_it(as_of):
    playbook = shop(PLAYBOOK)
    quiet, spoke, written_to = (a_person(now=as_of - days(40)) for _ in range(3))
    for person in (quiet, spoke):
        does(person, "Page Viewed", now=as_of - days(30) + MINUTE)
    does(spoke, "Page Viewed", now=as_of - days(3))
    does(written_to, "Message Sent", now=as_of - days(30) + MINUTE, direction="out")
    decide(playbook, now=as_of)
    assert inside("quiet-ones") == []
    decide(playbook, now=as_of + 2 * MINUTE)
    assert inside("quiet-ones") == [quiet]
    decide(playbook, now=as_of + 3 * MINUTE)
    assert inside("quiet-ones") == [quiet]


def test_what_a_joined_person_said_since_breaks_the_silence(as_of):
    playbook = shop(PLAYBOOK)
    ana, anna, ben, benny = (a_person(now=as_of - days(40)) for _ in range(4))
    for person in (ana, benny):
        does(person, "Page Viewed", now=as_of - days(30) + MINUTE)
    does(anna, "Page Viewed", now=as_of - days(3))
    Person.objects.filter(id=anna).update(survivor_id=ana)
    Person.objects.filter(id=benny).update(survivor_id=ben)
    decide(playbook, now=as_of)
    decide(playbook, now=as_of + 2 * MINUTE)
    assert inside("quiet-ones") == [ben]


def test_everybodys_card_is_read_in_the_minute_that_may_be_theirs_and_in_no_other(as_of):
    playbook = shop(PLAYBOOK)
    nine = as_of.replace(hour=9, minute=0)  # in London, in winter
    theirs = a_person(now=as_of - days(40), name_day=f"1990-{nine:%m-%d}")
    a_person(now=as_of - days(40), name_day="1990-06-24")
    decide(playbook, now=nine - HOUR)
    with CaptureQueriesContext(
        connection,
    ) as before:
        decide(playbook, now=nine - MINUTE)
    with CaptureQueriesContext(connection) as then:
        decide(playbook, now=nine)
    assert [looks_at_cards(seen) for seen in (before, then)] == [False, True]
    assert inside("name-day") == [theirs]


def looks_at_cards(seen: CaptureQueriesContext) -> bool:
    return any("fields LIKE" in query["sql"] for query in seen.captured_queries)


def test_sqlite_is_told_about_its_tables_once_an_hour(as_of):
    a_person(now=as_of)
    is_sqlite = connection.vendor == "sqlite"  # PostgreSQL looks by itself
    done = [settle_statistics(now=as_of + n * HOUR / 2) for n in (0, 1, 2)]
    assert done == [is_sqlite, False, is_sqlite]
    assert Cursor.objects.filter(name="analysed").exists() == is_sqlite
