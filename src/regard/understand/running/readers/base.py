"""What every reader has in common: how one source's inputs come out of the operational store, and whom its rows bear on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

import pyarrow as pa
from django.db import connection

from regard.engine.bench.codes import Codes
from regard.engine.bench.store import Workbench
from regard.engine.understanding.plan import Understanding
from regard.engine.understanding.sources.base import NeedSource
from regard.playbooks.values.windows import Clock
from regard.understand.running.readers.people import Family


class Log(Protocol):
    """Where touchpoints come from: the columnar copy (copy_of_log.OpenLog), or of few people the store (LogOfFew)."""

    @property
    def codes(self) -> Codes:
        """The codes of its words; complete once it was laid out."""

    def lay(self, bench: Workbench, paths: Sequence[str], origins: pa.Table | None = None) -> None:
        """Lay `log` out with these properties as columns; with `origins` (origin) only theirs."""


class Times(Protocol):
    """When which origin did what: the columnar copy, for whoever asks over whom time passed."""

    def lay_times(self, bench: Workbench) -> None:
        """Lay `times` out: time_of_day, origin, occurred_at, name."""


@dataclass(frozen=True, slots=True)
class Laying:
    """One laying out: on which bench, of what, about whom. `wanted` and `origins` are None for everybody."""

    bench: Workbench
    understanding: Understanding
    log: Log
    family: Family
    wanted: list[int] | None  # surviving people
    origins: list[int] | None  # everybody they stand for, and their accounts' where traits ask
    accounts: pa.Table
    more_paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Between:
    """What lies between the last run and this one: numbers (after, upto], and the clock it was run at."""

    numbers: tuple[int, int]
    before: Clock
    now: Clock

    @property
    def clocks(self) -> tuple[int, int]:
        """Return the two clocks in microseconds."""
        return self.before.us, self.now.us


class Reader(ABC):
    """How one source is read. Queries of people are bound with (after, upto] numbers, or clocks where time came due."""

    source: ClassVar[type[NeedSource]]
    touched: ClassVar[tuple[str, ...]] = ()  # whom new rows bear on
    came_due: ClassVar[tuple[str, ...]] = ()  # on whom rows known before bear only now

    @abstractmethod
    def lay(self, laying: Laying) -> None:
        """Lay the inputs of its source out on the bench."""

    def why_everybody(self, understanding: Understanding, between: Between) -> str:  # noqa: ARG002
        """Say why it cannot be told on whom its new rows bear, or return ''."""
        return ""

    def slid(self, understanding: Understanding, between: Between, times: Times) -> set[int]:  # noqa: ARG002
        """Return the origins over whom time passed, nothing being new."""
        return set()


def is_there(query: str, low: int, high: int) -> bool:
    """Say whether a query over (low, high] finds a row."""
    with connection.cursor() as cursor:
        cursor.execute(query, [low, high])
        return cursor.fetchone() is not None
