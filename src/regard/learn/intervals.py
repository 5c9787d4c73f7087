"""How sure we may be of a difference between two shares. Pure.

Wilson, E. B. (1927), Probable inference, the law of succession, and statistical inference, JASA 22: the interval of
one share. Newcombe, R. G. (1998), Interval estimation for the difference between independent proportions: comparison
of eleven methods, Statistics in Medicine 17, method 10 (hybrid score): the interval of their difference.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

FEWEST = 10  # people in each arm below which no difference is named at all


@dataclass(frozen=True, slots=True)
class Interval:
    """A range of shares or of differences of shares, both ends inside it."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Difference:
    """Treated less held out: the two shares, their difference with 80 and 95 % intervals, and what may be said."""

    treated: int
    treated_reached: int
    held_out: int
    held_out_reached: int
    treated_share: float
    held_out_share: float
    difference: float
    interval_80: Interval
    interval_95: Interval
    verdict: str  # helped, hurt, no difference seen yet, too few people to say
    words: str


def wilson(reached: int, people: int, level: float) -> Interval:
    """Return the score interval of a share at a level such as 0.95; the whole range where there are no people."""
    if people == 0:
        return Interval(0.0, 1.0)
    z = NormalDist().inv_cdf((1 + level) / 2)
    share = reached / people
    middle = share + z * z / (2 * people)
    half = z * sqrt(share * (1 - share) / people + z * z / (4 * people * people))
    scale = 1 + z * z / people
    return Interval(max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale))


def newcombe(reached: int, people: int, reached_other: int, people_other: int, level: float) -> Interval:
    """Return the interval of `reached/people - reached_other/people_other` at a level."""
    one, other = wilson(reached, people, level), wilson(reached_other, people_other, level)
    p = reached / people if people else 0.0
    q = reached_other / people_other if people_other else 0.0
    low = p - q - sqrt((p - one.low) ** 2 + (other.high - q) ** 2)
    high = p - q + sqrt((one.high - p) ** 2 + (q - other.low) ** 2)
    return Interval(max(-1.0, low), min(1.0, high))


def compare(*, treated: int, treated_reached: int, held_out: int, held_out_reached: int) -> Difference:
    """Return the difference between the arms and the honest words for it."""
    counts = (treated_reached, treated, held_out_reached, held_out)
    wide, narrow = newcombe(*counts, 0.95), newcombe(*counts, 0.80)
    p = treated_reached / treated if treated else 0.0
    q = held_out_reached / held_out if held_out else 0.0
    verdict = _verdict(treated, held_out, wide)
    words = _words(verdict, p, q, wide, treated, held_out)
    return Difference(
        treated,
        treated_reached,
        held_out,
        held_out_reached,
        p,
        q,
        p - q,
        narrow,
        wide,
        verdict,
        words,
    )


def _verdict(treated: int, held_out: int, wide: Interval) -> str:
    if min(treated, held_out) < FEWEST:
        return "too few people to say"
    if wide.low > 0:
        return "helped"
    return "hurt" if wide.high < 0 else "no difference seen yet"


def _words(verdict: str, p: float, q: float, wide: Interval, treated: int, held_out: int) -> str:
    if verdict == "too few people to say":
        return f"Too few people to say: {treated} treated, {held_out} held out"
    return (
        f"{verdict.capitalize()}: {p:.1%} of {treated} treated against {q:.1%} of {held_out} held out, "
        f"a difference of {p - q:+.1%} (95 % range {wide.low:+.1%} to {wide.high:+.1%})"
    )
