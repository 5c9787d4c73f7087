"""Replay a playbook over a stretch of history: the real engine over the real log, other journeys included.

1. Membership, arrivals, consents, addresses, zones, joinings, complaints and hours as they were then; who was inside a journey
   when the stretch begins stands where they stood, and goes on with the version they began.
2. The clock is a grid of a quarter of an hour. Instants at which nobody has anything to do cost nothing: every person
   is taken from one of their own instants to the next, which is sound because no person's journey depends on another's.
3. Answers to our own acts are not in that history: they are followed each way, or by a stated rate (engine.supposing).
4. A crowd above the size that needs approval is held as it would have been: crowding.py.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from regard.collect.sequence import last_sequence
from regard.decide.facts.columns import read_rows
from regard.decide.facts.fields import read_told
from regard.decide.facts.scope import FactScope, Stretch
from regard.decide.replay.crowding import UNSETTLED, CrowdAsking, HeldCrowd, granted_in, move_with_crowds
from regard.decide.replay.joined import read_joined
from regard.decide.replay.membership import membership_over, segments_needed
from regard.decide.replay.moments import Days
from regard.decide.replay.past import Through
from regard.decide.replay.standing import read_stored, versions_of
from regard.decide.replay.tables import fields_asked, history_tables
from regard.decide.replay.unknown import count_people, notes_about
from regard.engine.journeys.instructions import Program, compile_program
from regard.engine.journeys.run import Moved
from regard.kernel.instant import DAY_US, MINUTE_US, to_us
from regard.playbooks.model import Playbook

GRID_US = 15 * MINUTE_US
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
    inside_before: int = 0  # the highest number of an enrolment that had begun before
    held: tuple[HeldCrowd, ...] = ()  # crowds that waited for a colleague
    approves_after_us: int | None = None  # what was supposed of the colleague


def replay_playbook(
    *,
    playbook: Playbook,
    span: Span,
    upto: int | None = None,
    approves_after_us: int | None = None,
    tell: Tell | None = None,
) -> Replay:
    """Replay a playbook's journeys over a stretch of the log. Writes nothing. `tell` hears (words, done, of).

    `approves_after_us`: suppose that a colleague approves a crowd so long after it is first held; None: nobody does.
    """
    watch = _Watch()
    upto = last_sequence() if upto is None else upto
    start = to_us(span.start)
    stored = read_stored(start)
    program = compile_program(playbook, older=versions_of(stored))
    company, joined = playbook.company, read_joined(upto, from_us=start)
    days = Days.of(from_us=start, to_us=to_us(span.end), grid_us=span.grid_us, zone=company.time_zone)
    membership = membership_over(
        playbook,
        segments_needed(program),
        days,
        upto=upto,
        joined=joined,
        older=[c.journey for c in program.journeys if not c.is_current],
        tell=None if tell is None else lambda done, of: tell("who was in which segment", done, of),
    )
    watch.lap("membership")
    past = Through(
        stretch=Stretch(days.start, days.end, 0, upto),
        company=company,
        days=days,
        joined=joined,
        spells=membership.table,
        fields_told=read_told(fields_asked(program), FactScope(None, upto, joined, as_then=True), first_us=start),
        new_journeys=frozenset(playbook.journeys) - _ran_before(start),
    )
    tables, standing = history_tables(program, past, stored)
    everybody, notes = count_people(upto), notes_about(past, standing)
    asking = CrowdAsking(program, tables, approves_after_us, granted_in(past))
    watch.lap("reading")
    # no ORM past this point
    moved = move_with_crowds(asking, span.grid_us, tell)
    watch.lap("moving")
    return Replay(
        program,
        span,
        upto,
        everybody,
        moved.moved,
        watch.laps,
        membership.why_daily,
        notes if moved.is_settled else (*notes, UNSETTLED),
        standing.most,
        moved.held,
        approves_after_us,
    )


def _ran_before(at_us: int) -> frozenset[str]:
    """Return the journeys that had run by an instant."""
    rows = read_rows("SELECT DISTINCT journey FROM decide_journeyversion WHERE first_at <= %s", [at_us])
    return frozenset(journey for (journey,) in rows)


class _Watch:
    """How long each part took, in milliseconds."""

    def __init__(self) -> None:
        self.laps: dict[str, int] = {}
        self._since = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.laps[name] = round((now - self._since) * 1000)
        self._since = now
