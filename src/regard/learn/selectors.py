"""Reads of what was measured: each journey's newest difference, and how it went over time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, Subquery

from regard.learn.intervals import Difference, compare
from regard.learn.models import Measure


@dataclass(frozen=True, slots=True)
class Result:
    """What a journey did for its goal, as measured on a day."""

    journey: str
    goal: str
    as_of: datetime
    difference: Difference


def result_of(journey: str) -> Result | None:
    """Return a journey's newest result, or None before the first measure."""
    row = Measure.objects.filter(journey=journey).order_by("-as_of").first()
    return _result(row) if row else None


def newest_results() -> dict[str, Result]:
    """Return the newest result of every journey that was ever measured, in one query."""
    newest = Measure.objects.filter(journey=OuterRef("journey")).order_by("-as_of", "-id")
    rows = Measure.objects.filter(id=Subquery(newest.values("id")[:1]))
    return {row.journey: _result(row) for row in rows}


def _result(row: Measure) -> Result:
    return Result(
        row.journey,
        row.goal,
        row.as_of,
        compare(
            treated=row.treated,
            treated_reached=row.treated_reached,
            held_out=row.held_out,
            held_out_reached=row.held_out_reached,
        ),
    )
