"""What time alone changes: an edge of a window, or a date compared with today, seen from two clocks."""

from __future__ import annotations

from regard.playbooks.values.measures import Moment

Stretch = tuple[int, int]  # [from, to) in microseconds
Turned = tuple[Moment, Moment]  # the same comparison with a date, seen from the clock before and from the one now


def sweeps(old: tuple[int, ...], new: tuple[int, ...]) -> list[Stretch]:
    """Return the stretches over which edges passed between two clocks."""
    return [(low, high) for low, high in zip(old, new, strict=True) if low < high]
