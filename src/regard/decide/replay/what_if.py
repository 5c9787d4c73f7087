"""Replay a playbook over a stretch of history: the real engine over the real log, other journeys included.

1. Membership, arrivals, consents, complaints, hours and clocks as they were then; nobody is inside a journey at the start.
2. The clock is a grid of a quarter of an hour. Instants at which nobody has anything to do cost nothing: every person
   is taken from one of their own instants to the next, which is sound because no person's journey depends on another's.
3. Answers to our own acts are not in that history: they are followed each way, or by a stated rate (engine.supposing).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pyarrow as pa

from regard.collect.sequence import last_sequence
from regard.decide.columns import as_input, read_rows
from regard.decide.hours import local_hours, openings
from regard.decide.laying import arm_table, draw_table, permissions_about
from regard.decide.programs import tables_of
from regard.decide.reading import WHO, Scope, holdout_keys, read_touches
from regard.decide.replay.history import Past, arrivals_over, segments_needed
from regard.decide.replay.membership import membership_over
from regard.decide.replay.moments import Days
from regard.decide.replay.unknown import count_people, notes_about
from regard.engine import desk, journeys
from regard.engine.instructions import Program, compile_program
from regard.engine.journeys import Moved
from regard.engine.supposing import ASSUMED
from regard.kernel.instant import DAY_US, MINUTE_US, to_us
from regard.kernel.sampling import SCALE, draw
from regard.playbooks.model import Playbook
from regard.understand.workbench import open_workbench

GRID_US = 15 * MINUTE_US
FEW_OF_THEM = 30_000  # above so many people, everybody is read at once
Tell = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when a replay runs, and how fine its clock is."""

    start: datetime
    end: datetime
    grid_us: int = GRID_US

    @property
    def days(self) -> int:
        """Whole days, at least one."""
        return max(1, (to_us(self.end) - to_us(self.start)) // DAY_US)


@dataclass(frozen=True, slots=True)
class Replay:
    """What a replay found: the engine's own tables, and how long each part took."""

    program: Program
    span: Span
    upto: int
    people: int
    moved: Moved
    took_ms: dict[str, int]
    why_daily: str = ""  # why segments are exact to the day only; '': they are exact
    notes: tuple[str, ...] = ()  # what else it cannot know


def replay_playbook(
    *, playbook: Playbook, span: Span, upto: int | None = None, tell: Tell | None = None
) -> Replay:
    """Replay a playbook's journeys over a stretch of the log. Writes nothing. `tell` hears (words, done, of)."""
    watch = _Watch()
    program = compile_program(playbook)
    upto = last_sequence() if upto is None else upto
    start, end = to_us(span.start), to_us(span.end)
    zone = playbook.company.time_zone
    membership = membership_over(
        playbook, segments_needed(program),
        Days.of(from_us=start, to_us=end, grid_us=span.grid_us, zone=zone), upto=upto,
        tell=None if tell is None else lambda done, of: tell("who was in which segment", done, of),
    )  # fmt: skip
    watch.lap("membership")
    past = Past(start, end, upto, zone, membership.table)
    tables = _history_tables(program, past, span)
    everybody, notes = count_people(upto), notes_about(past)
    watch.lap("reading")
    # no ORM past this point
    with open_workbench() as bench:
        desk.lay_out(bench, {k: v for k, v in tables.items() if k != "assumed"})
        moved = journeys.move(
            bench,
            program,
            assumed=tables["assumed"],
            after_round=None if tell is None else lambda number: tell("moving people", number, 0),
        )
    watch.lap("moving")
    return Replay(program, span, upto, everybody, moved, watch.laps, membership.why_daily, notes)


def _history_tables(program: Program, past: Past, span: Span) -> dict[str, pa.Table]:
    """Return what journeys look at, about those who come to some door in the stretch; nobody else is ever asked about."""
    coming = arrivals_over(program, past)
    people = sorted(set(coming.column("person").to_pylist()))
    scope = Scope(people if len(people) < FEW_OF_THEM else None, past.upto, as_then=True)
    company, limits = program.playbook.company, program.playbook.guardrails
    tables = permissions_about(program, scope, now_us=past.from_us)
    zones = set(tables["person"].column("zone").to_pylist())
    keys = holdout_keys(people)
    touch, detail = read_touches(scope, program, since_us=past.from_us)
    hours = openings(
        zones, limits.quiet_hours, company, from_us=past.from_us, to_us=past.to_us + 9 * DAY_US
    )
    clock = np.arange(past.from_us, past.to_us + 1, span.grid_us, dtype=np.int64)
    return tables | {
        **tables_of(program),
        "clock": pa.table({"as_of": clock}),
        "contact": _before(tables["contact"], past.from_us),
        "opening": as_input("opening", hours),
        "hour": as_input("hour", _hours(program, zones, past)),
        "touch": touch,
        "detail": detail,
        "membership": past.membership,
        "arrival": coming,
        "former": _former(past),
        "arm": arm_table(program, keys),
        "draw": draw_table(program, keys),
        "paused": as_input("paused", ()),
        "assumed": assumed_table(program, keys),
    }


def _hours(program: Program, zones: set[str], past: Past) -> Iterable[tuple[str, int, int]]:
    """Return every time an hour comes for which some step waits."""
    minutes = {
        m
        for c in program.journeys
        for i in c.instructions
        if (m := i.terms.get("until_minute")) is not None
    }
    if not minutes:
        return ()
    company = program.playbook.company
    return local_hours(zones, minutes, company, from_us=past.from_us, to_us=past.to_us + DAY_US)


def _former(past: Past) -> pa.Table:
    """Return who had entered which journey before the stretch began: they come in again by its re-entry rule only."""
    rows = read_rows(
        f"SELECT {WHO}, e.journey, e.entry_key, e.entered_at FROM decide_enrolment AS e"
        " JOIN identify_person AS o ON o.id = e.person_id WHERE e.entered_at <= %s",
        [past.from_us],
    )
    return as_input("former", rows)


def _before(contacts: pa.Table, start: int) -> pa.Table:
    """Keep what other tools sent, and of our own messages those before the replay begins."""
    rows = [r for r in contacts.to_pylist() if r["seq"] is None or r["at_us"] < start]
    return pa.Table.from_pylist(rows, contacts.schema)


def assumed_table(program: Program, keys: dict[int, int]) -> pa.Table:
    """Return what the stated rates answer: for each person and wait with a rate, whether they answer and how."""
    rows: list[dict[str, object]] = []
    for compiled in program.journeys:
        for step, rate in compiled.journey.assume.items():
            pc, salt = compiled.at(step), f"assume:{compiled.name}:{step}"
            for person, key in keys.items():
                is_answered = draw(key, salt) < rate.answered * SCALE
                score = _score(draw(key, f"{salt}:score"), rate.scores) if is_answered else None
                rows.append(
                    {
                        "person": person, "number": compiled.number, "pc": pc, "is_answered": is_answered,
                        "score_milli": None if score is None else score * 1000, "after_us": rate.after,
                    }
                )  # fmt: skip
    return pa.Table.from_pylist(rows, ASSUMED)


def _score(drawn: int, shares: dict[int, float]) -> int | None:
    below = 0.0
    for score, share in sorted(shares.items()):
        below += share * SCALE
        if drawn < below:
            return score
    return max(shares) if shares else None


class _Watch:
    """How long each part took, in milliseconds."""

    def __init__(self) -> None:
        self.laps: dict[str, int] = {}
        self._since = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.laps[name] = round((now - self._since) * 1000)
        self._since = now
