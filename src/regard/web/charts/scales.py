"""Scales and paths: numbers in, coordinates out. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

Point = tuple[float, float]


def share(at: datetime, start: datetime, end: datetime) -> float:
    """Return where an instant lies between two others, 0 to 100."""
    whole = (end - start).total_seconds() or 1.0
    return round(100 * (at - start).total_seconds() / whole, 2)


def step_path(points: Sequence[Point], *, width: float = 100.0) -> str:
    """Return a path that holds each value until the next: for sums and sizes over time."""
    if not points:
        return ""
    parts = [f"M{points[0][0]:.2f},{points[0][1]:.2f}"]
    parts += [f"H{x:.2f}V{y:.2f}" for x, y in points[1:]]
    return "".join(parts) + f"H{width:.2f}"


def month_ticks(start: datetime, end: datetime, *, most: int = 12) -> list[tuple[float, str, bool]]:
    """Return (place 0-100, words, is a year) of month beginnings; years alone where months would be too many."""
    months = (end.year - start.year) * 12 + end.month - start.month
    every = next((n for n in (1, 2, 3, 6, 12, 24, 60) if months / n <= most), 120)
    ticks: list[tuple[float, str, bool]] = []
    year, month = start.year, start.month
    while True:
        month += 1
        year, month = (year + 1, 1) if month > 12 else (year, month)
        at = datetime(year, month, 1, tzinfo=start.tzinfo)
        if at > end - timedelta(days=1):
            return ticks
        if (year * 12 + month - 1) % every == 0:
            is_year = month == 1
            ticks.append((share(at, start, end), str(year) if is_year else at.strftime("%b"), is_year))


def nice_top(value: float) -> float:
    """Return a round number at or just above a value: 1, 2, 2.5 or 5 times a power of ten."""
    if value <= 0:
        return 1.0
    power = 10.0 ** (len(str(int(value))) - 1)
    return next(n * power for n in (1, 2, 2.5, 5, 10) if n * power >= value)
