"""What needs the rows themselves: different values, the most frequent, the newest, a rhythm, and what came 'then'.

1. `picked`: the rows of named touchpoints that any of these looks at, taken out of the log once, with only the columns
   they look at. What looks at touchpoints of any name reads the log itself: taking them out would hold all of it.
2. One small step by person for each. Measures of one fact under one filter share it: values are tallied once.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

from regard.engine.bench.steps import PlanStep
from regard.engine.understanding.sources.log import Flags, Touches, reads_of, table_of
from regard.kernel.instant import DAY_US
from regard.kernel.sql import Sql, join
from regard.playbooks.values.measures import Fact, Measure

TALLIED = {"distinct", "most_frequent", "last_n"}
_YEAR_ONE = 719_163 * DAY_US  # keeps whole-day division on one side of zero for every date there is


def ordered_tables(per: str, measures: Sequence[Measure]) -> list[tuple[str, list[Measure]]]:
    """Return (table, its measures) of every step that makes one."""
    return [(table_of(per, group[0].key()), group) for group in _together(measures)]


def ordered_steps(touches: Touches, per: str, measures: Sequence[Measure]) -> list[PlanStep]:
    """Return the steps from the log to those tables."""
    groups, reads = ordered_tables(per, measures), reads_of(per)
    named = [m for _, group in groups for m in group if m.pick.names]
    shared, table = _Picked(touches, per, named), table_of(per, "picked")
    steps = []
    if named:
        why = "The few rows whose order or whose values matter, picked once."
        columns = ("person", "seq", "occurred_at")
        steps.append(PlanStep(table, shared.sql(), reads, why, columns))
    for name, group in groups:
        own = shared if group[0].pick.names else _Picked(touches, per, group)
        rows = Sql(table) if own is shared else own.sql().wrap("(", ")")
        sql, why = _KINDS[group[0].take](group, own, rows)
        made = ("person", *(m.key() for m in group))
        needed = ((table,),) if own is shared else ()
        reads_now = (table,) if own is shared else reads
        steps.append(PlanStep(name, sql, reads_now, why, made, needs_rows=needed))
    return steps


def _together(measures: Sequence[Measure]) -> list[list[Measure]]:
    groups: dict[Hashable, list[Measure]] = {}
    for m in measures:
        same = (m.pick, m.window, m.ago, m.fact) if m.take in TALLIED else m
        groups.setdefault(same, []).append(m)
    return list(groups.values())


@dataclass(slots=True)
class _Picked:
    """The rows some measures look at: their facts and their filters as columns, each once."""

    touches: Touches
    per: str
    measures: Sequence[Measure]
    flags: Flags = field(init=False)
    facts: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.flags = Flags(self.touches)
        for m in self.measures:
            self.flag(m), self.then(m), self.fact(m)

    def flag(self, m: Measure) -> str:
        """Return the column that says which rows a measure is about."""
        return self.flags.name(m.pick, m)

    def then(self, m: Measure) -> str:
        """Return the column that says which rows may follow them."""
        return self.flags.name(m.then) if m.then else ""

    def fact(self, m: Measure) -> str:
        """Return the column of a measure's fact."""
        carried = self.touches.carried(m.fact) if m.fact else ""
        return self.facts.setdefault(carried, f"v{len(self.facts)}") if carried else ""

    def sql(self) -> Sql:
        """Return (person, seq, occurred_at, facts, filters) of the rows that meet any filter."""
        facts = [Sql(f"{carried} AS {name}") for carried, name in self.facts.items()]
        columns = join([Sql("person, seq, occurred_at"), *facts, *self.flags.columns()], ", ")
        touch, any_of_them = self.touches.touch(self.per), " OR ".join(self.flags.names())
        return Sql(
            f"SELECT * FROM (SELECT {columns.text} FROM ({touch.text}) t) f WHERE {any_of_them}",
            (*columns.params, *touch.params),
        )


