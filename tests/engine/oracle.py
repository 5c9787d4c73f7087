"""A plain re-computation: the same playbook judged person by person with loops, nothing of the engine in it.

It reads the definitions (typed playbook values) and the world (lists of rows) and follows the written rules literally.
Slow and obvious on purpose.
"""

from __future__ import annotations

import itertools
import json

from tests.engine.oracle_traits import Traits
from tests.engine.oracle_values import scalar
from tests.engine.oracle_world import Touch, World

__all__ = ["Oracle", "Touch", "World"]


class Oracle(Traits):
    """Rows, then traits, then conditions: each reads only the one before, but a score may ask for a segment."""

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
        return row.at <= self.clock.us - c.then_within and (next_at is None or next_at - row.at > c.then_within)

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
        mine = [f for f in self.world.fields if self.world.moved.get(f[1], f[1]) == person and f[3] == name]
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
            states = [self.consent(person, purpose, ch) for ch in self.playbook.purposes[purpose].channels]
            return next((s for s in ("granted", "withdrawn") if s in states), None)
        mine = [r for r in self.world.consents if r[0] == person and r[2] in (channel, "*")]
        granted = max((r[3] for r in mine if r[1] == purpose and r[3] is not None), default=None)
        withdrawn = max((r[4] for r in mine if r[1] in (purpose, "*") and r[4] is not None), default=None)
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
