"""Traits of many people at many instants in one pass, for a replay: the steps of `understanding`, time moved instead of the clock.

A window that rolls asks how long ago something was, never when. So a person as seen at an instant becomes a person of
their own (a point), whose touchpoints up to then are moved until that instant lies at one clock, and one plan at this
clock computes them all. What is counted in whole days of the calendar (a rhythm) is computed on times left where they are.
Conditions are judged at each point's own instant: where their SQL binds a value that goes with the clock, it reads the
column `at_us` instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
import pyarrow as pa

from regard.engine.bench.codes import KINDS
from regard.engine.bench.steps import Plan, PlanStep
from regard.engine.bench.store import Workbench
from regard.engine.understanding.plan import Coordinates, Understanding
from regard.engine.understanding.sources.scan import Scan
from regard.kernel.instant import DAY_US, FOREVER_US
from regard.kernel.sql import Sql
from regard.playbooks.values.measures import Measure, Pick
from regard.playbooks.values.windows import Clock, Window

_FURTHER = 397 * DAY_US + 1  # two clocks this far apart tell what goes with the clock and what stays
_CUT_POINT = re.compile(r'list_extract\("(cut_[^"]+)", (\d+)\)')
_ORDERED = re.compile(r"LIST\((.+?) ORDER BY \1\)")
_LOWEST = -1.7e308  # where there are too few values for a cut


@dataclass(frozen=True, slots=True)
class Slide:
    """So long after a touchpoint of these names (codes; none: any) it changes sides of some window."""

    names: tuple[int, ...]
    after_us: int


def why_not(understanding: Understanding) -> str:
    """Return why these traits cannot be computed at many instants at once; '' where they can."""
    for measure in understanding.measures:
        if measure.per == "account":
            return "something is computed over whole accounts"
        if measure.window.during is not None:
            return "a window follows the calendar"
        if measure.take == "rhythm" and (measure.window != Window() or measure.ago):
            return "a rhythm is taken over a window"
        asked = [a for pick in (measure.pick, measure.then) if pick for a in pick.where]
        if any(a.compare.flips(understanding.clock) for a in asked):
            return "a filter compares a date with today"
    try:
        _levels_by_clock(understanding)
    except ValueError:
        return "a condition follows the calendar"
    return ""


def slides_of(understanding: Understanding) -> tuple[Slide, ...]:
    """Return how long after a touchpoint some measure changes by itself; 0 is the touchpoint's own instant."""
    clock, found = understanding.clock, set[Slide]()
    for measure in understanding.measures:
        picks = [measure.pick, *([measure.then] if measure.then else [])]
        names = tuple(sorted({n for pick in picks for n in _names(understanding, pick)}))
        ages = {measure.ago} | {clock.us - edge + 1 for edge in measure.edges(clock)}
        found |= {Slide(names, age) for age in ages if age >= 0}
    return tuple(sorted(found, key=lambda s: (s.after_us, s.names)))


def names_of(understanding: Understanding) -> tuple[int, ...]:
    """Return the codes of every name some measure looks at."""
    return tuple(sorted({n for slide in slides_of(understanding) for n in slide.names}))


def _names(understanding: Understanding, pick: Pick) -> tuple[int, ...]:
    if pick.names:
        return understanding.codes.picked_names(pick)
    return tuple(range(len(understanding.codes.words[KINDS[0]])))


