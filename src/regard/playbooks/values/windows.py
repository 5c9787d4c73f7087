"""Stretches of time in a playbook: durations such as '30 days', calendar periods such as 'last month', and windows.

A rolling window is (as_of - within, as_of]; a calendar period is whole days of the company's zone, weeks start on
Monday (ISO 8601). Nothing later than `as_of` is ever inside a window: what is dated ahead comes in when its time comes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from regard.kernel.instant import DAY_US, HOUR_US, MINUTE_US, WEEK_US, from_us, to_us

_UNITS = {"minute": MINUTE_US, "hour": HOUR_US, "day": DAY_US, "week": WEEK_US}
_DURATION = re.compile(r"(\d{1,6}) ?(minute|hour|day|week)s?")
LONGEST = 36_525 * DAY_US  # a hundred years

Period = Literal[
    "today",
    "yesterday",
    "this week",
    "last week",
    "this month",
    "last month",
    "this quarter",
    "last quarter",
    "this year",
    "last year",
]


@dataclass(frozen=True, slots=True)
class Clock:
    """The instant everything is seen from, in microseconds, and the zone whose calendar counts."""

    us: int
    zone: str = "UTC"

    def shifted(self, by: int) -> Clock:
        """Return the clock `by` microseconds earlier."""
        return Clock(self.us - by, self.zone)


def parse_duration(value: object) -> int:
    """Return the microseconds of '30 days', '2 weeks', '6 hours' or '15 minutes'. Raises ValueError with a hint."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= LONGEST:
        return value  # already in microseconds: a model built in Python
    text = str(value).strip().lower()
    found = _DURATION.fullmatch(text)
    if found is None:
        calendar = " (a month has no fixed length: say '30 days', or 'during: last month')" if "month" in text else ""
        raise ValueError(f"'{value}' is no duration: write for example '30 days', '2 weeks' or '6 hours'{calendar}")
    us = int(found[1]) * _UNITS[found[2]]
    if not 0 < us <= LONGEST:
        raise ValueError(f"'{value}' is not between a minute and a hundred years")
    return us


def duration_words(us: int) -> str:
    """Return '30 days' for thirty days: the largest unit that divides it."""
    for unit, size in reversed(_UNITS.items()):
        if unit != "week" and us % size == 0:
            count = us // size
            return f"{count:,} {unit}{'' if count == 1 else 's'}"
    return f"{us / MINUTE_US:.2f} minutes"


Duration = Annotated[
    int,
    BeforeValidator(parse_duration),
    PlainSerializer(duration_words, when_used="json"),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^\d{1,6} ?(minute|hour|day|week)s?$",
            "examples": ["30 days"],
        }
    ),
]


def period_span(period: Period, clock: Clock) -> tuple[int, int]:
    """Return the period around the clock as [start, end) in microseconds."""
    zone = ZoneInfo(clock.zone)
    day = from_us(clock.us).astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    day = day.replace(tzinfo=None)  # wall-clock arithmetic; the zone is put back at the end
    which, _, unit = period.partition(" ")
    if not unit:
        which, unit = ("this", "day") if period == "today" else ("last", "day")
    start = _start(day, unit)
    if which == "last":
        start = _start(start - timedelta(days=1), unit)
    return _instant(start, zone), _instant(_next(start, unit), zone)


def _start(day: datetime, unit: str) -> datetime:
    if unit == "week":
        return day - timedelta(days=day.weekday())
    if unit == "month":
        return day.replace(day=1)
    if unit == "quarter":
        return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    return day.replace(month=1, day=1) if unit == "year" else day


def _next(start: datetime, unit: str) -> datetime:
    longest = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}[unit]
    if unit in ("day", "week"):
        return start + timedelta(days=longest)
    return _start(start + timedelta(days=longest), unit)


def _instant(wall: datetime, zone: ZoneInfo) -> int:
    return to_us(wall.replace(tzinfo=zone))


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time that moves with the clock: rolling, a calendar period, or a whole life."""

    within: int | None = None
    but_not_the_last: int = 0
    during: Period | None = None

    def span(self, clock: Clock) -> tuple[int | None, int]:
        """Return [low, high) in microseconds; low None is the beginning of time."""
        if self.during is not None:
            low, high = period_span(self.during, clock)
            return low, min(high, clock.us + 1)
        high = clock.us - self.but_not_the_last + 1
        return (None if self.within is None else clock.us - self.within + 1), high

    def words(self) -> str:
        """Return ' in the last 30 days', ' last month' or ''."""
        if self.during is not None:
            return f" {self.during}"
        last = f" in the last {duration_words(self.within)}" if self.within is not None else ""
        gap = f", leaving out the last {duration_words(self.but_not_the_last)}" if self.but_not_the_last else ""
        return last + gap
