"""The sizes of segments, kept day by day with the runs: always what a count of the members would give."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from regard.understand import selectors
from regard.understand.models import Member, Run, SegmentTally
from regard.understand.tallies import count_again, keep_tallies

START = datetime(2026, 11, 16, 20, tzinfo=UTC)
STEP = st.tuples(st.integers(0, 30), st.sets(st.integers(1, 6)), st.sets(st.integers(1, 6)), st.booleans())


class TestSizes(TestCase):
    @settings(deadline=None)
    @given(steps=st.lists(STEP, max_size=8))
    def test_they_follow_who_enters_and_leaves(self, steps):
        at, inside = START, {"a": set(), "b": set()}
        for hours, *wanted, is_refresh in steps:
            at += timedelta(hours=hours)
            moved = Counter()
            for segment, people in zip("ab", wanted, strict=True):
                moved[segment, True] = len(people - inside[segment])
                moved[segment, False] = len(inside[segment] - people)
                inside[segment] = people
            counted = {s: len(p) for s, p in inside.items() if p} if is_refresh else None
            keep_tallies(Run(as_of=at), +moved, {"a": "v1", "b": "v1"}, counted)
        sizes = selectors.sizes_now()
        for segment, people in inside.items():
            assert sizes.get(segment, 0) == len(people)
            rows = SegmentTally.objects.filter(segment=segment)
            assert sum(r.entered - r.left for r in rows) == len(people)
            assert sum(r.is_first for r in rows) <= 1
            days = [r.day for r in rows if not r.is_first]
            assert len(days) == len(set(days))


@pytest.mark.django_db
def test_the_day_people_were_first_put_somewhere_is_no_change():
    keep_tallies(Run(as_of=START), Counter({("a", True): 9}), {"a": "v1"}, None)
    later = START + timedelta(hours=1)
    keep_tallies(Run(as_of=later), Counter({("a", False): 2}), {"a": "v1"}, None)
    assert selectors.moved_since(START - timedelta(days=1), later) == {"a": (0, 2)}
    assert [(p.as_of, p.size) for p in selectors.size_history("a", as_of=later)] == [(START, 9), (later, 7)]
    keep_tallies(Run(as_of=later), Counter({("a", True): 4}), {"a": "v2"}, None)
    assert [(v.version, v.changes) for v in selectors.versions_of("a")] == [("v1", 11), ("v2", 4)]


@pytest.mark.django_db
def test_an_erasure_puts_the_newest_sizes_right():
    keep_tallies(Run(as_of=START), Counter({("a", True): 9}), {"a": "v1"}, None)
    assert Member.objects.count() == 0
    count_again([1])
    assert selectors.sizes_now() == {"a": 0}