def make_wide(bench: Workbench, understanding: Understanding) -> None:
    """Make `wide_points`: one row a point with every measure, as seen at the point's own instant `at_us`.

    On the bench: `point` (pid, person, at_us), `held` (the log by person: person, from when
    the touchpoint counts as theirs, `seen_us`, then the log's columns),
    `fields_held` and `words_held` likewise, `moved` (empty), `contacts` and `account_of` of `pid`.
    """
    clock = understanding.clock.us
    bench.show(
        "log",
        Sql(
            "SELECT p.pid AS origin, h.* EXCLUDE (person, occurred_at, seen_us),"
            f" h.occurred_at + (CAST({clock} AS BIGINT) - p.at_us) AS occurred_at"
            " FROM point AS p JOIN held AS h ON h.person = p.person AND h.seen_us <= p.at_us"
        ),
    )
    bench.make("people", Sql("SELECT pid AS person FROM point"))
    plan = understanding.plan()
    plan_of(plan, upto="wide_0").run(bench)
    rhythms = [m for m in understanding.measures if m.take == "rhythm"]
    if rhythms:
        _make_rhythms(bench, understanding, rhythms)
    bench.make("wide_points", _unmoved(understanding, rhythms, clock))


def plan_of(plan: Plan, *, upto: str) -> Plan:
    """Return the plan's steps up to and with the one of this name."""
    names = [step.name for step in plan.steps]
    return Plan(plan.inputs, plan.steps[: names.index(upto) + 1])


def levels_by_clock(understanding: Understanding) -> tuple[PlanStep, ...]:
    """Return the steps after `wide_0`, each reading the clock from the column `at_us` of its row."""
    return tuple(_levels_by_clock(understanding))


def _levels_by_clock(understanding: Understanding) -> list[PlanStep]:
    at = understanding.at
    later = replace(
        understanding,
        at=Coordinates(Clock(at.clock.us + _FURTHER, at.clock.zone), at.upto),
        levels=[],
    )
    pairs = zip(_after_wide(understanding), _after_wide(later), strict=True)
    return [replace(one, sql=by_clock(one.sql, other.sql, at.clock.us)) for one, other in pairs]


def _after_wide(understanding: Understanding) -> tuple[PlanStep, ...]:
    steps = understanding.plan().steps
    return steps[[step.name for step in steps].index("wide_0") + 1 :]


def by_clock(one: Sql, later: Sql, clock_us: int) -> Sql:
    """Return SQL that reads the clock from `at_us`, from the same SQL at a clock and at one `_FURTHER` later.

    Raises ValueError where something goes with the clock in another way than step by step with it.
    """
    if one.text != later.text:
        raise ValueError("the text itself follows the clock")
    texts, params = one.text.split("?"), []
    made = [texts[0]]
    for text, here, there in zip(texts[1:], one.params, later.params, strict=True):
        if here == there:
            made.append("?")
            params.append(here)
        elif isinstance(here, int) and isinstance(there, int) and there - here == _FURTHER:
            made.append(f"(at_us + CAST({here - clock_us} AS BIGINT))")
        else:
            raise ValueError("a value follows the calendar")
        made.append(text)
    return Sql("".join(made), tuple(params))


def cut_points(
    bench: Workbench, step: PlanStep, parts: Mapping[str, int], numbers: Iterable[int]
) -> dict[int, dict[str, list[float]]]:
    """Return the cut points a step of the plan would set on each of these days (`number` of `wide_0`), by column.

    `parts` says into how many parts. The same points as the step's own SQL: it has the values of everybody put in order,
    which over many instants is most of a replay; here only the few places that are asked for are found.
    """
    text = _ORDERED.sub(r"LIST(\1)", step.sql.text)
    inner = text[text.index("FROM (SELECT ") + len("FROM (SELECT ") : text.rindex(") o")]
    rows = bench.take(Sql(f"SELECT number, {inner} GROUP BY number", step.sql.params))
    scores = [column for column in rows.column_names if column != "number"]
    place = {number: n for n, number in enumerate(rows.column("number").to_pylist())}
    return {
        number: {column: _cut(_values(rows.column(column), place.get(number)), parts[column]) for column in scores}
        for number in numbers
    }


def _values(column: pa.ChunkedArray, place: int | None) -> np.ndarray:
    """Return the numbers of the list at a place of a column; none where nobody has a value."""
    one = column.slice(0 if place is None else place, 0 if place is None else 1)
    return np.asarray(one.combine_chunks().flatten().to_numpy(zero_copy_only=False), np.float64)


