"""Durations as people write them ("90m", "7d", "30 days") and as whole microseconds inside."""

from __future__ import annotations

import re

from regard.kernel.instant import DAY_US, HOUR_US, MINUTE_US, SECOND_US, WEEK_US

_UNITS = {"w": WEEK_US, "d": DAY_US, "h": HOUR_US, "m": MINUTE_US, "s": SECOND_US}
_NAMES = {WEEK_US: "week", DAY_US: "day", HOUR_US: "hour", MINUTE_US: "minute", SECOND_US: "second"}
_SHAPE = re.compile(r"^(\d{1,6})\s*([wdhms]|weeks?|days?|hours?|minutes?|seconds?)$")
LONGEST_US = 3660 * DAY_US


def parse_duration(text: str) -> int:
    """Return microseconds of a text such as "36h". Raises ValueError with what is expected instead."""
    found = _SHAPE.match(text.strip())
    if found is None:
        raise ValueError(f"'{text}' is not a duration: write a number and its unit, such as 7d or 36 hours")
    us = int(found[1]) * _UNITS[found[2][0]]
    if us > LONGEST_US:
        raise ValueError(f"'{text}' is longer than ten years")
    return us


def write_duration(us: int) -> str:
    """Return the shortest text that `parse_duration` reads back to the same microseconds."""
    for letter, unit in _UNITS.items():
        if us >= unit and us % unit == 0:
            return f"{us // unit}{letter}"
    return f"{us // SECOND_US}s"


def duration_words(us: int) -> str:
    """Return the duration as a person reads it: "60 days", "1 hour"; weeks only where they are whole."""
    for unit, name in _NAMES.items():
        if us >= unit and us % unit == 0 and not (unit == WEEK_US and us == WEEK_US):
            count = us // unit
            return f"{count} {name}{'' if count == 1 else 's'}"
    return f"{us // SECOND_US} seconds"


def about_words(us: int) -> str:
    """Return roughly how long it is, in its largest unit that fits at least twice: "5 hours", "90 seconds"."""
    for unit, name in _NAMES.items():
        if us >= 2 * unit:
            return f"{round(us / unit)} {name}s"
    return "second"
