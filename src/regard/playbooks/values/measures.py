"""Measures: what conditions and traits need read off the log, the profile and the consents, before anything is decided.

A measure is a frozen value; equal needs are computed once, whoever asks. The engine turns all measures of a playbook
into one scan; conditions and traits only name the column by `key()`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from hashlib import blake2b
from typing import Literal, Protocol

import re2

from regard.kernel.sql import Sql
from regard.playbooks.values.compare import Compare, Operand, Unit
from regard.playbooks.values.windows import Clock, Window

Take = Literal[
    "count",
    "sum",
    "average",
    "smallest",
    "largest",
    "first",
    "last",
    "first_at",
    "last_at",
    "distinct",
    "most_frequent",
    "last_n",
    "rhythm",
    "followed",
    "unfollowed",
]


@dataclass(frozen=True, slots=True)
class Fact:
    """Something a touchpoint carries: its value (money), its score, its channel or name, or a property by path."""

    kind: Literal["value", "score", "channel", "name", "property"]
    path: str = ""

    @property
    def is_list(self) -> bool:
        """Say whether one touchpoint may carry several (a path through `[]`)."""
        return "[]" in self.path

    def words(self) -> str:
        """Return the fact's name in a sentence."""
        return self.path or {"name": "what happened"}.get(self.kind, self.kind)


@dataclass(frozen=True, slots=True)
class Asked:
    """One comparison of a fact: the `where` of a filter."""

    fact: Fact
    compare: Compare


@dataclass(frozen=True, slots=True)
class Pick:
    """Which touchpoints count. No names means every name; a name may end in `*`."""

    names: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    directions: tuple[str, ...] = ()
    actors: tuple[str, ...] = ()
    where: tuple[Asked, ...] = ()

    def takes_name(self, name: str) -> bool:
        """Say whether a touchpoint of this name is picked; `*` stands for any letters."""
        return not self.names or any(
            name == wanted or ("*" in wanted and _star(wanted).fullmatch(name) is not None) for wanted in self.names
        )


def _star(wanted: str) -> re2._Regexp:
    return re2.compile(".*".join(re2.escape(part) for part in wanted.split("*")))


@dataclass(frozen=True, slots=True)
class Need(ABC):
    """Something a condition or trait needs to know of a person before anything is decided; each kind has its source.

    `key()` is its column: the same for the same need, in every process (engine/understanding/sources/).
    """

    @abstractmethod
    def key(self) -> str:
        """Return the column of this need."""

    @property
    def is_instant(self) -> bool:
        """Say whether its value is a time, which moves when people are looked at from many clocks at once."""
        return False

    def implies(self) -> tuple[Need, ...]:
        """Return what else must be known to answer it."""
        return ()


@dataclass(frozen=True, slots=True)
class Measure(Need):
    """One number, text or time read off the log for each person, or for their account."""

    take: Take
    pick: Pick
    window: Window = Window()  # noqa: RUF009 (frozen)
    fact: Fact | None = None
    unit: Unit = "number"
    per: Literal["person", "account"] = "person"
    n: int = 0
    ago: int = 0  # as it stood this long before the clock
    then: Pick | None = None
    then_within: int = 0

    def key(self) -> str:
        """Return the column of this measure."""
        return "m_" + _digest(self)

    @property
    def is_instant(self) -> bool:
        """Say whether it takes the time of a touchpoint."""
        return self.take in ("first_at", "last_at")

    def clock(self, clock: Clock) -> Clock:
        """Return the clock this measure is read at."""
        return clock.shifted(self.ago) if self.ago else clock

    def edges(self, clock: Clock) -> tuple[int, ...]:
        """Return the instants at which an event changes sides as time passes: window edges at this clock."""
        low, high = self.window.span(self.clock(clock))
        edges = tuple(e for e in (low, high) if e is not None)
        if self.take == "unfollowed":
            edges += (self.clock(clock).us - self.then_within + 1,)
        return edges


@dataclass(frozen=True, slots=True)
class Told(Need):
    """A field of the profile as last told: its value, or when it last changed to another value."""

    name: str
    changed: bool = False

    def key(self) -> str:
        """Return the column of this field."""
        return "f_" + _digest(self)

    @property
    def is_instant(self) -> bool:
        """Say whether it asks when the field changed."""
        return self.changed


@dataclass(frozen=True, slots=True)
class Agreed(Need):
    """The state of a consent: granted, withdrawn or NULL where nothing was ever said."""

    purpose: str
    channel: str = "*"

    def key(self) -> str:
        """Return the column of this consent."""
        return "c_" + _digest(self)


@dataclass(frozen=True, slots=True)
class Reached(Need):
    """Whether a person can be reached on a channel for a purpose: 'yes', or why not."""

    channel: str
    purpose: str = ""

    def key(self) -> str:
        """Return the column of this answer."""
        return "r_" + _digest(self)

    def implies(self) -> tuple[Need, ...]:
        """For a purpose, whether they agreed to it on this channel."""
        return (Agreed(self.purpose, self.channel),) if self.purpose else ()


@lru_cache(maxsize=4096)
def _digest(need: Hashable) -> str:
    return blake2b(repr(need).encode(), digest_size=6).hexdigest()


class Names(Protocol):
    """What a condition may ask of the engine while it writes its SQL."""

    @property
    def clock(self) -> Clock:
        """Return the clock conditions are judged at."""

    @property
    def currency(self) -> str:
        """Return the company's currency."""

    def trait(self, name: str) -> Operand:
        """Return the column of a trait with its unit."""

    def trait_before(self, name: str, ago: int) -> Sql:
        """Return the value of a trait as it stood `ago` microseconds before."""

    def segment(self, name: str) -> str:
        """Return the column that says who is in a segment."""

    def cuts(self, name: str) -> str:
        """Return the column of the cut points of a trait that ranks people."""


class Lexicon(Protocol):
    """What a condition may ask of the playbook while it writes its sentence."""

    @property
    def currency(self) -> str:
        """Return the company's currency."""

    def trait_name(self, name: str) -> str:
        """Return what people call a trait."""

    def trait_unit(self, name: str) -> Unit:
        """Return a trait's unit."""

    def segment_name(self, name: str) -> str:
        """Return what people call a segment."""

    def purpose_name(self, name: str) -> str:
        """Return what people call a purpose."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A date (a trait's, a measure's or a field's) and the instants at which a comparison with it flips, at one clock."""

    edges: tuple[int, ...]
    trait: str = ""
    need: Need | None = None


@dataclass(frozen=True, slots=True)
class Refers:
    """Which traits, segments and purposes a part of a playbook speaks of by name."""

    traits: frozenset[str] = field(default_factory=frozenset)
    segments: frozenset[str] = field(default_factory=frozenset)
    purposes: frozenset[str] = field(default_factory=frozenset)

    def __or__(self, other: Refers) -> Refers:
        return Refers(
            self.traits | other.traits,
            self.segments | other.segments,
            self.purposes | other.purposes,
        )


def all_refers(parts: Iterable[Refers]) -> Refers:
    """Return everything any of the parts speaks of."""
    whole = Refers()
    for part in parts:
        whole |= part
    return whole


@dataclass(frozen=True, slots=True)
class Seen:
    """A value that decided a condition, for 'why': its label, its SQL and how to read it."""

    label: str
    sql: Sql
    unit: Unit = "number"


def earlier(measure: Measure, by: int) -> Measure:
    """Return the same measure as it stood `by` microseconds before."""
    return replace(measure, ago=measure.ago + by)
