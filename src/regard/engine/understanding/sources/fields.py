"""Fields of the profile as a source: what was told last, and when that became another value.

Rows up to the clock and the sequence number, of all origins a person stands for; the newest by (`occurred_at`, `seq`)
counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from regard.engine.bench.steps import Input, PlanStep
from regard.engine.understanding.sources.base import NeedSource, WideColumns, rows_of
from regard.engine.understanding.sources.scan import ORDER
from regard.engine.understanding.sources.time import Turned, sweeps
from regard.kernel.sql import Sql, join
from regard.playbooks.values.measures import Told
from regard.playbooks.values.windows import Clock


@dataclass(frozen=True, slots=True)
class FieldSlide:
    """Tellings of a field that matter between two clocks: by the date they name, or by when they were told."""

    name: str
    by_value: bool
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class FieldSource(NeedSource):
    """What people told of themselves. Input: `fields`, a row a telling, `value` as JSON text."""

    answers = (Told,)

    def names(self) -> tuple[str, ...]:
        """Return the names of the fields that must be laid out."""
        return tuple(sorted({need.name for need in self.asking.asked(Told)}))

    def inputs(self) -> tuple[Input, ...]:
        """Return `fields`."""
        return (Input("fields", ("seq", "origin", "occurred_at", "name", "value")),)

    def _values(self) -> tuple[Told, ...]:
        return tuple(need for need in self.asking.asked(Told) if not need.changed)

    def _changes(self) -> tuple[Told, ...]:
        return tuple(need for need in self.asking.asked(Told) if need.changed)

    def steps(self) -> list[PlanStep]:
        """Return the step of values and the step of changes, where they are asked for."""
        steps = []
        if values := self._values():
            steps.append(self._told(values))
        if changes := self._changes():
            steps.append(self._changed(changes))
        return steps

    def joined(self) -> list[WideColumns]:
        """Return the value, and the instant of the last change, of each field that is asked about."""
        return [
            WideColumns(table, tuple(Sql(f"{table}.{need.key()}") for need in needs))
            for table, needs in (("told", self._values()), ("told_changed", self._changes()))
            if needs
        ]

    def _told(self, needs: tuple[Told, ...]) -> PlanStep:
        columns = [
            # JSON null is 'taken away': the newest telling counts, and it says there is none.
            Sql(
                f"json_extract_string(arg_max(value, {ORDER}) FILTER (WHERE name = ?), '$') AS {need.key()}",
                (need.name,),
            )
            for need in needs
        ]
        body, rows = join([Sql("person"), *columns], ", "), rows_of("fields", self.asking)
        sql = Sql(f"SELECT {body.text} FROM ({rows.text}) r GROUP BY person", (*body.params, *rows.params))
        return PlanStep("told", sql, ("fields", "moved"), "What each person's fields say now.", ("person",))

    def _changed(self, needs: tuple[Told, ...]) -> PlanStep:
        columns = [
            Sql(f"MAX(occurred_at) FILTER (WHERE name = ? AND differs) AS {need.key()}", (need.name,)) for need in needs
        ]
        body, rows = join([Sql("person"), *columns], ", "), rows_of("fields", self.asking)
        order = "OVER (PARTITION BY person, name ORDER BY occurred_at, seq)"
        sql = Sql(
            f"""
            SELECT {body.text} FROM (
                SELECT person, name, occurred_at, ROW_NUMBER() {order} > 1 AND value <> LAG(value) {order} AS differs
                FROM ({rows.text}) r
            ) d
            GROUP BY person
            """,
            (*body.params, *rows.params),
        )
        why = "When each field last became another value."
        return PlanStep("told_changed", sql, ("fields", "moved"), why, ("person",))

    def slides(self, before: Clock, turned: Iterable[Turned]) -> list[FieldSlide]:
        """Return the tellings that matter now and did not before, or the other way round."""
        found = [FieldSlide(name, False, before.us + 1, self.asking.clock.us + 1) for name in self.names()]
        for old, new in turned:
            if isinstance(new.need, Told):
                for low, high in sweeps(old.edges, new.edges):
                    found.append(FieldSlide(new.need.name, not new.need.changed, low, high))
        return found
