"""The law of a replay's membership: at every midnight and after every touchpoint it equals a plain run at that clock."""

from __future__ import annotations

from bisect import bisect_right
from random import Random

import numpy as np
import pytest
from django.db import transaction

from regard.collect.sequence import allot_sequence, last_sequence
from regard.consent.models import Restriction
from regard.decide.replay.membership import membership_over
from regard.decide.replay.moments import Days
from regard.engine.bench.store import Workbench
from regard.engine.understanding.plan import Coordinates, Understanding, segment_column
from regard.engine.understanding.questions import cut_down
from regard.kernel.instant import HOUR_US, MINUTE_US, to_us
from regard.kernel.sql import Sql
from regard.playbooks.load import load_playbook
from regard.playbooks.values.windows import Clock
from regard.understand.running.copy_of_log import open_log
from regard.understand.running.cuts import lay_cuts, taken_cuts
from regard.understand.running.laying import lay_inputs
from regard.versions.selectors import shipped_text
from tests.cast.clock import days
from tests.cast.log import does
from tests.cast.people import a_person, says
from tests.cast.playbooks import shop

pytestmark = pytest.mark.django_db
GRID = 15 * MINUTE_US
NAMES = ("Order Completed", "Order Completed", "Product Added", "Survey Answered", "Task Opened")
CALENDAR = """  bought-this-month:
    name: Bought this month
    who: {did: Order Completed, during: this month}
"""


def a_world(chance, now):
    """Some people over a year and a half, a part of it within the last days; returns them, and who did something when."""
    did = []
    people = [a_person(now=now - days(600)) for _ in range(9)]
    for person in people:
        if chance.random() < 0.7:
            says(person, "offers", now=now - days(chance.uniform(0, 60)))
        if chance.random() < 0.3:
            says(person, "offers", now=now - days(chance.uniform(0, 30)), granted=False)
        for _ in range(chance.randint(0, 14)):
            back = chance.choice((chance.uniform(0, 10), chance.uniform(10, 450)))
            name = chance.choice(NAMES)
            score = chance.randint(0, 10) if name == "Survey Answered" else None
            does(person, name, now=now - days(back), score=score, kind="product")
            did.append((person, to_us(now - days(back))))
    return people, did


def objects(person, *, now):
    with transaction.atomic():
        Restriction.objects.create(seq=allot_sequence(), person_id=person, kind="objected", by="test", at=now)


def run_at(playbook, at_us, cuts):
    """Who is in which segment at an instant, by a plain run; and the cut points where they were set anew."""
    at = Coordinates(Clock(at_us, playbook.company.time_zone), last_sequence())
    log = open_log(at.upto)
    understanding = Understanding(playbook, at, log.codes, keep_cuts=cuts is not None)
    with Workbench() as bench:
        lay_inputs(bench, understanding, log)
        if cuts is not None:
            lay_cuts(bench, understanding, cuts)
        understanding.plan().run(bench)
        found = {
            (person, name)
            for name in playbook.segments
            for person in bench.take(Sql(f"SELECT person FROM result WHERE {segment_column(name)}"))
            .column("person")
            .to_pylist()
        }
        set_anew = {n: e["at"] for n, e in taken_cuts(bench, understanding).items()}
    return found, set_anew


def inside(membership, at_us):
    rows = membership.to_pylist()
    return {(r["person"], r["segment"]) for r in rows if r["from_us"] <= at_us < r["to_us"]}


def stretch(now, back=9, zone="Europe/London"):
    start = to_us(now - days(back)) + 7 * HOUR_US
    return Days.of(from_us=start, to_us=to_us(now), grid_us=GRID, zone=zone)


@pytest.mark.parametrize("seed", [1, 2])
def test_it_equals_a_plain_run_at_every_midnight_and_touchpoint(as_of, seed):
    chance, playbook = Random(seed), shop()
    people, did = a_world(chance, as_of)
    objects(people[0], now=as_of - days(4))
    over = stretch(as_of)
    names = tuple(playbook.segments)
    found = membership_over(playbook, names, over, upto=last_sequence())
    part = cut_down(playbook, segments=names)
    assert found.why_daily == ""

    cuts = {}
    for day in over.starts:
        told, cuts[day] = run_at(part, day, None)
        assert inside(found.table, day) == told
    for person, at_us in chance.sample([d for d in did if d[1] > over.start], 12):
        at = int(over.strike(np.array([at_us]))[0])
        morning = over.starts[bisect_right(over.starts, at) - 1]
        told = run_at(part, at, cuts[morning])[0]
        assert {x for x in inside(found.table, at) if x[0] == person} == {x for x in told if x[0] == person}


def test_an_order_counts_from_the_next_quarter_of_an_hour(as_of):
    ana = a_person(now=as_of - days(100))
    does(ana, "Order Completed", now=as_of - days(7.4))
    found = membership_over(shop(), ("new",), stretch(as_of), upto=last_sequence())

    (row,) = found.table.to_pylist()

    late = row["from_us"] - to_us(as_of - days(7.4))
    assert 0 <= late < GRID
    assert row["to_us"] > to_us(as_of)


def test_calendar_periods_are_worked_out_at_midnights_and_said_so(as_of):
    text = shipped_text().replace("segments:\n  high-value:", f"segments:\n{CALENDAR}  high-value:")
    playbook = load_playbook(text).playbook
    ana, ben = a_person(now=as_of - days(600)), a_person(now=as_of - days(600))
    does(ana, "Order Completed", now=as_of - days(8))
    does(ben, "Order Completed", now=as_of - days(3.3))
    over = stretch(as_of)

    found = membership_over(playbook, ("bought-this-month",), over, upto=last_sequence())

    assert "calendar" in found.why_daily
    part = cut_down(playbook, segments=("bought-this-month",))
    for day in over.starts:
        assert inside(found.table, day) == run_at(part, day, None)[0]


def test_nobody_is_anywhere_before_we_heard_of_them(as_of):
    text = shipped_text().replace(
        "segments:\n  high-value:",
        "segments:\n  everybody:\n    name: Everybody\n    who: {trait: order_count, at_least: 0}\n  high-value:",
    )
    ana = a_person(now=as_of - days(5))
    does(ana, "Product Added", now=as_of - days(8))
    found = membership_over(load_playbook(text).playbook, ("everybody",), stretch(as_of), upto=last_sequence())

    (row,) = found.table.to_pylist()

    assert 0 <= row["from_us"] - to_us(as_of - days(8)) < GRID


def test_a_day_before_anybody_was_known_has_cut_points_of_nobody(as_of):
    ana = a_person(now=as_of - days(2))
    does(ana, "Order Completed", now=as_of - days(2))

    found = membership_over(shop(), tuple(shop().segments), stretch(as_of), upto=last_sequence()).table.to_pylist()

    assert {row["segment"] for row in found} >= {"new", "first-order"}
    assert all(row["from_us"] >= to_us(as_of - days(2)) for row in found)
