"""At which instants membership must be looked at: after each thing that happened, and at midnights."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from regard.engine.bench.store import Workbench
from regard.engine.understanding.at_many_instants import Slide, names_of, slides_of
from regard.engine.understanding.plan import Understanding
from regard.kernel.instant import from_us, to_us
from regard.kernel.sql import Sql

Whole = np.ndarray  # of int64


@dataclass(frozen=True, slots=True)
class Days:
    """A stretch as the instants at which everybody is looked at: its start, then each midnight of the company."""

    start: int
    end: int
    grid_us: int
    starts: tuple[int, ...]

    @classmethod
    def of(cls, *, from_us: int, to_us: int, grid_us: int, zone: str) -> Days:
        """Return the days of a stretch; its clock strikes at `from_us` and every `grid_us` after it."""
        clock = Days(from_us, to_us, grid_us, ())
        midnights = (int(clock.strike(np.array([m]))[0]) for m in _midnights(from_us, to_us, zone))
        return cls(from_us, to_us, grid_us, (from_us, *sorted({m for m in midnights if m <= to_us})))

    def strike(self, instants: Whole) -> Whole:
        """Return for each instant the first one of the clock at or after it; what was before is seen at the start."""
        steps = np.maximum(-(-(instants - self.start) // self.grid_us), 0)
        return np.asarray(self.start + steps * self.grid_us, dtype=np.int64)

    def day_of(self, instants: Whole) -> Whole:
        """Return the number of the day each instant lies in."""
        return np.searchsorted(np.array(self.starts), instants, side="right") - 1

    def next_day(self, instants: Whole) -> Whole:
        """Return the number of the first midnight at or after each instant; beyond the last: how many there are."""
        return np.searchsorted(np.array(self.starts), instants, side="left")


def _midnights(start: int, end: int, zone: str) -> Iterator[int]:
    day = from_us(start).astimezone(ZoneInfo(zone)).date()
    while True:
        day += timedelta(days=1)
        at = to_us(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC))
        if at > end:
            return
        if at > start:
            yield at


@dataclass(frozen=True, slots=True)
class Moments:
    """Points by number (pid): whose (a place in `people`), when, on which day, and whether it is a midnight's."""

    people: Whole
    place: Whole
    at: Whole
    day: Whole
    is_day: np.ndarray
    first_of_day: Whole  # the points between midnights, by day: where each day begins

    def of_day(self, number: int) -> Whole:
        """Return the points between this midnight and the next, in order of person and time."""
        return np.arange(self.first_of_day[number], self.first_of_day[number + 1])

    def table(self) -> pa.Table:
        """Return the points as `all_points`: pid, person, at_us, day, is_day."""
        pids = np.arange(self.at.size)
        names = ["pid", "person", "at_us", "day", "is_day"]
        return pa.table([pids, self.people[self.place], self.at, self.day, self.is_day], names=names)


def moments_of(
    bench: Workbench, understanding: Understanding, days: Days, *, known: pa.Table, words: pa.Table
) -> Moments:
    """Return every instant at which something may have changed, over `held` (the log by person).

    `known` says since when we know whom (person, at_us); `words` are other instants that count (person, at_us).
    """
    people = np.unique(_column(known, "person"))
    since = np.zeros(people.size, dtype=np.int64)
    since[np.searchsorted(people, _column(known, "person"))] = _column(known, "at_us")
    place, at = _happened(bench, understanding, days, people, words)
    kept = (at <= days.end) & (at >= since[place])
    place, at = place[kept], days.strike(at[kept])
    begins = days.strike(since)
    place, at = np.r_[place, np.arange(people.size)], np.r_[at, begins]
    return _numbered(days, people, place, at, _slid(bench, understanding, days, people, since))


def _happened(
    bench: Workbench, understanding: Understanding, days: Days, people: Whole, words: pa.Table
) -> tuple[Whole, Whole]:
    touched = _touched(bench, days.start, days.end, names_of(understanding))
    found = pa.concat_tables([touched, words.select(["person", "at_us"])])
    return _placed(people, found)


def _slid(
    bench: Workbench, understanding: Understanding, days: Days, people: Whole, since: Whole
) -> tuple[Whole, Whole]:
    """Return (place, day) of each midnight after which some window had moved over something."""
    places, numbers = [], []
    for slide in slides_of(understanding):
        place, at = _placed(people, _slide_rows(bench, days, slide))
        number = days.next_day(at + slide.after_us)
        kept = number < len(days.starts)
        places.append(place[kept])
        numbers.append(number[kept])
    if not places:
        return np.array([], np.int64), np.array([], np.int64)
    place, number = np.concatenate(places), np.concatenate(numbers)
    kept = np.array(days.starts)[number] >= since[place]
    return place[kept], number[kept]


def _slide_rows(bench: Workbench, days: Days, slide: Slide) -> pa.Table:
    return _touched(bench, days.start - slide.after_us, days.end - slide.after_us, slide.names)


def _touched(bench: Workbench, after: int, until: int, names: tuple[int, ...]) -> pa.Table:
    listed = ", ".join(str(int(name)) for name in names) or "-1"
    return bench.take(
        Sql(
            f"SELECT person, occurred_at AS at_us FROM held WHERE name IN ({listed})"
            " AND occurred_at > ? AND occurred_at <= ?",
            (after, until),
        )
    )


def _placed(people: Whole, found: pa.Table) -> tuple[Whole, Whole]:
    """Return (place, instant) of rows about people we may compute."""
    person, at = _column(found, "person"), _column(found, "at_us")
    place = np.minimum(np.searchsorted(people, person), max(people.size - 1, 0))
    kept = people[place] == person if people.size else np.zeros(0, dtype=bool)
    return place[kept], at[kept]


def _numbered(days: Days, people: Whole, place: Whole, at: Whole, slid: tuple[Whole, Whole]) -> Moments:
    """Return the points once each: those between midnights by day, person and time, then the midnights'."""
    steps = (days.end - days.start) // days.grid_us + 2
    step = (at - days.start) // days.grid_us
    kept = at <= days.end
    once = np.unique(place[kept] * steps + step[kept])
    place, at = once // steps, days.start + once % steps * days.grid_us
    day, starts = days.day_of(at), np.array(days.starts)
    is_between = starts[day] != at
    # A midnight follows whatever happened on the day before.
    after = np.where(is_between, day + 1, day)
    many = len(days.starts) + 1
    nights = np.unique(np.r_[place * many + after, slid[0] * many + slid[1]])
    nights = nights[nights % many < len(days.starts)]
    place, at, day = place[is_between], at[is_between], day[is_between]
    order = np.lexsort((at, place, day))
    bounds = np.searchsorted(day[order], np.arange(len(days.starts) + 1))
    night_place, night = nights // many, nights % many
    return Moments(
        people,
        np.r_[place[order], night_place],
        np.r_[at[order], starts[night]],
        np.r_[day[order], night],
        np.r_[np.zeros(order.size, dtype=bool), np.ones(nights.size, dtype=bool)],
        bounds,
    )


def _column(table: pa.Table, name: str) -> Whole:
    return np.asarray(table.column(name).to_numpy(), dtype=np.int64)
