"""What a room tells the house: each stage fills one `Room` in its `room.py`, and `rooms.py` lists them.

A room brings what it holds of people, what it writes into the log, what it prunes, and who waits for a person because of
it. Exports, erasures, the timeline, house-keeping and Today go by the list and know no room by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from django.db.models import Model, QuerySet

from regard.audit_log.registry import Copy, Holding
from regard.playbooks.vocabulary import TouchpointKind

# Says an instant in words of whoever reads, in their zone.
SayWhen = Callable[[datetime], str]


class Prune(Protocol):
    """Deletes what is past its term; called again and again, so it does a bounded piece of work each time."""

    def __call__(self, *, now: datetime) -> object:
        """Delete what is past its term at `now`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One row of Today: what to do, for whom, why and by when."""

    id: int
    group: str  # the heading it stands under
    person: int
    title: str
    why: str
    verb: str
    due_at: datetime | None = None
    due_words: str = "no rush"  # said where there is no hour
    at: str = ""  # where on the person's page the verb leads: "#promises", "?task=3"
    address: str = ""  # a page of its own, where it does not lead to the person's
    other: int | None = None  # somebody else it speaks of, whose name goes where the title says {other}
    icon: str = ""  # in place of the person's initials
    quote: str = ""
    minutes: int = 5
    is_invented: bool = False
    verbs: tuple[str, ...] = ("done",)  # the buttons on the row itself, by the names of `Waits.verbs`


class Do(Protocol):
    """Does what a button says: returns the words of the toast, or None where there is no such row. May raise Refused."""

    def __call__(self, row_id: int, by: str, now: datetime) -> str | None:
        """Do it in the name of `by` ("staff:3")."""


class Undo(Protocol):
    """Takes back what a button did; False where there is nothing to take back. May raise Refused."""

    def __call__(self, row_id: int, by: str, now: datetime) -> bool:
        """Take it back."""


@dataclass(frozen=True, slots=True)
class RowVerb:
    """A button of a row, and how it is taken back (None: the page holds the word some seconds instead)."""

    do: Do
    undo: Undo | None = None


@dataclass(frozen=True, slots=True)
class Waits:
    """One sort of thing that waits for a person. `place` orders sorts under one heading.

    `open` are all that wait now, for the number beside Today; `rows` the first `most` of them with words.
    """

    kind: str  # in addresses and ids of the page
    open: Callable[[datetime], QuerySet[Model]]
    rows: Callable[[datetime, int, SayWhen], Sequence[Waiting]]
    verbs: Mapping[str, RowVerb] = field(default_factory=dict)
    place: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """One stage, as the house sees it."""

    name: str
    holdings: tuple[Holding, ...] = ()
    copies: tuple[Copy, ...] = ()
    vocabulary: tuple[TouchpointKind, ...] = ()
    tidies: tuple[Prune, ...] = ()  # every minute
    prunes: tuple[Prune, ...] = ()  # once a day
    waits: tuple[Waits, ...] = ()
