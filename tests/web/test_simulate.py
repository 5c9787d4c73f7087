"""Simulate: a replay from the journey's page, with who was inside and what a colleague is supposed to approve."""

from __future__ import annotations

from datetime import timedelta

import pytest

from regard.decide.models import Cycle, Enrolment
from tests.web.journeys import SLUG, shown, stands_at

pytestmark = pytest.mark.django_db


def test_who_was_inside_when_it_begins_is_told(owner, house):
    ines = stands_at(house, "ines@example.org", "next-order")
    long_ago = house.now - timedelta(days=40)
    Enrolment.objects.filter(id=ines.id).update(
        entered_at=long_ago,
        step_at=long_ago,
        since_at=long_ago,
        is_waiting=True,
        due_at=long_ago + timedelta(days=60),
    )

    page = shown(owner, f"/journeys/{SLUG}/replay?days=30")

    assert "1 person was inside already" in page


def test_what_a_colleague_approves_can_be_supposed(owner, house):
    form = shown(owner, f"/journeys/{SLUG}/simulate")
    page = shown(owner, f"/journeys/{SLUG}/replay?days=30&approve=4")

    assert "A crowd is approved by" in form
    assert "What this replay cannot know" in page
    assert not Cycle.objects.filter(as_of__gt=house.now).exists()
