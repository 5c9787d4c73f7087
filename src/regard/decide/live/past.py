"""What is known now: members as shown, cards as they are, our own messages and enrolments as they are written down."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from regard.collect.among import among
from regard.decide.facts.columns import read_input, read_rows
from regard.decide.facts.enrolments import people_inside, read_former
from regard.decide.facts.fields import FactCards, read_cards
from regard.decide.facts.members import read_members
from regard.decide.facts.messages import CLAIMED, COUNTED, read_ours
from regard.decide.facts.past import PastOfCycle
from regard.decide.facts.scope import FactScope, Values, among_named
from regard.identify.columns import EVERYBODY, WHO
from regard.kernel.instant import DAY_US, FOREVER_US
from regard.profile.columns import CARDS
from regard.understand.columns import SEGMENT_CHANGES, SHOWN_MEMBERS, SHOWN_RUN


@dataclass(frozen=True, kw_only=True)
class Now(PastOfCycle):
    """What is known when a cycle, or a claim, reads it. `as_then`: a row is seen from its own instant on."""

    as_then: bool = False

    def about(self, people: Sequence[int] | None) -> FactScope:
        """Return rows by who speaks now."""
        return FactScope(people, self.stretch.upto, as_then=self.as_then)

    def members(self, segment: str, at_us: int) -> Iterable[tuple[int, int]]:  # noqa: ARG002 (it is now)
        """Return who is shown in a segment."""
        return read_members(segment, self.about(None))

    def told(self, field: str) -> Iterator[tuple[int, Values]]:
        """Yield what every card says of a field."""
        rows = read_rows(
            f"""
            SELECT {WHO}, c.fields
            FROM {CARDS} AS c JOIN {EVERYBODY} AS o ON o.id = c.person_id
            WHERE c.fields LIKE %s
            """,
            [f'%"{field}"%'],
        )
        return ((person, [(0, json.loads(fields).get(field))]) for person, fields in rows)

    def fields(self, names: Collection[str]) -> FactCards:  # noqa: ARG002 (a card has them all)
        """Return the cards of the people in scope."""
        return read_cards(self.scope)

    def membership(self, segments: Collection[str], since_us: int) -> pa.Table:
        """Return where people are in now, and what they left since."""
        scope, names = self.scope, among(sorted(segments))[1]
        named = among_named("segments", ("",))
        now = read_input(
            "membership",
            f"""
            SELECT {WHO}, m.segment, m.since_at
            FROM {SHOWN_MEMBERS} AS m {scope.joined("m.person_id")} AND m.segment {named}
            """,
            scope.bound(segments=names),
            to_us=FOREVER_US,
        )
        left = read_input(
            "membership",
            f"""
            SELECT {WHO}, c.segment, c.as_of
            FROM {SEGMENT_CHANGES} AS c {scope.joined("c.person_id")}
                AND c.run_id <= {SHOWN_RUN} AND c.entered = %(left)s AND c.as_of > %(since)s AND c.segment {named}
            """,
            scope.bound(segments=names, left=False, since=since_us),
            from_us=0,
        )
        return pa.concat_tables([now, left])

    def ours(self, since_us: int) -> pa.Table:
        """Return our messages as they are written down."""
        return read_ours(self.scope, since_us=since_us, outcomes=COUNTED if self.counts_planned else CLAIMED)

    def former(self, journeys: Collection[str]) -> pa.Table:
        """Return when people entered these journeys before."""
        return read_former(self.scope, journeys)

    def due(self) -> set[int]:
        """Return whose timer has come."""
        return people_inside(self.about(None), "e.state = 'active' AND e.due_at <= %(now)s", now=self.first_us)

    def inside(self, people: Collection[int]) -> set[int]:
        """Return who of these people is inside; held ones too: from when they are due is written down."""
        return people_inside(self.about(sorted(people)), "e.state IN ('active', 'paused')")

    def active_in(self, journeys: Collection[str]) -> set[int]:
        """Return who is going on inside one of these journeys."""
        named = f"e.state = 'active' AND e.journey {among_named('journeys', journeys)}"
        return people_inside(self.about(None), named, journeys=among(sorted(journeys))[1])

    def due_by_journey(self) -> Mapping[str, int]:
        """Return how many enrolments of each journey are due.

        Found by the index of who is due, then counted: no planner knows beforehand that they are few, and would rather
        walk everybody in order of journey.
        """
        rows = read_rows(
            """
            WITH due AS MATERIALIZED (SELECT journey FROM decide_enrolment WHERE state = 'active' AND due_at <= %s)
            SELECT journey, COUNT(*) FROM due GROUP BY journey
            """,
            [self.stretch.until_us],
        )
        return dict(rows)

    def went(self, journeys: Collection[str]) -> Counter[tuple[str, str]]:
        """Return how many the steps of these journeys reached in the last day, found by the cycles of that day."""
        since = self.stretch.until_us - DAY_US
        before = read_rows("SELECT id FROM decide_cycle WHERE as_of <= %s ORDER BY id DESC LIMIT 1", [since])
        listed, bound = among(sorted(journeys))
        rows = read_rows(
            f"""
            SELECT journey, step, COUNT(*)
            FROM decide_decision
            WHERE cycle_id > %s AND verdict = 'go' AND as_of > %s AND journey {listed}
            GROUP BY journey, step
            """,
            [before[0][0] if before else 0, since, bound],
        )
        return Counter({(journey, step): people for journey, step, people in rows})
