"""Instants: aware UTC datetimes outside, whole microseconds since 1970 in stores and engines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
HOUR_US = 60 * MINUTE_US
DAY_US = 24 * HOUR_US
WEEK_US = 7 * DAY_US
FOREVER_US = 2**62  # later than every instant and above every number, and still a whole number in every store


def to_us(instant: datetime) -> int:
    """Return whole microseconds since 1970 (UTC) of an aware datetime; exact, never a float.

    Raises ValueError for a naive datetime: a time without a zone is not an instant.
    """
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return (instant - EPOCH) // MICROSECOND


def from_us(us: int) -> datetime:
    """Return the aware UTC datetime `us` microseconds after 1970. Raises OverflowError outside years 1-9999."""
    return EPOCH + timedelta(microseconds=us)
