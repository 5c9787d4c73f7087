"""The log as measures see it: one row a touchpoint with its surviving person, and each filter as one boolean over it."""

from __future__ import annotations

from dataclasses import dataclass, field

from regard.engine.bench.codes import Codes
from regard.engine.bench.columnar import property_column
from regard.kernel.sql import Sql, join
from regard.playbooks.values.compare import Operand, to_instant, to_number
from regard.playbooks.values.measures import Asked, Fact, Measure, Pick
from regard.playbooks.values.windows import Clock

ACCOUNT = "account_"


def table_of(per: str, name: str) -> str:
    """Return the name of a table by person or by account."""
    return name if per == "person" else f"{ACCOUNT}{name}"


def reads_of(per: str) -> tuple[str, ...]:
    """Return the inputs `touch` reads."""
    return ("log", "moved") if per == "person" else ("log", "moved", "account_of")


@dataclass(frozen=True, slots=True)
class Touches:
    """Everything that is needed to read the log for these measures."""

    measures: tuple[Measure, ...]
    clock: Clock
    upto: int
    codes: Codes
    currency: str

    def paths(self) -> tuple[str, ...]:
        """Return the property paths the log must offer as columns."""
        facts = [m.fact for m in self.measures if m.fact] + [
            asked.fact for m in self.measures for pick in (m.pick, m.then) if pick for asked in pick.where
        ]
        return tuple(sorted({fact.path for fact in facts if fact.kind == "property"}))

    def touch(self, per: str) -> Sql:
        """Return the log by surviving person (or account), seen from the clock."""
        paths = "".join(f', l."{property_column(p)}"' for p in self.paths())
        own = self.codes.known("currency", ("", self.currency)) or (-1,)
        marks = ", ".join("?" * len(own))
        who, more = "COALESCE(m.person, l.origin)", ""
        if per == "account":
            who, more = "a.account", " JOIN account_of a ON a.person = COALESCE(m.person, l.origin)"
        return Sql(
            f"SELECT {who} AS person, l.seq, l.occurred_at, l.name, l.channel, l.direction, l.actor, "
            f"CASE WHEN l.currency IN ({marks}) THEN l.value_minor END AS value, l.score_milli AS score{paths} "
            f"FROM log l LEFT JOIN moved m ON m.origin = l.origin{more} WHERE l.occurred_at <= ? AND l.seq <= ?",
            (*own, self.clock.us, self.upto),
        )

    def flag(self, pick: Pick, measure: Measure | None = None) -> Sql:
        """Return the condition on a touchpoint: the filter, and the measure's window."""
        parts: list[Sql] = []
        if pick.names:
            parts.append(among("name", self.codes.picked_names(pick)))
        for kind, wanted in (
            ("channel", pick.channels),
            ("direction", pick.directions),
            ("actor", pick.actors),
        ):
            if wanted:
                parts.append(among(kind, self.codes.known(kind, wanted)))
        parts += [self._asked(asked) for asked in pick.where]
        if measure is not None:
            low, high = measure.window.span(measure.clock(self.clock))
            if low is not None:
                parts.append(Sql("occurred_at >= ?", (low,)))
            if high != self.clock.us + 1:
                parts.append(Sql("occurred_at < ?", (high,)))
        return join(parts, " AND ").wrap("(", ")") if parts else Sql("TRUE")

    def _asked(self, asked: Asked) -> Sql:
        if asked.fact.kind in ("value", "score"):
            unit = "money" if asked.fact.kind == "value" else "score"
            column = asked.fact.kind
            operand = Operand(f"CAST({column} AS VARCHAR)", column, column, unit)  # type: ignore[arg-type]
        else:
            text = f'"{property_column(asked.fact.path)}"'
            operand = Operand(text, to_number(text), to_instant(text), "text", asked.fact.is_list)
        return asked.compare.compare_sql(operand, self.clock, self.currency)

    def carried(self, fact: Fact) -> str:
        """Return the column a fact is counted by: codes stay codes until few rows are left."""
        if fact.kind == "property":
            return f'"{property_column(fact.path)}"'
        return fact.kind

    def words_of(self, fact: Fact | None, column: str) -> Sql:
        """Return SQL that turns what a fact was counted by into text."""
        if fact is not None and fact.kind in ("channel", "name"):
            # One bound list decodes the code: no join for a handful of words.
            return Sql(f"list_extract(CAST(? AS VARCHAR[]), {column} + 1)", (self.codes.words[fact.kind],))
        if fact is not None and fact.kind in ("value", "score"):
            return Sql(f"CAST({column} AS VARCHAR)")
        return Sql(column)


@dataclass(slots=True)
class Flags:
    """Booleans over touchpoints: equal filters share one."""

    touches: Touches
    found: dict[Sql, str] = field(default_factory=dict)

    def name(self, pick: Pick, measure: Measure | None = None) -> str:
        sql = self.touches.flag(pick, measure)
        return self.found.setdefault(sql, f"k{len(self.found)}")

    def names(self) -> list[str]:
        return list(self.found.values())

    def columns(self) -> list[Sql]:
        return [sql.wrap("", f" AS {name}") for sql, name in self.found.items()]


def among(column: str, codes: tuple[int, ...]) -> Sql:
    """Return the condition that a column is one of these codes; FALSE for none."""
    if not codes:
        return Sql("FALSE")
    return Sql(f"{column} IN ({', '.join('?' * len(codes))})", codes)
