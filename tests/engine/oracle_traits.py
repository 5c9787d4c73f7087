"""Every kind of trait, computed for one person with loops."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from typing import Any

from regard.kernel.instant import DAY_US
from regard.playbooks.values.windows import Clock
from tests.engine.oracle_rows import Rows
from tests.engine.oracle_values import as_number, half_away, own_money, values_at, whole


class Traits(Rows):
    """A trait of one person; `first_match` and `score among` ask the Oracle whether a condition holds."""

    def holds(self, person: int, c) -> bool:
        raise NotImplementedError

    def trait(self, person: int, name: str, clock: Clock | None = None) -> Any:
        clock = clock or self.clock
        trait = self.playbook.traits[name]
        return getattr(self, "trait_" + kind_of_trait(trait))(person, trait, clock)

    def events(self, part):
        return part.over or ("anything",)

    def trait_count(self, person, t, clock):
        return len(self.picked(person, t, t.count, clock, per=t.per))

    def numbers(self, person, t, word, clock):
        rows = self.picked(person, t, self.events(t), clock, per=t.per)
        if word == "value":
            return [v for r in rows if (v := own_money(r)) is not None]
        if word == "score":
            return [r.score for r in rows if r.score is not None]
        if "[]" in word:
            return [n for r in rows for v in values_at(r.properties, word) if (n := as_number(v)) is not None]
        return [n for r in rows if (n := as_number(values_at(r.properties, word))) is not None]

    def trait_sum(self, person, t, clock):
        found = self.numbers(person, t, t.sum, clock)
        if found and t.less:
            back = self.picked(person, t, t.less, clock, per=t.per)
            found = [*found, *(-abs(v) for r in back if (v := own_money(r)) is not None)]
        return whole(sum(found), t.sum) if found else None

    def trait_average(self, person, t, clock):
        found = self.numbers(person, t, t.average, clock)
        if not found:
            return None
        mean = float(sum(found)) / len(found)
        return half_away(mean) if t.average in ("value", "score") else mean

    def trait_smallest(self, person, t, clock):
        found = self.numbers(person, t, t.smallest, clock)
        return whole(min(found), t.smallest) if found else None

    def trait_largest(self, person, t, clock):
        found = self.numbers(person, t, t.largest, clock)
        return whole(max(found), t.largest) if found else None

    def carried(self, rows, word):
        for r in rows:
            if word in ("channel", "name"):
                yield r, getattr(r, word)
            elif "[]" in word:
                for v in values_at(r.properties, word):
                    yield r, v
            else:
                yield (
                    r,
                    {"value": own_money(r), "score": r.score}.get(word, values_at(r.properties, word)),
                )

    def edge(self, person, t, word, clock, place):
        rows = self.picked(person, t, self.events(t), clock, per=t.per)
        if word == "time":
            return rows[place].at if rows else None
        ordered = rows if place == 0 else rows[::-1]
        for r in ordered:
            values = [v for _, v in self.carried([r], word)]
            if values and values[0] is not None:
                return values[0]
        return None

    def trait_first(self, person, t, clock):
        return self.edge(person, t, t.first, clock, 0)

    def trait_last(self, person, t, clock):
        return self.edge(person, t, t.last, clock, -1)

    def trait_distinct(self, person, t, clock):
        rows = self.picked(person, t, self.events(t), clock, per=t.per)
        return len({v for _, v in self.carried(rows, t.distinct) if v is not None})

    def trait_most_frequent(self, person, t, clock):
        rows = self.picked(person, t, self.events(t), clock, per=t.per)
        pairs = [(r.at, v) for r, v in self.carried(rows, t.most_frequent) if v is not None]
        if not pairs:
            return None
        times, latest = Counter(v for _, v in pairs), {}
        for at, v in pairs:
            latest[v] = max(at, latest.get(v, at))
        return min(times, key=lambda v: (-times[v], -latest[v], v))

    def trait_last_n(self, person, t, clock):
        rows = self.picked(person, t, self.events(t), clock, per=t.per)
        latest = {}
        for r, v in self.carried(rows, t.last_n):
            if v is not None:
                old = latest.get(v, (r.at, r.seq))
                latest[v] = (max(old[0], r.at), max(old[1], r.seq))
        ordered = sorted(latest, key=lambda v: (-latest[v][0], -latest[v][1], v))
        return ordered[: t.n] or None

    def last_at(self, person, t, events, clock):
        rows = self.picked(person, t, events, clock, per=t.per)
        return rows[-1].at if rows else None

    def trait_days_since(self, person, t, clock):
        last = self.last_at(person, t, t.days_since, clock)
        return None if last is None else (clock.us - last) // DAY_US

    def gap(self, person, t, events, clock):
        days = sorted({r.at // DAY_US for r in self.picked(person, t, events, clock, per=t.per)})
        gaps = sorted(b - a for a, b in itertools.pairwise(days))
        return gaps[math.ceil(len(gaps) / 2) - 1] if len(gaps) >= 2 else None

    def trait_rhythm(self, person, t, clock):
        return self.gap(person, t, t.rhythm, clock)

    def trait_silence(self, person, t, clock):
        last, gap = self.last_at(person, t, t.silence, clock), self.gap(person, t, t.silence, clock)
        return None if last is None or gap is None else ((clock.us - last) // DAY_US) / gap

    def trait_ratio(self, person, t, clock):
        above, below = (self.trait(person, n, clock) for n in t.ratio)
        return None if above is None or not below else float(above) / float(below)

    def trait_score(self, person, t, clock):
        sign = -1 if t.best == "low" else 1

        def ranked(p):
            value = self.trait(p, t.score, clock)
            inside = t.among is None or self.holds(p, t.among)
            return None if value is None or not inside else sign * float(value)

        mine = ranked(person)
        if mine is None:
            return None
        name = next(n for n, other in self.playbook.traits.items() if other is t)
        if self.cuts is not None:
            return 1 + sum(mine > cut for cut in self.cuts[name])
        everybody = [v for p in self.world.survivors() if (v := ranked(p)) is not None]
        below = sum(v < mine for v in everybody)
        return 1 + sum(below >= math.ceil(k * (len(everybody) - 1) / t.parts) for k in range(1, t.parts))

    def trait_first_match(self, person, t, clock):
        return next((c.value for c in t.first_match if self.holds(person, c.when)), t.otherwise)


def kind_of_trait(trait) -> str:
    return {
        "LastN": "last_n",
        "MostFrequent": "most_frequent",
        "DaysSince": "days_since",
        "FirstMatch": "first_match",
    }.get(type(trait).__name__, type(trait).__name__.lower())
