"""What was known at each instant of a stretch of history: every row is seen from when we knew it.

Membership is worked out anew from the log by the playbook being replayed (`membership.py`); who turned out to be somebody
we knew counts for them from when that was known (`joined.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regard.collect.columns import TOUCHPOINTS
from regard.decide.facts.columns import read_rows
from regard.decide.facts.enrolments import read_former
from regard.decide.facts.fields import FieldTold
from regard.decide.facts.messages import read_ours
from regard.decide.facts.past import Past
from regard.decide.facts.scope import Changes, FactScope, Values
from regard.decide.replay.joined import Joined
from regard.decide.replay.moments import Days
from regard.identify.columns import EVERYBODY, WHO
from regard.kernel.instant import FOREVER_US

FEW_OF_THEM = 30_000  # above so many people, everybody is read at once


@dataclass(frozen=True, kw_only=True)
class Through(Past):
    """A stretch of history. `spells`: rows (person, segment, from_us, to_us); `fields_told`: what is asked of anybody."""

    days: Days
    joined: Joined
    spells: pa.Table
    fields_told: FieldTold

    @property
    def first_us(self) -> int:
        """Return the beginning."""
        return self.days.start

    @property
    def oldest_us(self) -> int:
        """Return the beginning: what happened before is history."""
        return self.days.start

    @cached_property
    def scope(self) -> FactScope:
        """Return how rows about its people are read: where they are many, everybody's are."""
        return self.about(self.people if self.people is not None and len(self.people) < FEW_OF_THEM else None)

    def about(self, people: Sequence[int] | None) -> FactScope:
        """Return rows by who they turned out to be, seen from when we knew."""
        return FactScope(people, self.stretch.upto, self.joined, as_then=True)

    def written(self, seq: str, at: str) -> tuple[str, dict[str, int]]:
        """Return that it happened within the stretch."""
        stretch = self.stretch
        return f"{seq} <= %(upto)s AND {at} > %(from)s AND {at} <= %(to)s", {
            "from": stretch.after_us,
            "to": stretch.until_us,
        }

    def changes(self, segments: Collection[str]) -> Changes:
        """Return who entered and left these segments; who is in at the start did not come into it just then."""
        found: dict[tuple[str, bool], list[tuple[int, int]]] = {}
        for segment in segments:
            spells = list(self._spells(segment))
            found[segment, True] = [(person, since) for person, since, _ in spells if since > self.first_us]
            found[segment, False] = [(person, until) for person, _, until in spells if until < FOREVER_US]
        return found

    def members(self, segment: str, at_us: int) -> Iterable[tuple[int, int]]:
        """Return who was in a segment at an instant, and since when."""
        return [(person, since) for person, since, until in self._spells(segment) if since <= at_us < until]

    def _spells(self, segment: str) -> Iterator[tuple[int, int, int]]:
        rows = self.spells.filter(pc.equal(self.spells.column("segment"), segment))
        return zip(*(rows.column(name).to_pylist() for name in ("person", "from_us", "to_us")), strict=True)

    def told(self, field: str) -> Iterable[tuple[int, Values]]:
        """Return what everybody told of a field, from when each value counted."""
        return self.fields_told.told(field)

    def words(self, low_us: int, high_us: int, name: str | None) -> Iterator[tuple[int, int, int | None]]:
        """Yield what people said in (low, high], and when they said something again."""
        named = "AND t.name = %(name)s" if name else ""
        rows: list[tuple[int, int, int | None]] = read_rows(
            f"""
            SELECT person, at_us, next_us
            FROM (
                SELECT
                    {WHO} AS person, t.occurred_at AS at_us,
                    LEAD(t.occurred_at) OVER (PARTITION BY {WHO} ORDER BY t.occurred_at, t.seq) AS next_us
                FROM {TOUCHPOINTS} AS t JOIN {EVERYBODY} AS o ON o.id = t.origin
                WHERE t.direction = 'in' AND t.seq <= %(upto)s AND t.occurred_at > %(low)s {named}
            ) AS said
            WHERE at_us <= %(high)s AND (next_us IS NULL OR next_us > at_us + %(quiet)s)
            """,
            {
                "upto": self.stretch.upto,
                "low": low_us,
                "high": high_us,
                "quiet": self.stretch.until_us - high_us,
                "name": name,
            },
        )
        yield from rows

    def looked_at(self, at_us: int) -> int:
        """Return the first instant of the clock at or after one."""
        return int(self.days.strike(np.array([at_us]))[0])

    def fields(self, names: Collection[str]) -> FieldTold:  # noqa: ARG002 (what is asked was read before)
        """Return what the people in scope told, as it changed."""
        return self.fields_told.of(self.people or ())

    def membership(self, segments: Collection[str], since_us: int) -> pa.Table:  # noqa: ARG002 (what is asked was worked out)
        """Return the stretches of membership. Who is in when history begins did not come in just then: it leads nobody out."""
        since = self.spells.column("from_us")
        place = self.spells.schema.get_field_index("from_us")
        earlier = pc.if_else(pc.equal(since, self.first_us), 0, since)
        return self.spells.set_column(place, "from_us", earlier)

    def ours(self, since_us: int) -> pa.Table:
        """Return our own messages up to the beginning: later ones are decided again."""
        found = read_ours(self.scope, since_us=since_us)
        return found.filter(pc.less_equal(found.column("at_us"), self.first_us))

    def former(self, journeys: Collection[str]) -> pa.Table:
        """Return who had entered before the beginning: they come in again by the re-entry rule only."""
        return read_former(FactScope(None, self.stretch.upto), journeys, until_us=self.first_us)

    def paused(self) -> Sequence[str]:
        """Return none: the replay lets every journey run, and the report says how often colleagues paused one."""
        return ()
