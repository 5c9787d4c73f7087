"""The clock of the stories: it moves only when a story says so."""

from __future__ import annotations

from datetime import timedelta


def days(count: float) -> timedelta:
    return timedelta(days=count)
