"""Touchpoints as a source: one scan of the log, and one pick of the rows whose order or values matter (scan.py)."""

from __future__ import annotations

from dataclasses import dataclass

from regard.engine.bench.columnar import property_column
from regard.engine.bench.steps import Input, PlanStep
from regard.engine.understanding.sources.base import ACCOUNT, PERSON, NeedSource, WideColumns
from regard.engine.understanding.sources.scan import Scan
from regard.kernel.sql import Sql
from regard.playbooks.values.measures import Measure

LOG_COLUMNS = (
    "seq",
    "origin",
    "occurred_at",
    "name",
    "channel",
    "direction",
    "actor",
    "value_minor",
    "currency",
    "score_milli",
)
_COUNTS = ("count", "distinct", "followed", "unfollowed")


@dataclass(frozen=True, slots=True)
class Touchpoints(NeedSource):
    """What happened between people and us. Inputs: `log`, and `account_of` for what is computed over whole accounts."""

    answers = (Measure,)

    @property
    def scan(self) -> Scan:
        """Return the scan of the log."""
        asking = self.asking
        return Scan(asking.asked(Measure), asking.clock, asking.upto, asking.codes, asking.currency)

    def inputs(self) -> tuple[Input, ...]:
        """Return the log with a column for every property asked about, and the accounts."""
        properties = tuple(property_column(path) for path in self.scan.paths())
        return Input("log", LOG_COLUMNS + properties), Input("account_of", ("person", "account"))

    def steps(self) -> list[PlanStep]:
        """Return the steps of the scan."""
        return self.scan.steps()

    def joined(self) -> list[WideColumns]:
        """Return every measure, by person first, then by account."""
        scan = self.scan
        return [
            WideColumns(table, tuple(Sql(_counted(table, measure)) for measure in measures), per)
            for per in (PERSON, ACCOUNT)
            for table, measures in scan.tables(per)
        ]


def _counted(table: str, measure: Measure) -> str:
    """A count of nothing is 0; everything else of nothing is missing."""
    column = f"{table}.{measure.key()}"
    return f"COALESCE({column}, 0) AS {measure.key()}" if measure.take in _COUNTS else f"{column} AS {measure.key()}"
