"""From measures to SQL: one scan of the log for what adds up, and one pick of the rows whose order or values matter.

1. `touch`: the log with the surviving person of each row, up to the clock and the sequence number (touches.py).
2. `scan`: one GROUP BY computes every count, sum, extreme, first and last over touchpoints of any name, `scan_named`
   those of named ones, which are few of all rows. Each filter is one boolean, worked out once.
3. `picked`, and a small step by person for what needs the rows themselves (ordered.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from regard.engine.bench.columnar import property_column
from regard.engine.bench.steps import PlanStep
from regard.engine.understanding.sources.log import Flags, Touches, among, reads_of, table_of
from regard.engine.understanding.sources.picks import ordered_steps, ordered_tables
from regard.kernel.sql import Sql, join
from regard.playbooks.values.compare import to_number
from regard.playbooks.values.measures import Fact, Measure

ADDS_UP = {"count", "sum", "average", "smallest", "largest", "first", "last", "first_at", "last_at"}
# Time, then sequence number, as one number: what decides between two touchpoints of one instant.
ORDER = "CAST(occurred_at AS HUGEINT) * 4398046511104 + seq"


@dataclass(frozen=True, slots=True)
class Scan(Touches):
    """The steps from `log` to tables of one row a person (or an account) with every measure."""

    def steps(self) -> list[PlanStep]:
        """Return the steps, in an order in which each finds what it reads."""
        steps = []
        for per in ("person", "account"):
            steps += [self._scan(per, table, measures) for table, measures in self._adding(per)]
            steps += ordered_steps(self, per, self._ordered(per))
        return steps

    def tables(self, per: str) -> list[tuple[str, list[Measure]]]:
        """Return (table, its measures) to be joined to the people."""
        return self._adding(per) + ordered_tables(per, self._ordered(per))

    def _ordered(self, per: str) -> list[Measure]:
        return [m for m in self.measures if m.per == per and m.take not in ADDS_UP]

    def _adding(self, per: str) -> list[tuple[str, list[Measure]]]:
        adding = [m for m in self.measures if m.per == per and m.take in ADDS_UP]
        parts = [
            ("scan", [m for m in adding if not m.pick.names]),
            ("scan_named", [m for m in adding if m.pick.names]),
        ]
        return [(table_of(per, name), measures) for name, measures in parts if measures]

    def _scan(self, per: str, table: str, measures: Sequence[Measure]) -> PlanStep:
        flags = Flags(self)
        columns = [self._aggregate(m, flags.name(m.pick, m)) for m in measures]
        inner = join([Sql("*"), *flags.columns()], ", ")
        body = join([Sql("person"), *columns], ", ")
        touch, only = self.touch(per), self._of_names(measures)
        sql = Sql(
            f"SELECT {body.text} FROM (SELECT {inner.text} FROM ({touch.text}) t WHERE {only.text}) f GROUP BY person",
            (*body.params, *inner.params, *touch.params, *only.params),
        )
        why = f"One pass over the log computes {len(measures)} measures for each {per}."
        return PlanStep(table, sql, reads_of(per), why, ("person", *(m.key() for m in measures)))

    def _of_names(self, measures: Sequence[Measure]) -> Sql:
        """Return the condition that leaves out rows none of the measures is about."""
        if not all(m.pick.names for m in measures):
            return Sql("TRUE")
        codes = {code for m in measures for code in self.codes.picked_names(m.pick)}
        return among("name", tuple(sorted(codes)))

    def _aggregate(self, measure: Measure, flag: str) -> Sql:
        key, take = measure.key(), measure.take
        only = f" FILTER (WHERE {flag})"
        if take == "count":
            return Sql(f"COUNT(*){only} AS {key}")
        if take in ("first_at", "last_at"):
            return Sql(f"{'MIN' if take == 'first_at' else 'MAX'}(occurred_at){only} AS {key}")
        fact = measure.fact or Fact("value")
        if take in ("first", "last"):
            return self._at_an_end(measure, fact, flag).wrap("", f" AS {key}")
        return Sql(f"{_number_sql(take, fact, only)} AS {key}")

    def _at_an_end(self, measure: Measure, fact: Fact, flag: str) -> Sql:
        carried = self.carried(fact)
        carried = f"list_extract({carried}, 1)" if fact.is_list else carried
        best, counts = (
            "arg_min" if measure.take == "first" else "arg_max",
            f"{flag} AND {carried} IS NOT NULL",
        )
        # FILTER does not guard its argument: without the CASE the order is worked out for every row of the log.
        found = f"{best}({carried}, CASE WHEN {counts} THEN {ORDER} END) FILTER (WHERE {counts})"
        return Sql(found) if fact.kind in ("value", "score") else self.words_of(fact, found)


def _number_sql(take: str, fact: Fact, only: str) -> str:
    """Return the aggregate of a number: whole minor units and thousandths stay whole, properties are decimals."""
    if fact.kind != "property":
        x: str = fact.kind
        return {
            "sum": f"TRY_CAST(SUM({x}){only} AS BIGINT)",
            "average": f"TRY_CAST(ROUND(CAST(SUM({x}){only} AS DOUBLE) / COUNT({x}){only}) AS BIGINT)",
            "smallest": f"MIN({x}){only}",
            "largest": f"MAX({x}){only}",
        }[take]
    column = f'"{property_column(fact.path)}"'
    if not fact.is_list:
        x = count = to_number(column)
        total, low, high = f"SUM({x}){only}", f"MIN({x}){only}", f"MAX({x}){only}"
        many = f"COUNT({count}){only}"
    else:
        numbers = f"list_filter(list_transform({column}, lambda x: {to_number('x')}), lambda x: x IS NOT NULL)"
        total, many = f"SUM(list_sum({numbers})){only}", f"SUM(len({numbers})){only}"
        low, high = f"MIN(list_min({numbers})){only}", f"MAX(list_max({numbers})){only}"
    return {
        "sum": f"CAST({total} AS DOUBLE)",
        "average": f"CAST({total} AS DOUBLE) / NULLIF({many}, 0)",
        "smallest": f"CAST({low} AS DOUBLE)",
        "largest": f"CAST({high} AS DOUBLE)",
    }[take]
