"""Did it help: the measured difference, and where its range stands on an axis."""

from __future__ import annotations

from dataclasses import dataclass

from regard.learn.selectors import Result, result_of

NARROWEST = 0.05  # the axis never shows less than five points to each side


@dataclass(frozen=True, slots=True)
class Helped:
    """A journey's newest result in points, and places on an axis of 0 to 100: range, estimate and zero."""

    result: Result
    points: float
    low: float
    high: float
    axis_low: float
    axis_width: float
    axis_point: float
    axis_zero: float


def helped_of(journey: str) -> Helped | None:
    """Return a journey's newest result and its picture, or None while there is nothing to compare."""
    return helped_by(result_of(journey))


def helped_by(result: Result | None) -> Helped | None:
    """Return a result as a picture; None where one of the two arms has nobody yet, so that nothing compares."""
    if result is None or not (result.difference.treated and result.difference.held_out):
        return None
    d, wide = result.difference, result.difference.interval_95
    span = max(abs(wide.low), abs(wide.high), NARROWEST) * 1.15

    def place(value: float) -> float:
        return round(50 + 50 * value / span, 1)

    return Helped(
        result,
        100 * d.difference,
        100 * wide.low,
        100 * wide.high,
        place(wide.low),
        round(place(wide.high) - place(wide.low), 1),
        place(d.difference),
        place(0.0),
    )
