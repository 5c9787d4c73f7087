"""A plain re-computation: the same playbook judged person by person with loops, nothing of the engine in it.

It reads the definitions (typed playbook values) and the world (lists of rows) and follows the written rules literally.
Slow and obvious on purpose.
"""

from __future__ import annotations

import itertools
import json
import math
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from regard.kernel.instant import DAY_US, to_us
from regard.playbooks.windows import Clock, period_span

ABSENT = object()


@dataclass
class Touch:
    seq: int
    origin: int
    at: int
    name: str
    channel: str = "web"
    direction: str = "in"
    actor: str = "customer"
    value: int | None = None
    currency: str = "USD"
    score: int | None = None
    properties: dict = field(default_factory=dict)


@dataclass
class World:
    people: list[int]
    log: list[Touch]
    moved: dict[int, int] = field(default_factory=dict)
    fields: list[tuple[int, int, int, str, Any]] = field(
        default_factory=list
    )  # seq, origin, at, name, value
    consents: list[tuple[int, str, str, int | None, int | None]] = field(default_factory=list)
    contacts: list[tuple[int, str, str]] = field(default_factory=list)
    accounts: dict[int, int] = field(default_factory=dict)

    def survivors(self) -> list[int]:
        return [p for p in self.people if p not in self.moved]


