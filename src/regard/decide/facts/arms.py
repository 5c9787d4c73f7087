"""What chance decides, and always the same: who is held out of a journey, and which way of a split somebody goes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import pyarrow as pa

from regard.collect.among import among
from regard.decide.facts.columns import as_input, read_rows
from regard.engine.journeys.instructions import Compiled, Instruction, Program
from regard.identify.columns import EVERYBODY
from regard.kernel.sampling import draw, is_held_out
from regard.playbooks.steps import Op

OVERALL = "overall"


def holdout_keys(people: Sequence[int]) -> dict[int, int]:
    """Return person -> the random key that decides their arms for ever (contract 5)."""
    listed, bound = among(people)
    return dict(read_rows(f"SELECT o.id, o.holdout_key FROM {EVERYBODY} AS o WHERE o.id {listed}", [bound]))


def holdout_share(compiled: Compiled, program: Program) -> float:
    """Return which share of a journey is held out: its own, else the guardrails', and nobody where it only serves."""
    if compiled.journey.holdout is not None:
        return compiled.journey.holdout
    purposes = program.playbook.purposes
    used = {str(i.terms.get("purpose")) for i in compiled.instructions if i.is_message}
    is_marketing = any(purposes[name].marketing for name in used if name in purposes)
    return program.playbook.guardrails.holdout if is_marketing else 0.0


def arm_of(key: int, compiled: Compiled, program: Program) -> str:
    """Return the arm of a person with this holdout key in a journey."""
    share = holdout_share(compiled, program)
    overall = program.playbook.guardrails.holdout_overall
    if share and overall and is_held_out(key, OVERALL, overall):
        return "held_out_overall"
    return "held_out" if share and is_held_out(key, f"journey:{compiled.name}", share) else "treated"


def arm_table(program: Program, keys: dict[int, int], whom: Mapping[int, Collection[int]] | None = None) -> pa.Table:
    """Return `arm`: only those who are held out; everybody else is treated. `whom`: who may enter, else all of `keys`."""
    return as_input(
        "arm",
        (
            (person, compiled.name, arm)
            for compiled in program.journeys
            if compiled.is_current and holdout_share(compiled, program)
            for person in _whom(keys, whom, compiled.number)
            if (arm := arm_of(keys[person], compiled, program)) != "treated"
        ),
    )


def draw_table(program: Program, keys: dict[int, int], whom: Mapping[int, Collection[int]] | None = None) -> pa.Table:
    """Return `draw`: where chance that can be repeated sends each person at each split. `whom`: else all of `keys`."""
    return as_input(
        "draw",
        (
            (person, number, one.pc, draw(keys[person], f"split:{program.numbered(number).name}:{one.step}"))
            for number, one in splits_of(program)
            for person in _whom(keys, whom, number)
        ),
    )


def splits_of(program: Program) -> list[tuple[int, Instruction]]:
    """Return the splits of a program with the numbers of their journeys."""
    return [
        (c.number, i)
        for c in program.journeys
        for i in c.instructions
        if i.op is Op.BRANCH and any(case.below is not None for case in i.cases)
    ]


def _whom(keys: dict[int, int], whom: Mapping[int, Collection[int]] | None, number: int) -> Iterable[int]:
    if whom is None:
        return keys
    return (person for person in whom.get(number, ()) if person in keys)
