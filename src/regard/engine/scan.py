"""From measures to SQL: one scan of the log for what adds up, and one pick of the rows whose order or values matter.

1. `touch`: the log with the surviving person of each row, up to the clock and the sequence number.
2. `scan`: one GROUP BY computes every count, sum, extreme, first and last. Each filter is one boolean, worked out once.
3. `picked`: the rows needed for distinct, most frequent, last n, rhythm and 'then': few names, few columns.
4. one small step for each of those, by person.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from regard.engine.codes import Codes
from regard.engine.columnar import property_column
from regard.engine.frame import Step
from regard.kernel.instant import DAY_US
from regard.kernel.sql import Sql, join
from regard.playbooks.compare import Operand, to_instant, to_number
from regard.playbooks.measures import Asked, Fact, Measure, Pick
from regard.playbooks.windows import Clock

ADDS_UP = {"count", "sum", "average", "smallest", "largest", "first", "last", "first_at", "last_at"}
# Time, then sequence number, as one number: what decides between two touchpoints of one instant.
ORDER = "CAST(occurred_at AS HUGEINT) * 4398046511104 + seq"
ACCOUNT = "account_"
_YEAR_ONE = 719_163 * DAY_US  # keeps whole-day division on one side of zero for every date there is


@dataclass(frozen=True, slots=True)
class Scan:
    """Everything the scan needs to know to write its SQL."""

    measures: tuple[Measure, ...]
    clock: Clock
    upto: int
    codes: Codes
    currency: str

    def paths(self) -> tuple[str, ...]:
        """Return the property paths the log must offer as columns."""
        facts = [m.fact for m in self.measures if m.fact] + [
            asked.fact
            for m in self.measures
            for pick in (m.pick, m.then)
            if pick
            for asked in pick.where
        ]
        return tuple(sorted({fact.path for fact in facts if fact.kind == "property"}))

    def steps(self) -> list[Step]:
        """Return the steps from `log` to one table a person (and one an account) with every measure."""
        steps = []
        for per in ("person", "account"):
            mine = [m for m in self.measures if m.per == per]
            adding = [m for m in mine if m.take in ADDS_UP]
            ordered = [m for m in mine if m.take not in ADDS_UP]
            prefix = ACCOUNT if per == "account" else ""
            if adding:
                steps.append(self._scan(prefix, adding))
            if ordered:
                steps += self._ordered(prefix, ordered)
        return steps

    def tables(self, per: str) -> list[tuple[str, list[Measure]]]:
        """Return (table, its measures) to be joined to the people."""
        mine = [m for m in self.measures if m.per == per]
        prefix = ACCOUNT if per == "account" else ""
        adding = [m for m in mine if m.take in ADDS_UP]
        found: list[tuple[str, list[Measure]]] = [(f"{prefix}scan", adding)] if adding else []
        return found + [(f"{prefix}{m.key()}", [m]) for m in mine if m.take not in ADDS_UP]

    # The log

    def touch(self, prefix: str) -> Sql:
        """Return the log by surviving person (or account), seen from the clock."""
        paths = "".join(f', l."{property_column(p)}"' for p in self.paths())
        own = self.codes.known("currency", ("", self.currency)) or (-1,)
        marks = ", ".join("?" * len(own))
        who, more = "COALESCE(m.person, l.origin)", ""
        if prefix:
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
            parts.append(_among("name", self.codes.picked_names(pick)))
        for kind, wanted in (
            ("channel", pick.channels),
            ("direction", pick.directions),
            ("actor", pick.actors),
        ):
            if wanted:
                parts.append(_among(kind, self.codes.known(kind, wanted)))
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

    def _carried(self, fact: Fact) -> str:
        """Return the column a fact is counted by: codes stay codes until few rows are left."""
        if fact.kind == "property":
            return f'"{property_column(fact.path)}"'
        return fact.kind

    def words_of(self, fact: Fact | None, column: str) -> Sql:
        """Return SQL that turns what a fact was counted by into text."""
        if fact is not None and fact.kind in ("channel", "name"):
            # One bound list decodes the code: no join for a handful of words.
            return Sql(
                f"list_extract(CAST(? AS VARCHAR[]), {column} + 1)", (self.codes.words[fact.kind],)
            )
        if fact is not None and fact.kind in ("value", "score"):
            return Sql(f"CAST({column} AS VARCHAR)")
        return Sql(column)

    # What adds up

    def _scan(self, prefix: str, measures: list[Measure]) -> Step:
        flags = _Flags(self)
        columns = [self._aggregate(m, flags.name(m.pick, m)) for m in measures]
        inner = join([Sql("*"), *flags.columns()], ", ")
        body = join([Sql("person"), *columns], ", ")
        touch = self.touch(prefix)
        sql = Sql(
            f"SELECT {body.text} FROM (SELECT {inner.text} FROM ({touch.text}) t) f GROUP BY person",
            (*body.params, *inner.params, *touch.params),
        )
        reads = ("log", "moved", "account_of") if prefix else ("log", "moved")
        why = f"One pass over the log computes {len(measures)} measures for each {'account' if prefix else 'person'}."
        return Step(f"{prefix}scan", sql, reads, why, ("person", *(m.key() for m in measures)))

    def _aggregate(self, measure: Measure, flag: str) -> Sql:
        key, take = measure.key(), measure.take
        only = f" FILTER (WHERE {flag})"
        if take == "count":
            return Sql(f"COUNT(*){only} AS {key}")
        if take in ("first_at", "last_at"):
            return Sql(f"{'MIN' if take == 'first_at' else 'MAX'}(occurred_at){only} AS {key}")
        fact = measure.fact or Fact("value")
        if take in ("first", "last"):
            carried = self._carried(fact)
            carried = f"list_extract({carried}, 1)" if fact.is_list else carried
            best = "arg_min" if take == "first" else "arg_max"
            found = f"{best}({carried}, {ORDER}) FILTER (WHERE {flag} AND {carried} IS NOT NULL)"
            decoded = Sql(found) if fact.kind in ("value", "score") else self.words_of(fact, found)
            return decoded.wrap("", f" AS {key}")
        return Sql(f"{_number_sql(take, fact, only)} AS {key}")

    # What needs the rows

    def _ordered(self, prefix: str, measures: list[Measure]) -> list[Step]:
        flags = _Flags(self)
        table = f"{prefix}picked"
        steps = []
        wanted: dict[str, Sql] = {}
        for m in measures:
            flag = flags.name(m.pick, m)
            then = flags.name(m.then) if m.then else ""
            if m.fact:
                column = f"v_{m.key()}"
                wanted[column] = Sql(f"{self._carried(m.fact)} AS {column}")
            sql, why = _ORDERED[m.take](
                m, _Rows(table, flag, then, self.clock, self.words_of(m.fact, "v"))
            )
            steps.append(Step(f"{prefix}{m.key()}", sql, (table,), why, ("person", m.key())))
        columns = join(
            [Sql("person"), Sql("seq"), Sql("occurred_at"), *wanted.values(), *flags.columns()],
            ", ",
        )
        touch = self.touch(prefix)
        any_flag = " OR ".join(flags.names()) or "TRUE"
        picked = Sql(
            f"SELECT * FROM (SELECT {columns.text} FROM ({touch.text}) t) f WHERE {any_flag}",
            (*columns.params, *touch.params),
        )
        reads = ("log", "moved", "account_of") if prefix else ("log", "moved")
        why = "The few rows whose order or whose values matter, picked once."
        return [Step(table, picked, reads, why, ("person", "seq", "occurred_at")), *steps]


@dataclass(slots=True)
class _Flags:
    """Booleans over touchpoints: equal filters share one."""

    scan: Scan
    found: dict[Sql, str] = field(default_factory=dict)

    def name(self, pick: Pick, measure: Measure | None = None) -> str:
        sql = self.scan.flag(pick, measure)
        return self.found.setdefault(sql, f"k{len(self.found)}")

    def names(self) -> list[str]:
        return list(self.found.values())

    def columns(self) -> list[Sql]:
        return [sql.wrap("", f" AS {name}") for sql, name in self.found.items()]


def _among(column: str, codes: tuple[int, ...]) -> Sql:
    if not codes:
        return Sql("FALSE")
    return Sql(f"{column} IN ({', '.join('?' * len(codes))})", codes)


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


@dataclass(frozen=True, slots=True)
class _Rows:
    table: str
    flag: str
    then: str
    clock: Clock
    word: Sql


def _values(m: Measure, rows: _Rows) -> str:
    column = f"v_{m.key()}"
    if m.fact and m.fact.is_list:
        return f"SELECT person, seq, occurred_at, UNNEST({column}) AS v FROM {rows.table} WHERE {rows.flag}"
    return f"SELECT person, seq, occurred_at, {column} AS v FROM {rows.table} WHERE {rows.flag}"


def _distinct(m: Measure, rows: _Rows) -> tuple[Sql, str]:
    sql = (
        f"SELECT person, COUNT(*) AS {m.key()} FROM (SELECT person, v FROM ({_values(m, rows)}) e "
        "WHERE v IS NOT NULL GROUP BY person, v) g GROUP BY person"
    )
    return Sql(sql), "How many different values each has."


def _tally(m: Measure, rows: _Rows) -> Sql:
    """How often and how lately each value was seen, by person; words only now, when few rows are left."""
    sql = (
        f"SELECT person, {rows.word.text} AS v, n, latest, last_seq FROM (SELECT person, v, COUNT(*) AS n, "
        f"MAX(occurred_at) AS latest, MAX(seq) AS last_seq FROM ({_values(m, rows)}) e WHERE v IS NOT NULL "
        "GROUP BY person, v) g"
    )
    return Sql(sql, rows.word.params)


def _most_frequent(m: Measure, rows: _Rows) -> tuple[Sql, str]:
    tally = _tally(m, rows)
    sql = (
        f"SELECT person, v AS {m.key()} FROM (SELECT person, v, ROW_NUMBER() OVER (PARTITION BY person "
        f"ORDER BY n DESC, latest DESC, v) AS place FROM ({tally.text}) t) r WHERE place = 1"
    )
    return Sql(sql, tally.params), "The value each has most often; among equals the one seen last."


def _last_n(m: Measure, rows: _Rows) -> tuple[Sql, str]:
    tally = _tally(m, rows)
    sql = (
        f"SELECT person, LIST(v ORDER BY place) AS {m.key()} FROM (SELECT person, v, ROW_NUMBER() OVER "
        f"(PARTITION BY person ORDER BY latest DESC, last_seq DESC, v) AS place FROM ({tally.text}) t) r "
        "WHERE place <= ? GROUP BY person"
    )
    return Sql(sql, (*tally.params, m.n)), "The newest different values of each."


def _rhythm(m: Measure, rows: _Rows) -> tuple[Sql, str]:
    # Three days give two gaps: fewer make no rhythm. The median of an even number is the smaller middle one.
    sql = (
        f"SELECT person, CAST(quantile_disc(gap, 0.5) AS BIGINT) AS {m.key()} FROM (SELECT person, day - LAG(day) OVER "
        f"(PARTITION BY person ORDER BY day) AS gap FROM (SELECT DISTINCT person, (occurred_at + {_YEAR_ONE}) // {DAY_US} AS day "
        f"FROM {rows.table} WHERE {rows.flag}) d) g WHERE gap IS NOT NULL GROUP BY person HAVING COUNT(*) >= 2"
    )
    return Sql(sql), "Each one's own rhythm: the median gap between days on which it happened."


def _followed(m: Measure, rows: _Rows) -> tuple[Sql, str]:
    soon = " AND next_at - occurred_at <= ?" if m.then_within else ""
    params = (m.then_within,) if m.then_within else ()
    body = f"SELECT person, COUNT(*) AS {m.key()} FROM ({_with_next(rows)}) n WHERE is_first AND next_at IS NOT NULL"
    return Sql(
        f"{body}{soon} GROUP BY person", params
    ), "How many were followed by the other, later in time."


def _unfollowed(m: Measure, rows: _Rows) -> tuple[Sql, str]:
    # Only those whose time to follow is over: the window closes by itself.
    over = m.clock(rows.clock).us - m.then_within
    sql = (
        f"SELECT person, COUNT(*) AS {m.key()} FROM ({_with_next(rows)}) n WHERE is_first AND occurred_at <= ? "
        "AND (next_at IS NULL OR next_at - occurred_at > ?) GROUP BY person"
    )
    return Sql(
        sql, (over, m.then_within)
    ), "How many were not followed by the other in the time given."


def _with_next(rows: _Rows) -> str:
    """Each row with the time of the next follower strictly later than itself."""
    later = "RANGE BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING"
    return (
        f"SELECT person, occurred_at, {rows.flag} AS is_first, MIN(CASE WHEN {rows.then} THEN occurred_at END) "
        f"OVER (PARTITION BY person ORDER BY occurred_at {later}) AS next_at FROM {rows.table} "
        f"WHERE {rows.flag} OR {rows.then}"
    )


_ORDERED = {
    "distinct": _distinct,
    "most_frequent": _most_frequent,
    "last_n": _last_n,
    "rhythm": _rhythm,
    "followed": _followed,
    "unfollowed": _unfollowed,
}