class Oracle:
    def __init__(self, playbook, world: World, clock: Clock, upto: int, cuts=None) -> None:
        self.playbook, self.world, self.clock, self.upto = playbook, world, clock, upto
        self.cuts = cuts

    # rows

    def rows(self, person: int, per: str, clock: Clock) -> list[Touch]:
        inside = {person}
        if per == "account":
            account = self.world.accounts.get(person)
            inside = (
                {p for p, a in self.world.accounts.items() if a == account}
                if account is not None
                else set()
            )
        mine = [t for t in self.world.log if self.world.moved.get(t.origin, t.origin) in inside]
        return sorted(
            (t for t in mine if t.at <= clock.us and t.seq <= self.upto),
            key=lambda t: (t.at, t.seq),
        )

    def picked(
        self, person, part, events, clock, *, windowed=True, per="person", names_only=False
    ) -> list[Touch]:
        found = []
        for t in self.rows(person, per, clock):
            if "anything" not in events and not any(named(t.name, e) for e in events):
                continue
            if names_only:
                found.append(t)
                continue
            if part.channel and t.channel not in part.channel:
                continue
            if part.direction and t.direction not in part.direction:
                continue
            if part.actor and t.actor not in part.actor:
                continue
            if not all(self.where(w, t) for w in part.where):
                continue
            if windowed and not self.in_window(part, t.at, clock):
                continue
            found.append(t)
        return found

    def in_window(self, part, at: int, clock: Clock) -> bool:
        if part.during:
            low, high = period_span(part.during, clock)
            return low <= at < high and at <= clock.us
        if part.within and at <= clock.us - part.within:
            return False
        return at <= clock.us - (part.but_not_the_last or 0)

    def where(self, where, t: Touch) -> bool:
        if where.fact == "value":
            return self.compare(where, own_money(t), "money")
        if where.fact == "score":
            return self.compare(where, t.score, "score")
        return self.compare(
            where, values_at(t.properties, where.property), "text", is_list="[]" in where.property
        )

    # comparing

    def compare(self, part, value, unit: str, *, is_list=False) -> bool:
        return all(self.one(name, wanted, value, unit, is_list) for name, wanted in part.asked())

    def one(self, name, wanted, value, unit, is_list) -> bool:
        if name == "exists":
            there = bool(value) if is_list else value is not None
            return there == wanted
        negated = name in ("is_not", "none_of")
        if is_list:
            hit = any(
                self.hit(name, wanted, v, "list" if unit == "list" else "text")
                for v in value or []
                if v is not None
            )
        else:
            hit = value is not None and self.hit(name, wanted, value, unit)
        return hit != negated

    def hit(self, name, wanted, value, unit) -> bool:
        if name in ("is", "is_not", "one_of", "none_of"):
            options = wanted if isinstance(wanted, tuple) else (wanted,)
            if (
                all(isinstance(o, int | Decimal) and not isinstance(o, bool) for o in options)
                and unit != "list"
            ):
                number = as_number(value)
                return number is not None and any(number == scaled(o, unit) for o in options)
            return any(
                as_text(value) == (str(o).lower() if isinstance(o, bool) else str(o))
                for o in options
            )
        if name in ("at_least", "at_most", "more_than", "less_than"):
            number, bound = as_number(value), scaled(wanted, unit)
            if number is None:
                return False
            return {
                "at_least": number >= bound,
                "at_most": number <= bound,
                "more_than": number > bound,
                "less_than": number < bound,
            }[name]
        if name in ("contains", "starts_with", "ends_with", "matches"):
            text = as_text(value)
            return {
                "contains": lambda: wanted in text, "starts_with": lambda: text.startswith(wanted),
                "ends_with": lambda: text.endswith(wanted), "matches": lambda: re.search(wanted, text) is not None,
            }[name]()  # fmt: skip
        at = as_instant(value)
        if at is None:
            return False
        now = self.clock.us
        if name in ("before", "after"):
            bound = as_instant(wanted.isoformat() if isinstance(wanted, date) else wanted)
            return at < bound if name == "before" else at >= bound
        return {
            "older_than": at < now - wanted, "newer_than": now - wanted < at <= now, "in_next": now < at <= now + wanted,
        }[name]  # fmt: skip

    # traits

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
            return [
                n
                for r in rows
                for v in values_at(r.properties, word)
                if (n := as_number(v)) is not None
            ]
        return [n for r in rows if (n := as_number(values_at(r.properties, word))) is not None]

    def trait_sum(self, person, t, clock):
        found = self.numbers(person, t, t.sum, clock)
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
                    {"value": own_money(r), "score": r.score}.get(
                        word, values_at(r.properties, word)
                    ),
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
        return 1 + sum(
            below >= math.ceil(k * (len(everybody) - 1) / t.parts) for k in range(1, t.parts)
        )

    def trait_first_match(self, person, t, clock):
        return next((c.value for c in t.first_match if self.holds(person, c.when)), t.otherwise)

    # conditions

    def holds(self, person: int, c) -> bool:
        return getattr(self, "if_" + c.kind())(person, c)

    def member(self, person: int, segment: str) -> bool:
        return self.holds(person, self.playbook.segments[segment].who)

    def if_did(self, person, c):
        if c.first_time:
            rows = self.picked(person, c, c.did, self.clock, windowed=False)
            return bool(rows) and self.in_window(c, rows[0].at, self.clock)
        rows = self.picked(person, c, c.did, self.clock)
        if c.then or c.then_not:
            later = self.picked(person, c, c.then or c.then_not, self.clock, names_only=True)
            rows = [r for r in rows if self.followed(r, later, c)]
        if c.exactly is not None:
            return len(rows) == c.exactly
        least = c.at_least if c.at_least is not None else (0 if c.at_most is not None else 1)
        return len(rows) >= least and (c.at_most is None or len(rows) <= c.at_most)

    def followed(self, row, later, c) -> bool:
        next_at = min((r.at for r in later if r.at > row.at), default=None)
        if c.then:
            return next_at is not None and (not c.then_within or next_at - row.at <= c.then_within)
        return row.at <= self.clock.us - c.then_within and (
            next_at is None or next_at - row.at > c.then_within
        )

    def if_did_not(self, person, c):
        return not self.picked(person, c, c.did_not, self.clock)

    def if_trait(self, person, c):
        value, trait = self.trait(person, c.trait), self.playbook.traits[c.trait]
        unit = trait.unit()
        asked = self.compare(c, value, unit, is_list=unit == "list")
        if c.changed_within is None:
            return asked
        return asked and value != self.trait(person, c.trait, self.clock.shifted(c.changed_within))

    def told(self, person, name):
        mine = [
            f
            for f in self.world.fields
            if self.world.moved.get(f[1], f[1]) == person and f[3] == name
        ]
        return sorted(
            (f for f in mine if f[2] <= self.clock.us and f[0] <= self.upto),
            key=lambda f: (f[2], f[0]),
        )

    def if_field(self, person, c):
        told = self.told(person, c.field)
        asked = self.compare(c, scalar(told[-1][4]) if told else None, "text")
        if c.changed_within is None:
            return asked
        differs = [b for a, b in itertools.pairwise(told) if json.dumps(a[4]) != json.dumps(b[4])]
        return asked and bool(differs) and differs[-1][2] > self.clock.us - c.changed_within

    def consent(self, person, purpose, channel):
        if channel == "*":
            states = [
                self.consent(person, purpose, ch) for ch in self.playbook.purposes[purpose].channels
            ]
            return next((s for s in ("granted", "withdrawn") if s in states), None)
        mine = [r for r in self.world.consents if r[0] == person and r[2] in (channel, "*")]
        granted = max((r[3] for r in mine if r[1] == purpose and r[3] is not None), default=None)
        withdrawn = max(
            (r[4] for r in mine if r[1] in (purpose, "*") and r[4] is not None), default=None
        )
        if granted is not None and (withdrawn is None or granted > withdrawn):
            return "granted"
        return "withdrawn" if withdrawn is not None else None

    def if_consent(self, person, c):
        return (self.consent(person, c.consent, c.channel) or "unknown") == c.is_

    def if_reachable(self, person, c):
        held = [s for p, ch, s in self.world.contacts if p == person and ch == c.reachable]
        purpose = self.playbook.purposes[c.purpose] if c.purpose else None
        bound = purpose is not None and purpose.basis not in ("consent", "legitimate_interest")
        if not any(s == "" or (bound and s == "marketing") for s in held):
            return False
        if purpose is None or bound:
            return purpose is None or c.reachable in purpose.channels
        state = self.consent(person, c.purpose, c.reachable)
        return c.reachable in purpose.channels and (
            state == "granted" or (state is None and purpose.basis != "consent")
        )

    def if_in_segment(self, person, c):
        return self.member(person, c.in_segment)

    def if_stage(self, person, c):
        return self.trait(person, c.by) in c.stage

    def if_all(self, person, c):
        return all(self.holds(person, p) for p in c.all)

    def if_any(self, person, c):
        return any(self.holds(person, p) for p in c.any)

    def if_none(self, person, c):
        return not any(self.holds(person, p) for p in c.none)


