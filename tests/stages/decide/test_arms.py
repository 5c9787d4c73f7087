"""Who is held out stays so through joinings and restarts, over 100,000 people (promise C12)."""

from __future__ import annotations

import subprocess
import sys
from math import sqrt
from random import Random

from regard.decide.facts.arms import arm_table
from regard.engine.journeys.instructions import compile_program
from regard.kernel.sampling import is_held_out
from tests.cast.people import JOURNEY
from tests.cast.playbooks import shop

PEOPLE = 100_000


def arms(keys: dict[int, int]) -> dict[int, str]:
    rows = arm_table(compile_program(shop()), keys).to_pylist()
    return {row["person"]: row["arm"] for row in rows if row["journey"] == JOURNEY}


def test_the_share_is_within_four_sigma_and_joining_people_moves_nobody_who_speaks():
    chance = Random(12)
    keys = {person: chance.getrandbits(62) for person in range(1, PEOPLE + 1)}
    before = arms(keys)
    order = list(keys)
    chance.shuffle(order)
    absorbed = set(order[: PEOPLE // 3])  # each by somebody who goes on speaking
    survivors = {person: key for person, key in keys.items() if person not in absorbed}

    after = arms(survivors)

    for share, people in ((len(before), PEOPLE), (len(after), len(survivors))):
        assert abs(share / people - 0.1) < 4 * sqrt(0.1 * 0.9 / people)
    assert after == {person: arm for person, arm in before.items() if person in survivors}


def test_another_process_holds_out_the_same_people():
    code = (
        "from regard.kernel.sampling import is_held_out\n"
        "print(''.join(str(int(is_held_out(n * 7919, 'journey:x', 0.1))) for n in range(5000)))"
    )
    here = "".join(str(int(is_held_out(n * 7919, "journey:x", 0.1))) for n in range(5000))
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PATH": ""},
        )
        assert done.stdout.strip() == here
