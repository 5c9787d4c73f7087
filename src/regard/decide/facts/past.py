"""What lies before a decision: one interface for what is known now, what was known at a stored cycle, and a whole stretch.

Ways in, the tables a decision may see and the suppression of an address are written once, against `Past`. Its three
implementations are thin sources of rows: `live/past.py` (now), `verifying/past.py` (at the coordinates of a stored
cycle), `replay/past.py` (at every instant of a stretch).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa

from regard.decide.facts.members import read_changes
from regard.decide.facts.messages import read_last_words
from regard.decide.facts.programs import paused_journeys
from regard.decide.facts.scope import Changes, FactScope, FieldFacts, Stretch, Values
from regard.kernel.instant import DAY_US
from regard.playbooks.company import Company

STALE_US = 3 * DAY_US  # news older than this starts no journey: an import of last year's orders does not

Arrival = tuple[int, int, str, int]  # person, journey number, entry key, due_us


@dataclass(frozen=True, kw_only=True)
class Past(ABC):
    """What may be known. News is what happened in `stretch`; decisions are made from `first_us` to its end.

    `people`: whom tables are about; None while it is asked who comes to a door. `new_journeys`: those nobody ever ran.
    What is abstract is where now, then and a stretch have other sources; all else is read once for all three.
    """

    stretch: Stretch
    company: Company
    new_journeys: frozenset[str] = frozenset()
    people: Sequence[int] | None = None
    counts_planned: bool = True  # False at the claim: what is only planned does not count, and Act tells what it sent

    @cached_property
    def scope(self) -> FactScope:
        """Return how rows about its people are read."""
        return self.about(self.people)

    @property
    @abstractmethod
    def first_us(self) -> int:
        """Return the first instant at which somebody decides."""

    @property
    @abstractmethod
    def oldest_us(self) -> int:
        """Return since when what happened may still be news, whenever we heard of it."""

    @abstractmethod
    def about(self, people: Sequence[int] | None) -> FactScope:
        """Return how rows about these people are read; None: about everybody."""

    # Who comes to a door.

    @abstractmethod
    def written(self, seq: str, at: str) -> tuple[str, dict[str, int]]:
        """Return the condition that a numbered row is news, by its columns, and what it binds."""

    @abstractmethod
    def changes(self, segments: Collection[str]) -> Changes:
        """Return who entered and left these segments, as far as it is news."""

    @abstractmethod
    def members(self, segment: str, at_us: int) -> Iterable[tuple[int, int]]:
        """Return who is in a segment at an instant of the stretch, and since when."""

    @abstractmethod
    def told(self, field: str) -> Iterable[tuple[int, Values]]:
        """Return what everybody told of one field."""

    @abstractmethod
    def words(self, low_us: int, high_us: int, name: str | None) -> Iterable[tuple[int, int, int | None]]:
        """Yield (person, at_us, when they said something again) of what people said in (low, high]. `name`: of one sort."""

    @abstractmethod
    def looked_at(self, at_us: int) -> int:
        """Return the first instant at which somebody decides after `at_us`."""

    # What a decision about some people may see.

    @abstractmethod
    def fields(self, names: Collection[str]) -> FieldFacts:
        """Return what the people in scope told of themselves."""

    @abstractmethod
    def membership(self, segments: Collection[str], since_us: int) -> pa.Table:
        """Return `membership`: where people are in, and what they left since an instant."""

    @abstractmethod
    def ours(self, since_us: int) -> pa.Table:
        """Return our own messages to them since an instant, as `contact`."""

    @abstractmethod
    def former(self, journeys: Collection[str]) -> pa.Table:
        """Return `former`: when people entered these journeys before."""

    @abstractmethod
    def paused(self) -> Sequence[str]:
        """Return the journeys on pause."""


@dataclass(frozen=True, kw_only=True)
class PastOfCycle(Past):
    """What one cycle may know, and who stands inside a journey when it begins."""

    @property
    def first_us(self) -> int:
        """Return the clock of the cycle."""
        return self.stretch.until_us

    @property
    def oldest_us(self) -> int:
        """Return since when news is not stale."""
        return self.stretch.until_us - STALE_US

    def changes(self, segments: Collection[str]) -> Changes:
        """Return who entered and left these segments since the cycle before."""
        return read_changes(segments, self.stretch, self.about(None))

    def words(self, low_us: int, high_us: int, name: str | None) -> Iterator[tuple[int, int, int | None]]:
        """Yield the last words of people, where they fall in (low, high]."""
        last = read_last_words(self.about, self.stretch, low_us=low_us, high_us=high_us, name=name)
        yield from ((person, at_us, None) for person, at_us in last.items() if low_us < at_us <= high_us)

    def paused(self) -> Sequence[str]:
        """Return the journeys on pause."""
        return paused_journeys(self.stretch.upto)

    def written(self, seq: str, at: str) -> tuple[str, dict[str, int]]:  # noqa: ARG002 (a number says it)
        """Return that it was written down since the last cycle, whenever it happened."""
        return f"{seq} > %(after_seq)s AND {seq} <= %(upto)s", {"after_seq": self.stretch.after_seq}

    def looked_at(self, at_us: int) -> int:  # noqa: ARG002 (there is one clock)
        """Return the clock of the cycle."""
        return self.stretch.until_us

    @abstractmethod
    def due(self) -> Collection[int]:
        """Return whose timer has come."""

    @abstractmethod
    def inside(self, people: Collection[int]) -> Collection[int]:
        """Return who of these people is inside some journey, held or not."""

    @abstractmethod
    def active_in(self, journeys: Collection[str]) -> Collection[int]:
        """Return who is going on inside one of these journeys."""

    @abstractmethod
    def due_by_journey(self) -> Mapping[str, int]:
        """Return how many enrolments of each journey are due."""

    @abstractmethod
    def went(self, journeys: Collection[str]) -> Counter[tuple[str, str]]:
        """Return how many people each step of these journeys reached within the last day."""
