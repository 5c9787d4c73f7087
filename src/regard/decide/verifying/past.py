"""What was known at a stored cycle: members by the changes up to its run, fields by the tellings up to its number.

Who spoke for whom is what the joinings say up to then. What bears no such number, our own messages and who stood inside,
is what the verification has decided so far.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from regard.decide.facts.columns import as_input
from regard.decide.facts.fields import FactCards, read_told
from regard.decide.facts.members import read_spells
from regard.decide.facts.past import PastOfCycle
from regard.decide.facts.scope import FactScope, Values
from regard.decide.verifying.carried import INSIDE, Carried
from regard.decide.verifying.families import Families
from regard.kernel.instant import FOREVER_US


@dataclass(frozen=True, slots=True)
class GoneSince:
    """A message decided before, as far as it was known then what became of it."""

    origin: int
    at_us: int
    channel: str
    bit: int  # what it counts as


@dataclass(frozen=True, kw_only=True)
class Then(PastOfCycle):
    """What one stored cycle knew. `gone`: messages to its people; `acts`: the (journey, step) of each go of the day before."""

    carried: Carried
    gone: Sequence[GoneSince] = ()
    acts: Sequence[tuple[str, str]] = ()

    @property
    def families(self) -> Families:
        """Return who spoke for whom."""
        return self.carried.families

    def about(self, people: Sequence[int] | None) -> FactScope:
        """Return rows by who spoke then."""
        return FactScope(people, self.stretch.upto, self.families)

    def members(self, segment: str, at_us: int) -> Iterable[tuple[int, int]]:  # noqa: ARG002 (it is then)
        """Return who was in a segment when the cycle ran."""
        spells = read_spells({segment}, self.about(None), run=self.stretch.run)
        return {person: since for person, _, since, until in spells if until == FOREVER_US}.items()

    def told(self, field: str) -> Iterable[tuple[int, Values]]:
        """Return the newest that everybody had told of a field."""
        told = read_told({field}, self.about(None), first_us=self.first_us).told(field)
        return [(person, [(0, values[-1][1])]) for person, values in told]

    def fields(self, names: Collection[str]) -> FactCards:
        """Return what the people in scope had told."""
        return read_told(names, self.scope, first_us=self.first_us).newest(self.scope.people or ())

    def membership(self, segments: Collection[str], since_us: int) -> pa.Table:
        """Return where people were in, and what they had left since, up to the run the cycle saw."""
        spells = read_spells(segments, self.scope, run=self.stretch.run)
        return as_input(
            "membership",
            (
                (person, segment, since if until == FOREVER_US else 0, until)
                for person, segment, since, until in spells
                if until > since_us
            ),
        )

    def ours(self, since_us: int) -> pa.Table:  # noqa: ARG002 (few enough)
        """Return the messages that the verification decided before."""
        speaker = self.families.speaker
        rows = ((speaker(one.origin), one.at_us, 0, one.channel, one.bit, 0, None) for one in self.gone)
        return as_input("contact", rows)

    def former(self, journeys: Collection[str]) -> pa.Table:  # noqa: ARG002 (few enough)
        """Return who was in a journey before, by what the verification let in."""
        rows = self.carried.of(self.scope.origins or ())
        return as_input(
            "former", ((self.families.speaker(r.origin), r.journey, r.entry_key, r.entered_us) for r in rows)
        )

    def due(self) -> set[int]:
        """Return whose timer had come."""
        due = self.carried.due(self.stretch.until_us)
        return {self.families.speaker(row.origin) for row in due if row.state == "active"}

    def inside(self, people: Collection[int]) -> set[int]:
        """Return who of these people was inside, held or not."""
        rows = self.carried.of(self.families.origins(people))
        return {self.families.speaker(row.origin) for row in rows if row.state in INSIDE}

    def active_in(self, journeys: Collection[str]) -> set[int]:
        """Return who was going on inside one of these journeys."""
        rows = (row for journey in journeys for row in self.carried.in_journey(journey))
        return {self.families.speaker(row.origin) for row in rows if row.state == "active"}

    def due_by_journey(self) -> Mapping[str, int]:
        """Return how many enrolments of each journey were due."""
        return Counter(row.journey for row in self.carried.due(self.stretch.until_us) if row.state == "active")

    def went(self, journeys: Collection[str]) -> Counter[tuple[str, str]]:
        """Return how many each step had reached within the last day."""
        return Counter(place for place in self.acts if place[0] in journeys)
