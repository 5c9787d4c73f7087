"""A cycle looks at whom something happened to, and at nobody twice for the same change of a segment."""

from __future__ import annotations

from datetime import timedelta

import pytest

from regard.decide.models import Cycle, Decision
from tests.cast.people import ALL, a_person, says
from tests.cast.playbooks import shop
from tests.cast.segments import comes_into
from tests.stages.decide.cast import decide

MINUTE = timedelta(minutes=1)
pytestmark = pytest.mark.django_db


def test_a_change_of_a_segment_is_news_once(as_of):
    ana, ben = a_person(now=as_of), a_person(now=as_of, held_out=True)
    for person in (ana, ben):
        says(person, *ALL, now=as_of)
        comes_into(person, "high-value", now=as_of)
    playbook = shop()
    assert decide(playbook, now=as_of).people == 2
    assert decide(playbook, now=as_of + MINUTE).people == 0
    comes_into(ben, "lapsed", now=as_of + 2 * MINUTE)
    assert decide(playbook, now=as_of + 2 * MINUTE).people <= 1
    assert decide(playbook, now=as_of + 3 * MINUTE).people == 0
    assert Decision.objects.filter(person_id=ana).count() == 1


def test_a_change_seen_by_a_cycle_that_broke_off_is_news_again(as_of):
    ana = a_person(now=as_of)
    says(ana, *ALL, now=as_of)
    playbook = shop()
    decide(playbook, now=as_of)
    comes_into(ana, "high-value", now=as_of + MINUTE)
    Cycle.objects.create(as_of=as_of + MINUTE, upto=10**6, playbook_hash="", started_at=as_of + MINUTE)
    assert decide(playbook, now=as_of + 2 * MINUTE).entered >= 1
