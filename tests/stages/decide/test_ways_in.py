"""Each way in is found by one rule, whether it is asked of now, of a stored cycle or of days that are gone."""

from __future__ import annotations

import pytest

from regard.collect.sequence import allot_sequence
from regard.decide.facts.ways_in import FINDERS
from regard.decide.replay.what_if import Span, replay_playbook
from regard.identify.models import Account, AccountMember
from regard.playbooks.entries import KINDS
from tests.cast.clock import days
from tests.cast.log import does
from tests.cast.people import a_person
from tests.cast.playbooks import shop

WHOLE_ACCOUNT = """
  hello-account:
    name: Hello account
    owner: maya
    entry: [{on: touchpoint, touchpoint: Order Completed, whose: account}]
    steps: [{step: rest, do: wait, for: 2d}]
"""
QUIET = """
  quiet-ones:
    name: Quiet ones
    owner: maya
    entry: [{on: silence, of: 30d}]
    steps: [{step: rest, do: wait, for: 2d}]
"""


def entered(journey: str, text: str, as_of) -> set[int]:
    replay = replay_playbook(
        playbook=shop(("\njourneys:\n", f"\njourneys:\n{text}")), span=Span(as_of - days(3), as_of)
    )
    number = next(c.number for c in replay.program.journeys if c.name == journey)
    return {row["person"] for row in replay.moved.enrolments.to_pylist() if row["number"] == number}


def test_every_kind_of_entry_has_its_finder():
    assert set(FINDERS) == set(KINDS)


@pytest.mark.django_db
def test_a_replay_lets_the_whole_account_in_as_live(as_of):
    ana, ben, other = (a_person(now=as_of - days(40)) for _ in range(3))
    account = Account.objects.create(public_id="0" * 32, external_id="firm", created_at=as_of - days(40))
    for person in (ana, ben):
        AccountMember.objects.create(account=account, person_id=person, seq=allot_sequence(), since_at=as_of - days(40))
    does(ana, "Order Completed", now=as_of - days(1))
    does(other, "Order Completed", now=as_of - days(9))
    assert entered("hello-account", WHOLE_ACCOUNT, as_of) == {ana, ben}


@pytest.mark.django_db
def test_a_replayed_silence_is_broken_by_a_word_before_the_clock_strikes_again(as_of):
    ana, ben = (a_person(now=as_of - days(40)) for _ in range(2))
    minute = days(1 / 1440)
    for person in (ana, ben):
        does(person, "Page Viewed", now=as_of - days(31) + minute)
    does(ana, "Page Viewed", now=as_of - days(1) + 5 * minute)
    assert entered("quiet-ones", QUIET, as_of) == {ben}
