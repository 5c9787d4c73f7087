"""What every source of understanding has in common: what is asked of it, and what it gives to the plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar, TypeVar

from regard.engine.bench.codes import Codes
from regard.engine.bench.steps import Input, PlanStep
from regard.kernel.sql import Sql
from regard.playbooks.purposes import Purpose
from regard.playbooks.values.measures import Need
from regard.playbooks.values.windows import Clock

OneNeed = TypeVar("OneNeed", bound=Need)
PERSON = "person"
ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class Asking:
    """What a plan asks of its sources, and from where: the clock, the last number known, the words of the log."""

    needs: tuple[Need, ...]
    clock: Clock
    upto: int
    codes: Codes
    currency: str
    purposes: Mapping[str, Purpose]

    def asked(self, kind: type[OneNeed]) -> tuple[OneNeed, ...]:
        """Return the needs of a kind that conditions and traits name, each once, in the order of their columns."""
        return _each_once(n for n in self.needs if isinstance(n, kind))

    def needed(self, kind: type[OneNeed]) -> tuple[OneNeed, ...]:
        """Return the needs of a kind, and those that other needs imply."""
        every = [*self.needs, *(implied for need in self.needs for implied in need.implies())]
        return _each_once(n for n in every if isinstance(n, kind))


def _each_once(needs: Iterable[OneNeed]) -> tuple[OneNeed, ...]:
    return tuple(sorted(set(needs), key=lambda need: need.key()))


@dataclass(frozen=True, slots=True)
class WideColumns:
    """A table of one row a person (or an account) that a source made, and what it adds to the wide row."""

    table: str
    columns: tuple[Sql, ...]
    per: str = PERSON


@dataclass(frozen=True, slots=True)
class NeedSource:
    """One kind of thing people are understood by: touchpoints, fields, consents, addresses.

    `answers` are the kinds of need it answers. A source writes SQL over its own inputs and knows no other source.
    """

    answers: ClassVar[tuple[type[Need], ...]] = ()
    asking: Asking

    def inputs(self) -> tuple[Input, ...]:
        """Return the tables that must lie on the bench before its steps run."""
        return ()

    def steps(self) -> list[PlanStep]:
        """Return the steps from its inputs to tables of one row a person; none where nothing is asked of it."""
        return []

    def joined(self) -> list[WideColumns]:
        """Return what the wide row takes from it."""
        return []


def rows_of(table: str, asking: Asking) -> Sql:
    """Return the rows of an input (seq, origin, occurred_at, ...) by the person they stand for, seen from the clock."""
    return Sql(
        f"""
        SELECT COALESCE(m.person, x.origin) AS person, x.*
        FROM {table} x LEFT JOIN moved m ON m.origin = x.origin
        WHERE x.occurred_at <= ? AND x.seq <= ?
        """,
        (asking.clock.us, asking.upto),
    )
