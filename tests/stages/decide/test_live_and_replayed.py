"""The law of a replay: over days that did run live it finds what the live run decided, message by message.

A small shop lives twelve days, every six hours a refresh and a cycle (every twelve where its story is written out: most
cycles find nothing to do then, and planning them is all they cost). A replay of the same days, and one that begins in the
middle of them, must come to the same messages, reasons and tasks at the same hours. Nobody answers anything: what would
have been answered is the one thing a replay cannot know.
"""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from django.db import transaction

from regard.collect.sequence import allot_sequence
from regard.consent.suppression import lift_suppression, suppress
from regard.decide.models import Decision
from regard.decide.replay.what_if import Span, replay_playbook
from regard.identify.joining import merge_people
from regard.identify.models import Identifier
from regard.kernel.instant import HOUR_US, to_us
from regard.profile.models import Card, FieldChange
from regard.understand import services as understanding
from tests.cast.clock import days
from tests.cast.log import does
from tests.cast.people import ALL, a_person, says
from tests.cast.playbooks import shop
from tests.stages.decide.cast import decide

pytestmark = pytest.mark.django_db
STEP, COARSE = timedelta(hours=6), timedelta(hours=12)
ZONES = ("Europe/London", "America/Los_Angeles", "Asia/Tokyo")
JOURNEYS = """
journeys:
  after-order:
    name: After an order
    owner: maya
    entry:
      - {on: touchpoint, touchpoint: Order Completed}
    reentry: {after: 2d}
    steps:
      - {step: pause, do: wait, for: 12h}
      - {step: letter, do: send, template: second-order, purpose: offers, from: maya, worth: 2}
      - {step: another, do: wait_for, touchpoint: Order Completed, timeout: 3d}
      - {step: morning, do: wait, until_hour: "10:00"}
      - step: which
        do: branch
        cases:
          - label: good customers
            when: {kind: in_segment, segment: high-value}
            then:
              - {step: call, do: task, kind: check_in, title: Call them, minutes: 5, due_in: 1d}
        otherwise:
          - {step: ask, do: ask, survey: after-order, purpose: surveys, from: maya}
"""
MORE = ("\njourneys:\n", JOURNEYS)
CROWDS = ("guardrails:\n", "guardrails:\n  approval_above: 2\n")


def tells(person, *, now, **fields):
    """They tell us something of themselves."""
    card = Card.objects.get(person_id=person)
    for name, value in fields.items():
        with transaction.atomic():
            FieldChange.objects.create(
                seq=allot_sequence(), person_id=person, name=name, value=value, by="customer", occurred_at=now
            )
    card.fields = {**card.fields, **fields}
    card.save()


def is_known_by(person, address, *, now):
    """We learn an address of theirs."""
    with transaction.atomic():
        Identifier.objects.create(
            kind="email", value=address, person_id=person, seq=allot_sequence(), first_seen_at=now
        )


def something_happens(chance, people, now):
    """One of the things that may happen to somebody between two cycles."""
    person = chance.choice(people)
    what = chance.choice(("order", "order", "order", "word", "withdrawal", "moved", "basket"))
    if what in ("order", "basket"):
        does(person, "Order Completed" if what == "order" else "Product Added", now=now)
    elif what == "moved":
        tells(person, now=now, time_zone=chance.choice(ZONES))
    else:
        says(person, chance.choice(ALL), now=now, granted=what == "word")


def live(playbook, start, end, happens, step=STEP):
    """Refresh and decide at every step, from `start` on; `happens(now)` is what lay before."""
    now = start
    while now <= end:
        happens(now)
        if now.hour == 0 or now == start:
            understanding.refresh(as_of=now, playbook=playbook)
        else:
            understanding.cycle(as_of=now, playbook=playbook, cuts_last=days(99))
        decide(playbook, now=now)
        now += step


def decided(since):
    """What the live run decided after an instant."""
    rows = Decision.objects.filter(enrolment__isnull=False, as_of__gt=since)
    return {(r.journey, r.step, r.person_id, r.verdict, r.reason, to_us(r.as_of)) for r in rows}


def replayed(playbook, start, end, since, step=STEP, **more):
    """What a replay decides after an instant, where no answer is supposed: the last word of each decision."""
    replay = replay_playbook(playbook=playbook, span=Span(start, end, int(step / timedelta(hours=1)) * HOUR_US), **more)
    last = {}
    for row in sorted(replay.moved.decisions.to_pylist(), key=lambda r: r["t"]):
        if row["world"] == 0:
            last[row["eid"], row["pc"]] = row
    return {
        (r["journey"], r["step"], r["person"], r["verdict"], r["code"], r["t"])
        for r in last.values()
        if r["t"] > to_us(since)
    }, replay