def _tallied(group: list[Measure], picked: _Picked, rows: Sql) -> tuple[Sql, str]:
    """How often and how lately each has each value; words only then, when few rows are left."""
    m, fact = group[0], group[0].fact or Fact("value")
    value = f"UNNEST({picked.fact(m)})" if fact.is_list else picked.fact(m)
    word = picked.touches.words_of(fact, "v")
    found = join([Sql("person"), *map(_of_tally, group)], ", ")
    sql = (
        f"SELECT {found.text} FROM (SELECT person, {word.text} AS v, n, latest, last_seq FROM (SELECT person, v, "
        "COUNT(*) AS n, MAX(occurred_at) AS latest, MAX(seq) AS last_seq FROM (SELECT person, seq, occurred_at, "
        f"{value} AS v FROM {rows.text} r WHERE {picked.flag(m)}) e WHERE v IS NOT NULL GROUP BY person, v) t) w "
        "GROUP BY person"
    )
    why = "; ".join(dict.fromkeys(_TALLY_WORDS[m.take] for m in group))
    return Sql(sql, (*found.params, *word.params, *rows.params)), f"{why[0].upper()}{why[1:]}."


def _of_tally(m: Measure) -> Sql:
    if m.take == "distinct":
        return Sql(f"COUNT(*) AS {m.key()}")
    if m.take == "most_frequent":
        return Sql(f"arg_min(v, ROW(-n, -latest, v)) AS {m.key()}")
    return Sql(f"arg_min(v, ROW(-latest, -last_seq, v), CAST(? AS BIGINT)) AS {m.key()}", (m.n,))


_TALLY_WORDS = {
    "distinct": "how many different values each has",
    "most_frequent": "the value each has most often, among equals the one seen last",
    "last_n": "the newest different values of each",
}


def _rhythm(group: list[Measure], picked: _Picked, rows: Sql) -> tuple[Sql, str]:
    # Three days give two gaps: fewer make no rhythm. The median of an even number is the smaller middle one.
    m = group[0]
    sql = (
        f"SELECT person, CAST(quantile_disc(gap, 0.5) AS BIGINT) AS {m.key()} FROM (SELECT person, day - LAG(day) OVER "
        f"(PARTITION BY person ORDER BY day) AS gap FROM (SELECT DISTINCT person, (occurred_at + {_YEAR_ONE}) // {DAY_US} AS day "
        f"FROM {rows.text} r WHERE {picked.flag(m)}) d) g WHERE gap IS NOT NULL GROUP BY person HAVING COUNT(*) >= 2"
    )
    why = "Each one's own rhythm: the median gap between days on which it happened."
    return Sql(sql, rows.params), why


def _followed(group: list[Measure], picked: _Picked, rows: Sql) -> tuple[Sql, str]:
    m, following = group[0], _with_next(group[0], picked, rows)
    soon = " AND next_at - occurred_at <= ?" if m.then_within else ""
    sql = (
        f"SELECT person, COUNT(*) AS {m.key()} FROM ({following.text}) n WHERE is_first AND next_at IS NOT NULL{soon} "
        "GROUP BY person"
    )
    within = (m.then_within,) if m.then_within else ()
    return Sql(sql, (*following.params, *within)), "How many were followed by the other, later in time."


def _unfollowed(group: list[Measure], picked: _Picked, rows: Sql) -> tuple[Sql, str]:
    # Only those whose time to follow is over: the window closes by itself.
    m, following = group[0], _with_next(group[0], picked, rows)
    over = m.clock(picked.touches.clock).us - m.then_within
    sql = (
        f"SELECT person, COUNT(*) AS {m.key()} FROM ({following.text}) n WHERE is_first AND occurred_at <= ? "
        "AND (next_at IS NULL OR next_at - occurred_at > ?) GROUP BY person"
    )
    return Sql(
        sql, (*following.params, over, m.then_within)
    ), "How many were not followed by the other in the time given."


def _with_next(m: Measure, picked: _Picked, rows: Sql) -> Sql:
    """Each row with the time of the next follower strictly later than itself; of people who have one to follow."""
    first, then = picked.flag(m), picked.then(m)
    later = "RANGE BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING"
    sql = (
        f"SELECT person, occurred_at, {first} AS is_first, MIN(CASE WHEN {then} THEN occurred_at END) "
        f"OVER (PARTITION BY person ORDER BY occurred_at {later}) AS next_at FROM {rows.text} r "
        f"WHERE ({first} OR {then}) AND person IN (SELECT person FROM {rows.text} r WHERE {first})"
    )
    return Sql(sql, (*rows.params, *rows.params))


_KINDS = {
    **dict.fromkeys(TALLIED, _tallied),
    "rhythm": _rhythm,
    "followed": _followed,
    "unfollowed": _unfollowed,
}
