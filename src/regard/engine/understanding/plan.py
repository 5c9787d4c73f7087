"""From a playbook to one plan: traits, scores, stages and segments for everybody, at one clock.

1. Collect what every trait and condition needs; equal needs are computed once, each by its source (sources/).
2. `wide_0`: one row a person with every measure, field, consent and address.
3. Order traits and segments by what they are worked out of; each level adds its columns.
4. Where a score needs ranks, `cuts_<n>` holds its cut points: worked out by a refresh, handed to a cycle.
5. `result`: person, `t_<trait>`, `s_<segment>`: what is published.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from regard.engine.bench.codes import Codes
from regard.engine.bench.steps import Input, Plan, PlanStep
from regard.engine.understanding.sources import SOURCES
from regard.engine.understanding.sources.base import ACCOUNT, Asking, NeedSource, WideColumns
from regard.engine.understanding.sources.time import Turned
from regard.engine.understanding.sources.touchpoints import Touchpoints
from regard.kernel.remembered import Remembered
from regard.kernel.sql import Sql, join
from regard.playbooks.conditions import walk
from regard.playbooks.conditions.base import ConditionBase
from regard.playbooks.model import Playbook
from regard.playbooks.traits.base import every_condition
from regard.playbooks.values.compare import Operand, to_instant, to_number
from regard.playbooks.values.measures import Measure, Need, earlier
from regard.playbooks.values.windows import Clock

_compiled: Remembered[tuple[tuple[Need, ...], list[list[str]]]] = Remembered()
_LOWEST = "-1.7e308"
_CUT = "COALESCE(list_extract({c}, CAST(ceil({k} * (len({c}) - 1) / {parts}.0) AS BIGINT)), " + _LOWEST + ")"


@dataclass(frozen=True, slots=True)
class Coordinates:
    """From where everything is seen: the clock and the last sequence number known (contract 1)."""

    clock: Clock
    upto: int


def trait_column(name: str) -> str:
    """Return the quoted column of a trait."""
    return f'"t_{name}"'


def segment_column(name: str) -> str:
    """Return the quoted column of a segment."""
    return f'"s_{name}"'


@dataclass(slots=True)
class Understanding:
    """The compiled traits and segments of a playbook at given coordinates. Implements `measures.Names`."""

    playbook: Playbook
    at: Coordinates
    codes: Codes
    keep_cuts: bool = False  # cycle: cut points are an input; refresh: they are worked out
    keep_needs: bool = False  # questions look at what conditions saw; runs publish traits and segments only
    needs: tuple[Need, ...] = ()
    levels: list[list[str]] = field(default_factory=list)  # "t:<trait>" and "s:<segment>" by depth

    def __post_init__(self) -> None:
        self.needs, self.levels = _compiled.get(
            self.playbook,
            None,
            lambda: (
                tuple(sorted(set(self._needs()), key=lambda n: n.key())),
                order_levels(self.playbook),
            ),
        )

    # measures.Names

    @property
    def clock(self) -> Clock:
        """The clock conditions are judged at."""
        return self.at.clock

    @property
    def currency(self) -> str:
        """The company's currency."""
        return self.playbook.company.currency

    def trait(self, name: str) -> Operand:
        """Return a trait as something to compare."""
        column, unit = trait_column(name), self.playbook.traits[name].unit()
        if unit == "text":
            return Operand(column, to_number(column), to_instant(column), unit)
        if unit == "list":
            return Operand(column, column, column, unit, is_list=True)
        return Operand(f"CAST({column} AS VARCHAR)" if unit != "date" else column, column, column, unit)

    def trait_before(self, name: str, ago: int) -> Sql:
        """Return a log trait as it stood `ago` before, from the measures taken then."""
        trait = self.playbook.traits[name]
        before = trait.of_measures([earlier(m, ago) for m in trait.measures()], self.clock.shifted(ago))
        return before.wrap("CAST(", " AS VARCHAR)") if trait.unit() not in ("text", "date", "list") else before

    def segment(self, name: str) -> str:
        """Return the column that says who is in a segment."""
        return segment_column(name)

    def cuts(self, name: str) -> str:
        """Return the column of the cut points of a trait that ranks people."""
        return f'"{cut_column(name)}"'

    # 1. What is needed

    def _needs(self) -> Iterable[Need]:
        conditions: list[ConditionBase] = []
        for trait in self.playbook.traits.values():
            yield from trait.needs()
            conditions += every_condition(trait)
        for segment in self.playbook.segments.values():
            conditions += walk(segment.who)
        for condition in conditions:
            yield from condition.needs()
            if (back := condition.looks_back()) is not None:
                name, ago = back
                yield from (earlier(m, ago) for m in self.playbook.traits[name].measures())

    @property
    def measures(self) -> tuple[Measure, ...]:
        """Everything read off the log."""
        return tuple(n for n in self.needs if isinstance(n, Measure))

    @property
    def asks_accounts(self) -> bool:
        """Say whether anything is computed over whole accounts, so that one member's touchpoint moves the others."""
        return any(m.per == "account" for m in self.measures)

    def paths(self) -> tuple[str, ...]:
        """Return the properties the log must offer as columns."""
        return Touchpoints(self.asking).scan.paths()

    @property
    def asking(self) -> Asking:
        """What is asked of the sources."""
        return Asking(self.needs, self.at.clock, self.at.upto, self.codes, self.currency, self.playbook.purposes)

    def sources(self) -> tuple[NeedSource, ...]:
        """Return every source, with what is asked of it."""
        asking = self.asking
        return tuple(source(asking) for source in SOURCES)

    def turned(self, before: Clock) -> Iterator[Turned]:
        """Yield every comparison with a date, as it stood at the clock `before` and as it stands now."""
        for trait in self.playbook.traits.values():
            yield from zip(trait.moments(before), trait.moments(self.clock), strict=True)
        for segment in self.playbook.segments.values():
            for condition in walk(segment.who):
                yield from zip(condition.moments(before), condition.moments(self.clock), strict=True)

    # 2.-5. The plan

    def plan(self) -> Plan:
        """Return the plan from the laid-out inputs to `result`."""
        sources = self.sources()
        steps = [step for source in sources for step in source.steps()]
        steps.append(self._wide_0([joined for source in sources for joined in source.joined()]))
        if not self.keep_cuts:
            # Scores of scores come after their own cut points; only the columns they need are worked out twice.
            steps += [self._cuts(depth) for depth in self.cut_depths()]
        return Plan(self._inputs(sources), (*steps, self._result()))

    def _inputs(self, sources: tuple[NeedSource, ...]) -> tuple[Input, ...]:
        inputs = [Input("people", ("person",)), Input("moved", ("origin", "person"))]
        inputs += [each for source in sources for each in source.inputs()]
        if self.keep_cuts:
            inputs += [Input(f"cuts_{depth}", self.cut_columns(depth)) for depth in self.cut_depths()]
        return tuple(inputs)

    def _wide_0(self, joined: list[WideColumns]) -> PlanStep:
        tables, joins = ["people"], []
        if any(one.per == ACCOUNT for one in joined):
            tables.append("account_of")
            joins.append("LEFT JOIN account_of ON account_of.person = p.person")
        for one in joined:
            who = "account_of.account" if one.per == ACCOUNT else "p.person"
            tables.append(one.table)
            joins.append(f"LEFT JOIN {one.table} ON {one.table}.person = {who}")
        body = join([Sql("p.person"), *(column for one in joined for column in one.columns)], ", ")
        sql = Sql(f"SELECT {body.text} FROM people p {' '.join(joins)}", body.params)
        why = "One row a person: every measure, field, consent and address that anything asks about."
        return PlanStep("wide_0", sql, tuple(tables), why, ("person", *(n.key() for n in self.needs)))

    def _levels(self, upto: int) -> tuple[Sql, tuple[str, ...]]:
        """Return a query over `wide_0` with the columns of the first levels, each around the one before."""
        text, reads = "SELECT * FROM wide_0", ["wide_0"]
        params: tuple[object, ...] = ()
        for depth, level in enumerate(self.levels[:upto]):
            columns = join([self._node_sql(n).wrap("", f" AS {node_column(n)}") for n in level], ", ")
            cuts = ""
            if any(self._is_score(n) for n in level):
                cuts = f" CROSS JOIN cuts_{depth}"
                reads.append(f"cuts_{depth}")
            text = f"SELECT w_{depth}.*, {columns.text} FROM ({text}) w_{depth}{cuts}"
            params = (*columns.params, *params)
        return Sql(text, params), tuple(reads)

    def _result(self) -> PlanStep:
        rows, reads = self._levels(len(self.levels))
        made = [node_column(n) for level in self.levels for n in level]
        kept = [n.key() for n in self.needs] if self.keep_needs else []
        sql = Sql(f"SELECT {', '.join(['person', *made, *kept])} FROM ({rows.text}) r", rows.params)
        why = f"Every trait and segment, level by level ({len(self.levels)} levels)."
        return PlanStep("result", sql, reads, why, ("person", *(m.strip('"') for m in made)))

    def _node_sql(self, node: str) -> Sql:
        kind, name = node.split(":", 1)
        if kind == "s":
            return self.playbook.segments[name].who.sql(self)
        return self.playbook.traits[name].sql(name, self)

    # 4. Scores

    def _is_score(self, node: str) -> bool:
        return node.startswith("t:") and self._parts(node) > 0

    def cut_depths(self) -> list[int]:
        """Return the levels whose scores need cut points."""
        return [d for d, level in enumerate(self.levels) if any(self._is_score(n) for n in level)]

    def cut_columns(self, depth: int) -> tuple[str, ...]:
        """Return the columns of the cut points of a level, one list a score."""
        return tuple(cut_column(n[2:]) for n in self.levels[depth] if self._is_score(n))

    def _parts(self, node: str) -> int:
        return self.playbook.traits[node[2:]].rank_parts()

    def _cuts(self, depth: int) -> PlanStep:
        scores = [n for n in self.levels[depth] if self._is_score(n)]
        rows, reads = self._levels(depth)
        columns = []
        for node in scores:
            ranked = self.playbook.traits[node[2:]].ranks_by(self)
            ordered_by = f"{ranked.value} ORDER BY {ranked.value}"
            text = f"LIST({ordered_by}) FILTER (WHERE {ranked.only.text}) AS {self.cuts(node[2:])}"
            columns.append(Sql(text, ranked.only.params))
        ordered = join(columns, ", ")
        # Part k begins where k/parts of the others rank lower: strictly above this element of the ordered values.
        cuts = ", ".join(
            "["
            + ", ".join(_CUT.format(c=f'"cut_{n[2:]}"', k=k, parts=self._parts(n)) for k in range(1, self._parts(n)))
            + f'] AS "cut_{n[2:]}"'
            for n in scores
        )
        text = f"SELECT {cuts} FROM (SELECT {ordered.text} FROM ({rows.text}) l) o"
        sql = Sql(text, (*ordered.params, *rows.params))
        why = "Cut points of the scores among everybody; a cycle scores against the same ones."
        return PlanStep(f"cuts_{depth}", sql, reads, why, self.cut_columns(depth))


