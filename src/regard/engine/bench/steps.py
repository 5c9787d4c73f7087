"""Named steps: a computation is a list of SQL steps, each with its reason; a plan runs, explains and watches them.

Contracts are checked at both ends: an input must offer the columns it is declared with before anything runs, and a
step must have made the columns it promised. A failure carries the step's name and its SQL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pyarrow as pa

from regard.engine.bench.store import Workbench
from regard.kernel.sql import Sql


@dataclass(frozen=True, slots=True)
class PlanStep:
    """One table made from others: `name` is the table, `reads` the tables it needs, `why` a sentence for people.

    `columns` are those it promises to make; more are allowed. `needs_rows`: groups of tables; where all of a group are
    empty, so is this one, and nothing is computed. `is_shown`: a view, read once by the step behind it; it binds nothing.
    """

    name: str
    sql: Sql
    reads: tuple[str, ...]
    why: str
    columns: tuple[str, ...] = ()
    needs_rows: tuple[tuple[str, ...], ...] = ()
    is_shown: bool = False

    def make(self, bench: Workbench) -> None:
        """Make the table, or leave it empty where it can only be empty."""
        if self.is_shown:
            bench.show(self.name, self.sql)
        elif bench.has(self.name) and any(map(bench.all_empty, self.needs_rows)):
            bench.empty(self.name)
        else:
            bench.make(self.name, self.sql)


@dataclass(frozen=True, slots=True)
class Input:
    """A table laid out before the plan runs, and the columns the steps rely on."""

    name: str
    columns: tuple[str, ...] = ()


class StepFailed(Exception):
    """A step's SQL failed; carries the step's name and text."""

    def __init__(self, step: PlanStep, cause: Exception) -> None:
        super().__init__(f"step {step.name}: {cause}\n{step.sql.text}")
        self.step = step


class ContractBroken(Exception):
    """A table lacks columns that a plan was promised."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps in an order in which each reads only inputs and earlier steps; checked on creation."""

    inputs: tuple[str | Input, ...]
    steps: tuple[PlanStep, ...]

    def __post_init__(self) -> None:
        known = {i.name if isinstance(i, Input) else i for i in self.inputs}
        for step in self.steps:
            missing = [name for name in step.reads if name not in known]
            if missing:
                raise ValueError(f"step {step.name} reads {missing}, which no earlier step makes")
            if step.name in known:
                raise ValueError(f"step {step.name} is made twice")
            known.add(step.name)

    def run(self, bench: Workbench, *, watch: Callable[[PlanStep], None] | None = None) -> None:
        """Make every step's table on the bench, in order; `watch` is called after each.

        Raises ContractBroken for an input or result that lacks columns, StepFailed with the step's name and SQL.
        """
        for wanted in self.inputs:
            if isinstance(wanted, Input):
                _check(bench, wanted.name, wanted.columns)
        for step in self.steps:
            try:
                step.make(bench)
            except Exception as error:
                raise StepFailed(step, error) from error
            _check(bench, step.name, step.columns)
            if watch is not None:
                watch(step)

    def watch(self, bench: Workbench, *, rows: int = 5) -> Iterator[tuple[PlanStep, int, pa.Table]]:
        """Run one step at a time and yield (step, how many rows it made, the first few), for people who look on."""
        for step in self.steps:
            Plan(tuple(step.reads), (step,)).run(bench)
            count = bench.take(Sql(f'SELECT COUNT(*) AS n FROM "{step.name}"')).column(0)[0].as_py()
            yield step, count, bench.take(Sql(f'SELECT * FROM "{step.name}" LIMIT {int(rows)}'))

    def explain(self) -> Iterator[tuple[str, str, str]]:
        """Yield (name, why, SQL) of each step."""
        for step in self.steps:
            yield step.name, step.why, step.sql.text


def _check(bench: Workbench, name: str, columns: tuple[str, ...]) -> None:
    if not columns:
        return
    there = bench.names(name)
    missing = [c for c in columns if c not in there]
    if missing:
        raise ContractBroken(f"the table '{name}' lacks the columns {', '.join(missing)}")
