"""What journeys look at in a replay: the tables of every decision (`facts/tables.py`), a clock, and answers by stated rates."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa

from regard.decide.facts.arms import holdout_keys
from regard.decide.facts.columns import as_input
from regard.decide.facts.fields import fields_of_people, people_table
from regard.decide.facts.programs import tables_of
from regard.decide.facts.tables import Turns, channels_of, everything_about
from regard.decide.facts.ways_in import arrivals
from regard.decide.replay.past import Through
from regard.decide.replay.standing import ReplayStanding, Stored, stand_at
from regard.engine.journeys.instructions import Program
from regard.engine.journeys.what_if import ASSUMED
from regard.kernel.sampling import SCALE, draw
from regard.playbooks.channels import address_fields


def fields_asked(program: Program) -> set[str]:
    """Return the fields whose history a replay reads: of people, of addresses, and of dates that let somebody in."""
    dates = {field for c in program.journeys for e in c.journey.entry if (field := e.asks_field())}
    return {*fields_of_people(program.playbook.guardrails.minors), *address_fields(channels_of(program)), *dates}


def history_tables(program: Program, past: Through, stored: list[Stored]) -> tuple[dict[str, pa.Table], ReplayStanding]:
    """Return what journeys look at, about those who come to some door in the stretch or stand inside; and who stands.

    Nobody else is ever asked about.
    """
    coming = as_input("arrival", arrivals(program, past))
    people = sorted({*coming.column("person").to_pylist(), *(row["person"] for row in stored)})
    past = replace(past, people=people)
    person = people_table(past.fields(()), program.playbook.guardrails.minors)
    standing = stand_at(program, stored, person, past.days, upto=past.stretch.upto)
    clock = np.arange(past.first_us, past.stretch.until_us + 1, past.days.grid_us, dtype=np.int64)
    return tables_of(program) | everything_about(program, past, Turns(coming, standing.enrolments)) | {
        "clock": pa.table({"as_of": clock}),
        "learnt": standing.learnt,
        "assumed": assumed_table(program, holdout_keys(people)),
    }, standing


def assumed_table(program: Program, keys: dict[int, int]) -> pa.Table:
    """Return what the stated rates answer: for each person and wait with a rate, whether they answer and how."""
    rows: list[dict[str, object]] = []
    for compiled in program.journeys:
        for step, rate in compiled.journey.assume.items():
            pc_, salt = compiled.at(step), f"assume:{compiled.name}:{step}"
            for person, key in keys.items():
                is_answered = draw(key, salt) < rate.answered * SCALE
                score = _score(draw(key, f"{salt}:score"), rate.scores) if is_answered else None
                rows.append(
                    {
                        "person": person,
                        "number": compiled.number,
                        "pc": pc_,
                        "is_answered": is_answered,
                        "score_milli": None if score is None else score * 1000,
                        "after_us": rate.after,
                    }
                )
    return pa.Table.from_pylist(rows, ASSUMED)


def _score(drawn: int, shares: dict[int, float]) -> int | None:
    below = 0.0
    for score, share in sorted(shares.items()):
        below += share * SCALE
        if drawn < below:
            return score
    return max(shares) if shares else None
