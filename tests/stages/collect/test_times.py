"""Clients' times: every shape they come in, and every way they are wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regard.collect.intake.times import corrected, read_time
from regard.kernel.instant import DAY_US, SECOND_US, to_us

NOON = to_us(datetime(2026, 11, 22, 12, tzinfo=UTC))
HOUR = 3600 * SECOND_US


@pytest.mark.parametrize(
    "told",
    [
        "2026-11-22T12:00:00Z",
        "2026-11-22T12:00:00.000+00:00",
        "2026-11-22T13:00:00+01:00",
        "2026-11-22T12:00:00",
        " 2026-11-22 12:00:00 ",
        "2026-11-22T12:00:00.000000000Z",
        NOON // SECOND_US,
        NOON // 1000,
        NOON / SECOND_US,
    ],
)
def test_noon_in_all_its_shapes(told: object):
    assert read_time(told) == NOON


@pytest.mark.parametrize(
    "told",
    [None, "", "noon", True, float("nan"), float("inf"), -1e30, "2016-12-31T23:59:60Z", b"x"],
)
def test_what_is_no_time(told: object):
    assert read_time(told) is None


@pytest.mark.parametrize(
    ("stamped", "sent", "occurred"),
    [
        (None, None, NOON),
        (None, NOON - HOUR, NOON),
        (NOON - HOUR, None, NOON - HOUR),
        (NOON - HOUR, NOON, NOON - HOUR),
        (NOON - 3 * HOUR, NOON - 2 * HOUR, NOON - HOUR),  # two hours slow
        (NOON + 9 * HOUR, NOON + 10 * HOUR, NOON - HOUR),  # ten hours fast
        (NOON + HOUR, NOON, NOON + HOUR),  # within a day: believed
        (NOON + 2 * DAY_US, NOON, NOON),  # the day after tomorrow: a mistake
        (-80 * 365 * DAY_US, NOON, NOON),  # before 1900: a mistake
    ],
)
def test_the_formula(stamped: int | None, sent: int | None, occurred: int):
    assert corrected(stamped, sent, NOON) == occurred


@given(
    delay=st.integers(0, 30 * DAY_US),
    wrong_by=st.timedeltas(timedelta(days=-20_000), timedelta(days=20_000)),
)
def test_a_wrong_clock_changes_nothing(delay: int, wrong_by: timedelta):
    """Whatever the client's clock says, what happened `delay` before it was sent happened `delay` before it arrived."""
    shift = wrong_by // timedelta(microseconds=1)
    assert corrected(NOON + shift - delay, NOON + shift, NOON) == NOON - delay


@given(st.one_of(st.text(), st.integers(), st.floats(), st.none(), st.booleans(), st.datetimes().map(str)))
def test_no_time_is_an_error(told: object):
    us = read_time(told)
    assert us is None or abs(us) < 2**62
