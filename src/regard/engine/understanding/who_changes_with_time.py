"""Who changes although nobody touched them: time passed, and a window slid over something they did.

For two clocks this writes one query over the log: every row that lies in a stretch which some window's edge swept over,
or whose age in whole days became another number. It may name a few people too many (an event that is not their last
one), never one too few; so a cycle over touched and slid people equals a refresh.

Windows are mostly whole days long, so all edges sweep over the same few minutes of the day. The copy of the log keeps
these columns ordered by the time of day besides, so only those minutes of it are read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from regard.engine.bench.codes import Codes
from regard.engine.understanding.plan import Understanding
from regard.engine.understanding.sources.time import Stretch, sweeps
from regard.kernel.instant import DAY_US
from regard.kernel.sql import Sql, join
from regard.playbooks.conditions import walk
from regard.playbooks.conditions.base import ConditionBase
from regard.playbooks.traits.base import every_condition
from regard.playbooks.values.measures import Measure, Moment, Pick
from regard.playbooks.values.windows import Clock

_MOST_BANDS = 4  # more questions about the time of day cost more than they spare


@dataclass(frozen=True, slots=True)
class Slides:
    """What time changes between two clocks, for the traits and segments of one playbook."""

    understanding: Understanding  # at the new clock
    before: Clock

    def log_sql(self) -> Sql:
        """Return a query for the origins whose touchpoints slid, over `times` (time_of_day, origin, occurred_at, name)."""
        codes = self.understanding.codes
        swept, ages = self._stretches(), sorted(self._ages(), key=repr)
        parts = [_in_names(pick, codes, _swept(stretches)) for pick, stretches in swept.items()]
        parts += [_in_names(pick, codes, _aged(old, new)) for pick, old, new in ages]
        where = join(parts, " OR ") if parts else Sql("FALSE")
        passed = {stretch for stretches in swept.values() for stretch in stretches}
        band = _bands(passed | {(old + 1, new + 1) for _, old, new in ages})
        rows = f"SELECT origin, occurred_at, name FROM times WHERE {band.text}"
        sql = f"SELECT DISTINCT origin FROM ({rows}) l WHERE {where.text}"
        return Sql(sql, (*band.params, *where.params))

    def _stretches(self) -> dict[Pick, set[Stretch]]:
        """Return, for each filter by name, the stretches some edge swept over."""
        now = self.understanding.clock
        found: dict[Pick, set[Stretch]] = {}
        for measure in self.understanding.measures:
            swept = sweeps(measure.edges(self.before), measure.edges(now))
            found.setdefault(Pick(measure.pick.names), set()).update(swept)
            if measure.then is not None:
                arrived = sweeps((self.before.us + 1,), (now.us + 1,))
                found.setdefault(Pick(measure.then.names), set()).update(arrived)
        for old, new in self.understanding.turned(self.before):
            dated = self._measure_of(new)
            if dated is not None:
                found.setdefault(Pick(dated.pick.names), set()).update(sweeps(old.edges, new.edges))
        return {pick: stretches for pick, stretches in found.items() if stretches}

    def _measure_of(self, moment: Moment) -> Measure | None:
        if isinstance(moment.need, Measure):
            return moment.need
        trait = self.understanding.playbook.traits.get(moment.trait)
        return next(iter(trait.measures()), None) if trait else None

    def _ages(self) -> set[tuple[Pick, int, int]]:
        """Return the filters whose rows are counted in whole days, with the two clocks they are counted from."""
        playbook, now = self.understanding.playbook, self.understanding.clock
        found: set[tuple[Pick, int, int]] = set()
        for trait in playbook.traits.values():
            since = trait.counts_days_since()
            if since is not None:
                for ago in {0, *self._looks_back(trait)}:
                    found.add((Pick(since.pick.names), self.before.us - ago, now.us - ago))
        return found

    def _looks_back(self, trait: object) -> Iterator[int]:
        playbook = self.understanding.playbook
        conditions: list[ConditionBase] = [c for s in playbook.segments.values() for c in walk(s.who)]
        conditions += [c for t in playbook.traits.values() for c in every_condition(t)]
        for condition in conditions:
            back = condition.looks_back()
            if back is not None and playbook.traits[back[0]] is trait:
                yield back[1]


def active_sql(low: int, high: int) -> Sql:
    """Return a query for the origins with a touchpoint in [low, high), over `times`."""
    band = _bands({(low, high)})
    sql = f"SELECT DISTINCT origin FROM times WHERE {band.text} AND occurred_at >= ? AND occurred_at < ?"
    return Sql(sql, (*band.params, low, high))


def _bands(stretches: set[Stretch]) -> Sql:
    """Return a condition that holds for all rows in the stretches, by the time of day (UTC) alone."""
    bands: list[Stretch] = []
    for low, high in sorted(_within_days(stretches)):
        if bands and low <= bands[-1][1]:
            bands[-1] = (bands[-1][0], max(bands[-1][1], high))
        else:
            bands.append((low, high))
    if not 0 < len(bands) <= _MOST_BANDS:
        return Sql("TRUE")
    parts = [Sql("(time_of_day >= ? AND time_of_day < ?)", band) for band in bands]
    return join(parts, " OR ").wrap("(", ")")


def _within_days(stretches: set[Stretch]) -> Iterator[Stretch]:
    """Yield the stretches as times of day; one that goes over midnight is two."""
    for low, high in stretches:
        since = low % DAY_US
        until = since + high - low
        yield since, min(until, DAY_US)
        if until > DAY_US:
            yield 0, min(until - DAY_US, DAY_US)


def _swept(stretches: set[Stretch]) -> Sql:
    parts = [Sql("(occurred_at >= ? AND occurred_at < ?)", stretch) for stretch in sorted(stretches)]
    return join(parts, " OR ").wrap("(", ")")


def _aged(old: int, new: int) -> Sql:
    text = f"(occurred_at <= ? AND (? - occurred_at) // {DAY_US} <> (? - occurred_at) // {DAY_US})"
    return Sql(text, (old, old, new))


def _in_names(pick: Pick, codes: Codes, when: Sql) -> Sql:
    if not pick.names:
        return when
    names = codes.picked_names(pick)
    if not names:
        return Sql("FALSE")
    return Sql(f"(name IN ({', '.join('?' * len(names))}) AND {when.text})", (*names, *when.params))
