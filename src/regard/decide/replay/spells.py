"""Stretches of membership, put together from who was in at each midnight and at each instant between."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from regard.decide.replay.moments import Moments
from regard.engine.journeys.tables import INPUTS
from regard.kernel.instant import FOREVER_US


class Spells:
    """Who is in each segment now, and every change so far. People are places in the list of the moments."""

    def __init__(self, segments: tuple[str, ...]) -> None:
        self.segments = segments
        self._state: dict[str, np.ndarray] = {}
        self._changes: dict[str, list[np.ndarray]] = {s: [] for s in segments}
        self._people = np.array([], dtype=np.int64)

    def see(self, number: int, midnight_us: int, moments: Moments, found: pa.Table) -> None:
        """Take in what was found on a day: a row a point (`pid` and the segments); who has no row is in nothing."""
        pids = np.asarray(found.column("pid").to_numpy(), dtype=np.int64)
        later = moments.of_day(number)
        at_midnight = moments.is_day[pids]
        everybody = moments.place[pids[at_midnight]]
        between = pids[~at_midnight]
        for segment in self.segments:
            flags = np.asarray(found.column(segment).to_numpy(zero_copy_only=False), dtype=bool)
            now = np.zeros(moments.people.size, dtype=bool)
            now[everybody] = flags[at_midnight]
            self.set_all(segment, moments.people, np.full(now.size, midnight_us), now)
            self._follow(segment, moments, later, between[flags[~at_midnight]])

    def set_all(self, segment: str, people: np.ndarray, at_us: np.ndarray, now: np.ndarray) -> None:
        """Say who is in a segment, by place in `people`, and from when each change counts."""
        self._people = people
        state = self._state.get(segment)
        if state is None:
            state = np.zeros(people.size, dtype=bool)
        changed = np.flatnonzero(now != state)
        self._note(segment, changed, at_us[changed], now[changed])
        self._state[segment] = now

    def _follow(self, segment: str, moments: Moments, later: np.ndarray, inside: np.ndarray) -> None:
        """Go through the points of one day in order of person and time."""
        if not later.size:
            return
        state = self._state[segment]
        place, at = moments.place[later], moments.at[later]
        now = np.isin(later, inside)
        is_first = np.r_[True, place[1:] != place[:-1]]
        before = np.where(is_first, state[place], np.r_[False, now[:-1]])
        changed = now != before
        self._note(segment, place[changed], at[changed], now[changed])
        is_last = np.r_[is_first[1:], True]
        state[place[is_last]] = now[is_last]

    def _note(self, segment: str, place: np.ndarray, at: np.ndarray, entered: np.ndarray) -> None:
        if place.size:
            rows = np.stack([place, at.astype(np.int64), entered.astype(np.int64)])
            self._changes[segment].append(rows)

    def table(self) -> pa.Table:
        """Return the stretches as `membership`: person, segment, from_us, to_us."""
        tables = [self._of(segment) for segment in self.segments]
        return pa.concat_tables([INPUTS["membership"].empty_table(), *tables])

    def _of(self, segment: str) -> pa.Table:
        """Pair each entry with the leaving that follows it; of one person they take turns."""
        rows = self._changes[segment]
        if not rows:
            return INPUTS["membership"].empty_table()
        place, at, entered = np.concatenate(rows, axis=1)
        order = np.lexsort((at, place))
        place, at, entered = place[order], at[order], entered[order] == 1
        until = np.full(at.size, FOREVER_US, dtype=np.int64)
        goes_on = np.r_[place[1:] == place[:-1], False]
        until[goes_on] = at[1:][goes_on[:-1]]
        person = self._people[place[entered]]
        return pa.table(
            [person, pa.array([segment] * person.size, pa.string()), at[entered], until[entered]],
            schema=INPUTS["membership"],
        )
