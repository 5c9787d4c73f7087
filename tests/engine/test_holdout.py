"""Who is held out is chance that can be repeated: stable, of the right size, the same after a merge (promise C12)."""

from __future__ import annotations

import random
from math import sqrt

from regard.kernel.sampling import is_held_out

PEOPLE = 100_000
KEYS = [random.Random(7).getrandbits(62) for _ in range(1)] + [n * 0x9E3779B97F4A7C15 % 2**62 for n in range(1, PEOPLE)]


def test_the_share_is_right_within_four_sigma():
    share = sum(is_held_out(key, "journey:thank", 0.1) for key in KEYS) / PEOPLE
    assert abs(share - 0.1) < 4 * sqrt(0.1 * 0.9 / PEOPLE)


def test_the_arm_never_moves():
    assert [is_held_out(key, "journey:thank", 0.1) for key in KEYS[:5000]] == [
        is_held_out(key, "journey:thank", 0.1) for key in KEYS[:5000]
    ]


def test_two_journeys_hold_out_different_people():
    both = sum(is_held_out(k, "journey:a", 0.1) and is_held_out(k, "journey:b", 0.1) for k in KEYS) / PEOPLE
    assert abs(both - 0.01) < 4 * sqrt(0.01 * 0.99 / PEOPLE)


def test_a_larger_share_keeps_those_already_held_out():
    assert all(is_held_out(k, "x", 0.2) for k in KEYS[:20_000] if is_held_out(k, "x", 0.1))
