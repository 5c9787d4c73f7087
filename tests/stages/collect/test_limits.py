"""The token bucket: what a key may send."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from regard.collect.intake.limits import RateLimit, TokenBucket


def bucket(per_second: float = 10, burst: float = 20) -> TokenBucket:
    return TokenBucket(RateLimit(per_second, burst))


def test_a_burst_passes_and_then_the_rate_holds():
    one = bucket()
    assert [one.take(10, 0.0), one.take(10, 0.0)] == [0, 0]
    assert one.take(1, 0.0) == 1
    assert one.take(10, 1.0) == 0
    assert one.take(25, 1.0) == 2  # dearer than the bucket: when it is full


def test_a_request_dearer_than_the_bucket_passes_when_it_is_full_and_is_paid_for_after():
    one = bucket()
    assert one.take(50, 0.0) == 0
    assert one.take(1, 0.0) == 4
    assert one.take(1, 4.0) == 0


def test_a_clock_that_goes_back_gives_nothing():
    one = bucket()
    assert one.take(20, 5.0) == 0
    assert one.take(1, 1.0) == 1


@given(st.lists(st.tuples(st.floats(0, 0.5), st.integers(1, 15)), max_size=60))
def test_never_more_than_the_burst_and_the_rate(steps: list[tuple[float, int]]):
    one, now, passed = bucket(), 0.0, 0
    for pause, amount in steps:
        now += pause
        if one.take(amount, now) == 0:
            passed += amount
    assert passed <= 20 + 10 * now + 1e-6


@given(st.integers(1, 100), st.integers(0, 60))
def test_whoever_waits_as_told_is_served(amount: int, spent: int):
    one = bucket()
    one.take(spent, 0.0)
    wait = one.take(amount, 0.0)
    if wait:
        assert one.take(amount, float(wait)) == 0
