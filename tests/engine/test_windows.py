"""Windows close by themselves, to the microsecond; calendar periods follow the company's clock through its changes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regard.kernel.instant import DAY_US, HOUR_US, from_us, to_us
from regard.playbooks.values.windows import Clock, Window, duration_words, parse_duration, period_span


def span_words(period: str, at: datetime, zone: str) -> tuple[str, str]:
    low, high = period_span(period, Clock(to_us(at), zone))
    return from_us(low).isoformat(), from_us(high).isoformat()


def test_a_rolling_window_leaves_out_its_oldest_instant_and_keeps_now():
    low, high = Window(within=30 * DAY_US).span(Clock(to_us(datetime(2026, 11, 16, tzinfo=UTC))))
    assert low == to_us(datetime(2026, 10, 17, tzinfo=UTC)) + 1
    assert high == to_us(datetime(2026, 11, 16, tzinfo=UTC)) + 1


def test_weeks_begin_on_monday():
    sunday = datetime(2026, 11, 15, 23, tzinfo=UTC)
    assert span_words("this week", sunday, "UTC") == (
        "2026-11-09T00:00:00+00:00",
        "2026-11-16T00:00:00+00:00",
    )
    assert span_words("last week", sunday, "UTC")[0] == "2026-11-02T00:00:00+00:00"


def test_a_day_is_the_companys_day():
    late = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)  # half past midnight in London
    assert span_words("today", late, "Europe/London") == (
        "2026-07-01T23:00:00+00:00",
        "2026-07-02T23:00:00+00:00",
    )


def test_the_day_the_clock_goes_forward_has_23_hours():
    low, high = period_span("today", Clock(to_us(datetime(2026, 3, 29, 12, tzinfo=UTC)), "Europe/London"))
    assert high - low == 23 * HOUR_US


def test_quarters_and_years():
    at = datetime(2026, 2, 14, tzinfo=UTC)
    assert span_words("last quarter", at, "UTC") == (
        "2025-10-01T00:00:00+00:00",
        "2026-01-01T00:00:00+00:00",
    )
    assert span_words("this year", at, "UTC") == (
        "2026-01-01T00:00:00+00:00",
        "2027-01-01T00:00:00+00:00",
    )
    assert span_words("last month", at, "UTC") == (
        "2026-01-01T00:00:00+00:00",
        "2026-02-01T00:00:00+00:00",
    )


@given(
    st.integers(0, 4_000_000_000_000_000),
    st.integers(0, 400 * DAY_US),
    st.sampled_from(["Europe/London", "Asia/Kolkata", "America/St_Johns", "Pacific/Apia"]),
)
def test_edges_never_go_back_as_time_passes(us, more, zone):
    for period in ("today", "yesterday", "this week", "last month", "last quarter", "this year"):
        now, later = Clock(us, zone), Clock(us + more, zone)
        old, new = (Window(during=period).span(c) for c in (now, later))
        assert old[0] <= new[0]
        assert old[1] <= new[1]
        assert period_span(period, now)[0] < period_span(period, now)[1]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("30 days", "30 days"),
        ("1 day", "1 day"),
        ("2 weeks", "14 days"),
        ("90 minutes", "90 minutes"),
        ("24 hours", "1 day"),
    ],
)
def test_durations_read_and_write(text, words):
    assert duration_words(parse_duration(text)) == words


@pytest.mark.parametrize(
    "text",
    ["3 months", "a while", "-1 days", "0 days", "999999 weeks", "30", "", None, "30 days; DROP"],
)
def test_what_is_no_duration_is_refused_with_a_hint(text):
    with pytest.raises(ValueError, match=r"write for example|between a minute"):
        parse_duration(text)