def kind_of_trait(trait) -> str:
    return {
        "LastN": "last_n",
        "MostFrequent": "most_frequent",
        "DaysSince": "days_since",
        "FirstMatch": "first_match",
    }.get(type(trait).__name__, type(trait).__name__.lower())


def named(name: str, wanted: str) -> bool:
    if "*" not in wanted:
        return name == wanted
    return (
        re.fullmatch(".*".join(re.escape(p) for p in wanted.split("*")), name, re.DOTALL)
        is not None
    )


def own_money(t: Touch) -> int | None:
    return t.value if t.currency in ("", "USD") else None


def values_at(properties: Any, path: str) -> Any:
    """The scalar at a path, or the list of what lies at a path through `[]`."""
    found = [properties]
    for part in path.split("."):
        step = []
        for value in found:
            inner = (
                value.get(part.removesuffix("[]"), ABSENT) if isinstance(value, dict) else ABSENT
            )
            if part.endswith("[]"):
                step += inner if isinstance(inner, list) else []
            elif inner is not ABSENT:
                step.append(inner)
        found = step
    if "[]" in path:
        return [scalar(v) for v in found]
    return scalar(found[0]) if found else None


def scalar(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, separators=(",", ":"))


def as_text(value: Any) -> str:
    return value if isinstance(value, str) else scalar(value) or ""


def as_number(value: Any) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if not isinstance(value, str) or not re.fullmatch(
        r"\s*[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?\s*", value
    ):
        return None
    try:
        number = Decimal(value.strip()).quantize(Decimal("0.000001"), ROUND_HALF_UP)
    except InvalidOperation:
        return None
    return number if abs(number) < Decimal(10) ** 12 else None


def as_instant(value: Any) -> int | None:
    if isinstance(value, int):
        return value
    if not isinstance(value, str) or not re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return to_us(at if at.tzinfo else at.replace(tzinfo=UTC))


def scaled(value: Any, unit: str) -> Any:
    if unit == "money":
        return int((Decimal(str(value)) * 100).to_integral_value())
    return int(Decimal(str(value)) * 1000) if unit == "score" else value


def whole(value: Any, word: str) -> Any:
    return value if word in ("value", "score") else float(value)


def half_away(value: float) -> int:
    return int(math.copysign(math.floor(abs(value) + 0.5), value))