def cut_column(name: str) -> str:
    """Return the column of the cut points of a trait, without quotes."""
    return f"cut_{name}"


def node_column(node: str) -> str:
    """Return the quoted column of 't:<trait>' or 's:<segment>'."""
    return trait_column(node[2:]) if node.startswith("t:") else segment_column(node[2:])


def refers_of(playbook: Playbook, node: str) -> set[str]:
    """Return the nodes a trait or segment is worked out of."""
    kind, name = node.split(":", 1)
    if kind == "t":
        refers = [playbook.traits[name].refers()]
    else:
        refers = [c.refers() for c in walk(playbook.segments[name].who)]
    return {f"t:{t}" for r in refers for t in r.traits} | {f"s:{s}" for r in refers for s in r.segments}


def order_levels(playbook: Playbook) -> list[list[str]]:
    """Return all nodes by depth: each level needs only those before. Raises ValueError for a circle."""
    waiting = {f"t:{t}": refers_of(playbook, f"t:{t}") for t in playbook.traits}
    waiting |= {f"s:{s}": refers_of(playbook, f"s:{s}") for s in playbook.segments}
    levels: list[list[str]] = []
    done: set[str] = set()
    while waiting:
        ready = sorted(node for node, needs in waiting.items() if needs <= done)
        if not ready:
            raise ValueError(f"in a circle, or of things not defined: {', '.join(sorted(waiting))}")
        levels.append(ready)
        done |= set(ready)
        for node in ready:
            del waiting[node]
    return levels