def a_shop(chance, as_of):
    """Twelve customers with a history; some agreed to much, some to little."""
    people = [a_person(now=as_of - days(300), held_out=n == 0) for n in range(12)]
    for person in people:
        tells(person, now=as_of - days(299), time_zone=chance.choice(ZONES))
        says(person, *chance.sample(ALL, chance.randint(1, 3)), now=as_of - days(200))
        for _ in range(chance.randint(0, 6)):
            does(person, "Order Completed", now=as_of - days(chance.uniform(20, 290)))
    return people


@pytest.mark.parametrize("seed", [1, 2])
def test_it_decides_as_the_live_run_did(as_of, seed):
    chance, playbook = Random(seed), shop(MORE)
    people, start = a_shop(chance, as_of), as_of - days(12)

    def happens(now):
        for _ in range(chance.randint(0, 4)):
            something_happens(chance, people, now - timedelta(minutes=chance.randint(1, 350)))

    live(playbook, start, as_of, happens)
    whole, _ = replayed(playbook, start, as_of, start)
    middle = start + days(5)
    later, replay = replayed(playbook, middle, as_of, middle)

    assert len(decided(start)) > 10
    assert whole == decided(start)
    assert replay.inside_before > 0
    assert later == decided(middle)


def test_addresses_and_suppression_count_from_when_they_came(as_of):
    playbook, start = shop(MORE), as_of - days(12)
    ana, ben, cleo = (a_person(now=start - days(9), email=n == 1) for n in range(3))
    for person in (ana, ben, cleo):
        says(person, *ALL, now=start - days(8))

    def happens(now):
        day, then = (now - start).days, now - timedelta(minutes=30)
        if now.hour != 12:
            return
        if day in (0, 4, 8):
            for person in (ana, ben, cleo):
                does(person, "Order Completed", now=then)
        if day == 3:
            is_known_by(ana, "ana@example.org", now=then)
            tells(cleo, email="cleo@example.org", now=then)
        if day == 2:
            suppress(address=f"p{ben}@example.org", channel="email", reason="staff", now=then)
        if day == 7:
            lift_suppression(address=f"p{ben}@example.org", channel="email", reason="staff", now=then)

    live(playbook, start, as_of, happens, COARSE)
    found, _ = replayed(playbook, start, as_of, start, COARSE)

    assert {r[4] for r in found} >= {"no_address", "suppressed", "go"}
    assert found == decided(start)


def test_what_somebody_else_did_is_theirs_from_the_joining_on(as_of):
    playbook, start = shop(MORE), as_of - days(12)
    ana, visitor = a_person(now=start - days(300)), a_person(now=start - days(100), email=False)
    says(ana, *ALL, now=start - days(200))
    for back in (100, 70, 40, 20, 10):
        does(visitor, "Order Completed", now=start - days(back))

    def happens(now):
        if now == start + days(1):
            does(ana, "Order Completed", now=now - timedelta(minutes=9))
        if now == start + days(6):
            merge_people(survivor=ana, absorbed=visitor, by="staff:1", now=now - timedelta(minutes=5), evidence={})

    live(playbook, start, as_of, happens, COARSE)
    found, _ = replayed(playbook, start, as_of, start, COARSE)

    assert found == decided(start)


@pytest.mark.parametrize("after", [None, timedelta(hours=12)])
def test_a_crowd_is_held_as_it_was(as_of, after):
    playbook, start = shop(MORE, CROWDS), as_of - days(12)
    people = [a_person(now=start - days(300)) for _ in range(5)]
    for person in people:
        says(person, *ALL, now=start - days(200))

    def happens(now):
        if now == start + days(1):
            for person in people:
                does(person, "Order Completed", now=now - timedelta(minutes=9))
        if now == start + days(4):
            does(people[0], "Order Completed", now=now - timedelta(minutes=9))

    live(playbook, start, as_of, happens, COARSE)

    found, replay = replayed(
        playbook,
        start,
        as_of,
        start,
        COARSE,
        approves_after_us=None if after is None else round(after.total_seconds()) * 1_000_000,
    )
    went = {row[2] for row in found if row[1] == "letter" and row[3] == "go"}

    assert {one.step for one in replay.held} >= {"letter"}
    if after is None:
        assert not went
        lasts = [{(r[2], r[3], r[4]) for r in rows if r[1] == "letter"} for rows in (found, decided(start))]
        assert lasts[0] == lasts[1] == {(person, "wait", "needs_approval") for person in people}
    else:
        assert went == set(people)
