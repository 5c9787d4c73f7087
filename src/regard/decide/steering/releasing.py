"""Letting people of a paused journey go on: at once, or one after another over some days.

1. Everybody held keeps their place in line: who was due first goes first. Nobody goes before their own time.
2. Over N days, all who are due already or become due within these days go one after another, at a steady pace of
   so many a day; where they become due late and close together, the last of them go after the N days rather than in a heap.
3. A wait that ends later keeps its own time. Who had the touchpoint they wait for during the pause is due since then:
   the cycle writes that down while it holds them.
Whose turn has not come stays held, with the time of the turn; the cycle lets them go on (`release_due`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from regard.decide.facts.columns import read_rows, update_columns
from regard.decide.facts.programs import paused_journeys
from regard.decide.models import Enrolment
from regard.kernel.instant import DAY_US, from_us, to_us


class HeldRow(NamedTuple):
    """Somebody a pause holds: what tells them apart, when they were due, and whether that is the end of a wait."""

    id: int
    person: int
    entry_key: str
    due_us: int
    is_waiting: bool

    def own_us(self, now_us: int) -> int:
        """Return when they may go on by themselves: a wait to its end, everything else from now on."""
        return max(self.due_us, now_us) if self.is_waiting else now_us

    def place(self, now_us: int) -> tuple[int, int, int, str]:
        """Return their place in line: by when they may go on, then by when they were due."""
        return self.own_us(now_us), self.due_us, self.person, self.entry_key


class Turn(NamedTuple):
    """When somebody goes on: `is_held` until then, or free at once to wait for their own time."""

    id: int
    due_us: int
    is_held: bool


@dataclass(frozen=True, slots=True)
class Release:
    """What letting people go on would do, in people and times."""

    held: int = 0
    due: int = 0  # due already: these go first
    soon: int = 0  # become due within the days
    later: int = 0  # keep waiting for their own time
    every_us: int = 0  # one goes on every so often; 0: all who are due at once
    last_at: datetime | None = None  # when the last of those due goes on


def turns_of(held: Sequence[HeldRow], *, now_us: int, days: int) -> list[Turn]:
    """Return when each of those held goes on, in the order of their turns among those due within the days."""
    line = sorted(held, key=lambda one: one.place(now_us))
    span = days * DAY_US
    if span == 0:
        return [Turn(one.id, one.own_us(now_us), False) for one in line]
    within = [one for one in line if one.own_us(now_us) <= now_us + span]
    turns = _steadily([one.own_us(now_us) for one in within], span)
    found = [Turn(one.id, at_us, True) for one, at_us in zip(within, turns, strict=True)]
    return found + [Turn(one.id, one.due_us, False) for one in line[len(within) :]]


def _steadily(own: Sequence[int], span: int) -> list[int]:
    """Return turns at a steady pace, none before its own time: each the pace behind the one before, or later."""
    if not own:
        return []
    pace = np.arange(len(own), dtype=np.int64) * (span // len(own))
    turns: list[int] = (pace + np.maximum.accumulate(np.asarray(own, np.int64) - pace)).tolist()
    return turns


def held_in(journey: str) -> list[HeldRow]:
    """Return everybody a pause holds in a journey."""
    rows = read_rows(
        "SELECT id, person_id, entry_key, COALESCE(due_at, 0), is_waiting FROM decide_enrolment"
        " WHERE journey = %s AND state = 'paused'",
        [journey],
    )
    return [HeldRow(eid, who, key, due_us, bool(waits)) for eid, who, key, due_us, waits in rows]


def release_held(*, journey: str, now: datetime, days: int) -> int:
    """Give everybody held their turn; return how many they were. The caller's transaction says that it was resumed."""
    turns = turns_of(held_in(journey), now_us=to_us(now), days=days)
    states = {True: Enrolment.State.PAUSED.value, False: Enrolment.State.ACTIVE.value}
    rows = pa.table(
        {
            "state": pa.array([states[turn.is_held] for turn in turns], pa.string()),
            "due_at": pa.array([turn.due_us for turn in turns], pa.int64()),
            "id": pa.array([turn.id for turn in turns], pa.int64()),
        }
    )
    update_columns("decide_enrolment", rows, sets=("state", "due_at"), where=("id",))
    return len(turns)


def release_due(*, now: datetime, upto: int) -> int:
    """Let go on whose turn has come in journeys that were resumed over some days. Returns how many."""
    still = paused_journeys(upto)
    rows = Enrolment.objects.filter(state=Enrolment.State.PAUSED, due_at__lte=now)
    return rows.exclude(journey__in=still).update(state=Enrolment.State.ACTIVE)


def preview_release(*, journey: str, now: datetime, days: int) -> Release:
    """Return what resuming over so many days would do, writing nothing."""
    held, now_us = held_in(journey), to_us(now)
    due = sum(one.own_us(now_us) <= now_us for one in held)
    within = sum(one.own_us(now_us) <= now_us + days * DAY_US for one in held)
    turns = turns_of(held, now_us=now_us, days=days)[:within]
    return Release(
        held=len(held),
        due=due,
        soon=within - due,
        later=len(held) - within,
        every_us=days * DAY_US // within if within else 0,
        last_at=from_us(turns[-1].due_us) if turns else None,
    )