def _cut(values: np.ndarray, parts: int) -> list[float]:
    """Part k begins where k/parts of the others rank lower: strictly above this element of the ordered values."""
    places = [-(-k * (values.size - 1) // parts) - 1 for k in range(1, parts)]
    asked = sorted({place for place in places if 0 <= place < values.size})
    ordered = np.partition(values, asked) if asked else values
    return [float(ordered[place]) if 0 <= place < values.size else _LOWEST for place in places]


def with_whole_numbers(sql: Sql) -> Sql:
    """Return SQL whose whole decimals are bound as integers: compared as they are, not as decimals, row by row."""
    return Sql(
        sql.text,
        tuple(
            int(value) if isinstance(value, Decimal) and value == value.to_integral_value() else value
            for value in sql.params
        ),
    )


def with_cuts(judging: Sql) -> Sql:
    """Return SQL that reads the cut points of its scores from columns of its rows: not from a list looked up for each."""
    return Sql(_CUT_POINT.sub(lambda f: _place(f[1], int(f[2])), judging.text), judging.params)


def cut_columns(cuts: Mapping[str, Sequence[float]]) -> str:
    """Return the columns `with_cuts` reads, as constants to be selected beside others."""
    return "".join(
        f", CAST({value!r} AS DOUBLE) AS {_place(column, number)}"
        for column, values in cuts.items()
        for number, value in enumerate(values, 1)
    )


def _place(column: str, number: int) -> str:
    return f'"{column}:{number}"'


def _make_rhythms(bench: Workbench, understanding: Understanding, measures: list[Measure]) -> None:
    """Make `rhythm` (pid and the measures): once for as many touchpoints as a person had, not once a point."""
    bench.make(
        "lived",
        Sql(
            "SELECT p.pid, p.person, p.at_us, COUNT(l.origin) AS seen FROM point AS p"
            " LEFT JOIN log AS l ON l.origin = p.pid GROUP BY p.pid, p.person, p.at_us"
        ),
    )
    bench.make(
        "stood",
        Sql("SELECT person, seen, MIN(pid) AS pid, MIN(at_us) AS at_us FROM lived GROUP BY 1, 2"),
    )
    bench.show(
        "log",
        Sql(
            "SELECT s.pid AS origin, h.* EXCLUDE (person, seen_us) FROM stood AS s"
            " JOIN held AS h ON h.person = s.person AND h.seen_us <= s.at_us"
        ),
    )
    ever = Clock(FOREVER_US, understanding.clock.zone)
    scan = Scan(tuple(measures), ever, understanding.at.upto, understanding.codes, understanding.currency)
    Plan(("log", "moved"), tuple(scan.steps())).run(bench)
    tables = scan.tables("person")
    joins = " ".join(f"LEFT JOIN {table} ON {table}.person = s.pid" for table, _ in tables)
    columns = ", ".join(f"{table}.{m.key()}" for table, found in tables for m in found)
    bench.make(
        "rhythm",
        Sql(
            f"SELECT v.pid, {columns} FROM lived AS v JOIN stood AS s ON s.person = v.person AND s.seen = v.seen {joins}"
        ),
    )


def _unmoved(understanding: Understanding, rhythms: list[Measure], clock: int) -> Sql:
    """Return `wide_0` with instants put back to where they were, and with the rhythms of times left in place."""
    back = [n.key() for n in understanding.needs if n.is_instant]
    columns = [f"w.{key} - (CAST({clock} AS BIGINT) - p.at_us) AS {key}" for key in back]
    columns += [f"r.{m.key()} AS {m.key()}" for m in rhythms]
    put = f" REPLACE ({', '.join(columns)})" if columns else ""
    joined = " LEFT JOIN rhythm AS r ON r.pid = w.person" if rhythms else ""
    return Sql(f"SELECT w.*{put}, p.at_us FROM wide_0 AS w JOIN point AS p ON p.pid = w.person{joined}")
