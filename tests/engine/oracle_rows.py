"""The rows a definition looks at, and how one of their values compares with what was asked."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from regard.playbooks.values.windows import Clock, period_span
from tests.engine.oracle_values import (
    as_instant,
    as_number,
    as_text,
    named,
    own_money,
    scaled,
    values_at,
)
from tests.engine.oracle_world import Touch, World


class Rows:
    def __init__(self, playbook, world: World, clock: Clock, upto: int, cuts=None) -> None:
        self.playbook, self.world, self.clock, self.upto = playbook, world, clock, upto
        self.cuts = cuts

    # rows

    def rows(self, person: int, per: str, clock: Clock) -> list[Touch]:
        inside = {person}
        if per == "account":
            account = self.world.accounts.get(person)
            inside = {p for p, a in self.world.accounts.items() if a == account} if account is not None else set()
        mine = [t for t in self.world.log if self.world.moved.get(t.origin, t.origin) in inside]
        return sorted(
            (t for t in mine if t.at <= clock.us and t.seq <= self.upto),
            key=lambda t: (t.at, t.seq),
        )

    def picked(self, person, part, events, clock, *, windowed=True, per="person", names_only=False) -> list[Touch]:
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
        return self.compare(where, values_at(t.properties, where.property), "text", is_list="[]" in where.property)

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
                self.hit(name, wanted, v, "list" if unit == "list" else "text") for v in value or [] if v is not None
            )
        else:
            hit = value is not None and self.hit(name, wanted, value, unit)
        return hit != negated

    def hit(self, name, wanted, value, unit) -> bool:
        if name in ("is", "is_not", "one_of", "none_of"):
            options = wanted if isinstance(wanted, tuple) else (wanted,)
            if all(isinstance(o, int | Decimal) and not isinstance(o, bool) for o in options) and unit != "list":
                number = as_number(value)
                return number is not None and any(number == scaled(o, unit) for o in options)
            return any(as_text(value) == (str(o).lower() if isinstance(o, bool) else str(o)) for o in options)
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
                "contains": lambda: wanted in text,
                "starts_with": lambda: text.startswith(wanted),
                "ends_with": lambda: text.endswith(wanted),
                "matches": lambda: re.search(wanted, text) is not None,
            }[name]()
        at = as_instant(value)
        if at is None:
            return False
        now = self.clock.us
        if name in ("before", "after"):
            bound = as_instant(wanted.isoformat() if isinstance(wanted, date) else wanted)
            return at < bound if name == "before" else at >= bound
        return {
            "older_than": at < now - wanted,
            "newer_than": now - wanted < at <= now,
            "in_next": now < at <= now + wanted,
        }[name]
