"""How rows are read: about whom, up to which number, seen from when, and who speaks for whom.

Every query speaks of survivors: what was stored for an origin is read as the person who speaks for it. Now that is what
the database says, and a query joins it; then it is what somebody worked out (`Speakers`), and rows are told anew.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import pyarrow as pa

from regard.collect.among import among
from regard.decide.facts.columns import read_rows
from regard.decide.models import Cycle
from regard.identify.columns import EVERYBODY, WHO
from regard.kernel.instant import DAY_US, to_us

Changes = Mapping[tuple[str, bool], Sequence[tuple[int, int]]]  # (segment, entered) -> (person, at_us)
Values = list[tuple[int, Any]]  # from when each value counted, in order; before the first: not known
Known = Mapping[str, Any]  # fields of one person
Row = tuple[Any, ...]


class Speakers(Protocol):
    """Who spoke for whom, where that is not what the database says now."""

    def origins(self, people: Iterable[int]) -> list[int]:
        """Return every origin for whom one of these people speaks, themselves included."""

    def whose(self, origins: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return for each origin who speaks for it, and since when (0: all along)."""


@dataclass(frozen=True)
class FactScope:
    """Whom to read about (None: everybody), the last number that counts, and who speaks for whom (None: as it is now).

    `as_then`: a row is seen from its own instant on (a replay), not from the beginning.
    """

    people: Sequence[int] | None
    upto: int
    speakers: Speakers | None = None
    as_then: bool = False

    def who(self, column: str) -> str:
        """Return the SQL of whose a row is, whose stored person or origin is in `column`."""
        return WHO if self.speakers is None else column

    def joined(self, column: str) -> str:
        """Return what follows the table of a query: the join to who speaks, where asked, and WHERE it is one of ours."""
        join = f"JOIN {EVERYBODY} AS o ON o.id = {column}" if self.speakers is None else ""
        return f"{join} WHERE {self.ours(column)}"

    def ours(self, column: str) -> str:
        """Return the condition on the stored column itself, so that its index is used; %(people)s is bound by `bound`."""
        return "1 = 1" if self.people is None else f"{column} {among_named('people', (0,))}"

    def bound(self, **more: Any) -> dict[str, Any]:
        """Return the values to bind."""
        return {"people": among(self.origins or ())[1], "upto": self.upto, **more}

    @cached_property
    def origins(self) -> list[int] | None:
        """Return every origin behind these people, found once by its index; None: no restriction."""
        if self.people is None:
            return None
        if self.speakers is not None:
            return self.speakers.origins(self.people)
        listed, bound = among(self.people)
        joined = read_rows(f"SELECT o.id FROM {EVERYBODY} AS o WHERE o.survivor_id {listed}", [bound])
        return sorted({*self.people, *(origin for (origin,) in joined)})

    def seen(self, column: str) -> str:
        """Return the SQL of `visible_us` of a row that happened at `column`."""
        return column if self.as_then else "0"

    def seen_too(self, column: str) -> str:
        """Return `seen` as one more column of a query, where it has to be asked for at all."""
        return f", {column}" if self.as_then else ""

    def seen_always(self) -> dict[str, int]:
        """Return `visible_us` where it is the same for every row."""
        return {} if self.as_then else {"visible_us": 0}

    def told(self, rows: Iterable[Row]) -> Iterator[tuple[int, int, Row]]:
        """Yield (person, since_us, the rest) of rows that begin with whose they are; 0: known all along."""
        if self.speakers is None:
            yield from ((row[0], 0, row[1:]) for row in rows)
            return
        found = list(rows)
        people, since = self.speakers.whose(np.array([row[0] for row in found], dtype=np.int64))
        for person, since_us, row in zip(people.tolist(), since.tolist(), found, strict=True):
            yield person, since_us, row[1:]

    def tell(self, table: pa.Table, *, at: str = "visible_us") -> pa.Table:
        """Return rows by who speaks for their `person`, seen no sooner (`at`) than that was known."""
        if self.speakers is None or not table.num_rows:
            return table
        people, since = self.speakers.whose(_numbers(table, "person"))
        changed = {"person": people}
        if since.any():
            changed[at] = np.maximum(_numbers(table, at), since)
        for name, values in changed.items():
            place = table.schema.get_field_index(name)
            table = table.set_column(place, table.schema.field(place), pa.array(values, pa.int64()))
        return table


def among_named(name: str, values: Iterable[int] | Iterable[str]) -> str:
    """Return `among` for a value that is bound by name."""
    return among(values)[0].replace("%s", f"%({name})s")


def _numbers(table: pa.Table, name: str) -> np.ndarray:
    return np.asarray(table.column(name).to_numpy(), dtype=np.int64)


class FieldFacts(Protocol):
    """What some people told of themselves."""

    @property
    def people(self) -> Collection[int]:
        """Return whom it speaks of, those who told nothing too."""

    def spans(self, names: Sequence[str]) -> Iterator[tuple[int, Known, int, int]]:
        """Yield (person, fields, from_us, to_us), over all time of each person."""

    def told(self, name: str) -> Iterable[tuple[int, Values]]:
        """Return (person, values) of all who told a field."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """What lies between the last finished cycle and this one: instants (after, until], numbers (after_seq, upto].

    `after_run`: the run of understand the last cycle saw; segments that changed in it or before are no news any more.
    `run`: the one this cycle sees.
    """

    after_us: int
    until_us: int
    after_seq: int
    upto: int
    after_run: int = 0
    run: int = 0


def stretch_between(last: Cycle | None, cycle: Cycle, *, after_run: int, run: int) -> Stretch:
    """Return what lies between two cycles; before the first, one day and no old news."""
    until = to_us(cycle.as_of)
    if last is None:
        return Stretch(until - DAY_US, until, 0, cycle.upto, 0, run)
    after = min(to_us(last.as_of), until)
    return Stretch(after, until, min(last.upto, cycle.upto), cycle.upto, after_run, run)
