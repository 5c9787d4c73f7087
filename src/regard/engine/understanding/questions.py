"""What can be asked of a bench on which a playbook was run: rows, counts a condition, samples, and why. Pure.

A question about one segment needs only what that segment is worked out of: `cut_down` gives the smaller playbook, and
`with_segment` one with an unsaved definition in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import pyarrow as pa
from pydantic import TypeAdapter, ValidationError

from regard.engine.bench.store import Workbench
from regard.engine.understanding.plan import Understanding, refers_of, segment_column
from regard.kernel.instant import from_us
from regard.kernel.issues import Issue, Refused
from regard.kernel.sql import Sql, join
from regard.playbooks.conditions.base import ConditionBase
from regard.playbooks.model import Playbook
from regard.playbooks.segments import Segment
from regard.playbooks.values.compare import Unit, value_words
from regard.playbooks.values.lexicon import PlaybookLexicon, check_understanding

ASKED = "asked-now"  # the name under which an unsaved segment is computed
SAMPLED = 5


@dataclass(slots=True)
class Answered:
    """A bench on which `result` was made, and how its columns are called."""

    bench: Workbench
    understanding: Understanding
    people: int

    @property
    def playbook(self) -> Playbook:
        """The playbook, cut down to the question."""
        return self.understanding.playbook

    @property
    def lexicon(self) -> PlaybookLexicon:
        """What things are called."""
        return PlaybookLexicon(self.playbook)

    def row(self, sql: Sql) -> dict[str, Any]:
        """Return the one row of a query."""
        return self.rows(sql)[0]

    def rows(self, sql: Sql) -> list[dict[str, Any]]:
        """Return the rows of a query."""
        rows: list[dict[str, Any]] = self.bench.take(sql).to_pylist()
        return rows

    def column(self, sql: Sql) -> list[Any]:
        """Return the first column of a query."""
        table: pa.Table = self.bench.take(sql)
        values: list[Any] = table.column(0).to_pylist()
        return values


def parse_segment(who: object, *, name: str = "") -> Segment:
    """Return the segment of a definition as YAML or JSON gives it. Raises Refused with every mistake in it."""
    try:
        return TypeAdapter(Segment).validate_python({"who": who, "name": name or None})
    except ValidationError as error:
        issues = [Issue(".".join(str(p) for p in e["loc"]), str(e["msg"])) for e in error.errors(include_url=False)]
        raise Refused(*issues) from None


def with_segment(playbook: Playbook, segment: Segment, *, name: str = ASKED) -> Playbook:
    """Return the playbook with one more (or another) segment. Raises Refused where it names what is not there."""
    more = playbook.model_copy(update={"segments": {**playbook.segments, name: segment}})
    issues = check_understanding(more)
    if issues:
        raise Refused(*issues)
    return more


def cut_down(playbook: Playbook, *, segments: tuple[str, ...] = (), traits: tuple[str, ...] = ()) -> Playbook:
    """Return the playbook with only these segments and traits, and what they are worked out of.

    Raises Refused (not_found) for a name the playbook does not have.
    """
    for word, names, known in (
        ("segment", segments, playbook.segments),
        ("trait", traits, playbook.traits),
    ):
        for name in names:
            if name not in known:
                near = get_close_matches(name, known, n=1)
                hint = f"did you mean '{near[0]}'?" if near else ""
                raise Refused(Issue("playbook", f"there is no {word} '{name[:60]}'", hint, code="not_found"))
    waiting = [*(f"s:{s}" for s in segments), *(f"t:{t}" for t in traits)]
    needed: set[str] = set()
    while waiting:
        node = waiting.pop()
        if node not in needed:
            needed.add(node)
            waiting += refers_of(playbook, node)
    return playbook.model_copy(
        update={
            "traits": {n: t for n, t in playbook.traits.items() if f"t:{n}" in needed},
            "segments": {n: s for n, s in playbook.segments.items() if f"s:{n}" in needed},
        }
    )


@dataclass(frozen=True, slots=True)
class SeenValue:
    """A value that decided a condition: its label, the engine's value and its words."""

    label: str
    value: object
    words: str


@dataclass(frozen=True, slots=True)
class WhyNode:
    """One condition: its sentence, whether it holds, what was seen, and the conditions inside it."""

    kind: str
    words: str
    holds: bool
    seen: tuple[SeenValue, ...]
    parts: tuple[WhyNode, ...]


def why_trees(answered: Answered, who: ConditionBase, people: list[int]) -> dict[int, WhyNode]:
    """Return the tree of a condition for each of a few people, in one query."""
    columns: list[Sql] = [Sql("person")]
    _ask(answered, who, "n", columns)
    body = join(columns, ", ")
    marks = ", ".join("?" * len(people)) or "NULL"
    sql = Sql(f"SELECT {body.text} FROM result WHERE person IN ({marks})", (*body.params, *people))
    return {row["person"]: _tree(answered, who, "n", row) for row in answered.rows(sql)}


def _ask(answered: Answered, condition: ConditionBase, place: str, columns: list[Sql]) -> None:
    names, lexicon = answered.understanding, answered.lexicon
    columns.append(condition.sql(names).wrap("", f" AS {place}"))
    for index, seen in enumerate(condition.seen(names, lexicon)):
        columns.append(seen.sql.wrap("", f" AS {place}_v{index}"))
    for index, part in enumerate(condition.parts()):
        _ask(answered, part, f"{place}_{index}", columns)


def _tree(answered: Answered, condition: ConditionBase, place: str, row: dict[str, Any]) -> WhyNode:
    lexicon = answered.lexicon
    seen = tuple(
        SeenValue(s.label, row[f"{place}_v{i}"], shown(row[f"{place}_v{i}"], s.unit, lexicon.currency))
        for i, s in enumerate(condition.seen(answered.understanding, lexicon))
    )
    parts = tuple(_tree(answered, p, f"{place}_{i}", row) for i, p in enumerate(condition.parts()))
    return WhyNode(kind_name(condition), condition.words(lexicon), bool(row[place]), seen, parts)


def kind_name(condition: ConditionBase) -> str:
    """Return the first key of a condition, which names its kind."""
    return type(condition).kind()


def shown(value: object, unit: Unit, currency: str) -> str:
    """Return an engine value as people read it; instants as a day."""
    if unit == "date" and isinstance(value, int):
        return from_us(value).strftime("%-d %B %Y")
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value_words(value, unit, currency)


def because(tree: WhyNode) -> str:
    """Return 'matches because' in one line: what was seen in the conditions that hold."""
    if tree.kind == "none":
        return "none of what is left out"
    if not tree.parts:
        return "; ".join(f"{s.label} {s.words}" for s in tree.seen) or tree.words
    return "; ".join(dict.fromkeys(because(part) for part in tree.parts if part.holds))


@dataclass(frozen=True, slots=True)
class ConditionCount:
    """One row of the builder: how many meet it by itself, and how many are left after it and the rows before."""

    words: str
    alone: int
    left: int


@dataclass(frozen=True, slots=True)
class Sampled:
    """One of the people in a preview, with why."""

    person: int
    because: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What a definition would mean now: people in total, row by row, and a few of them."""

    words: str
    total: int
    people: int
    rows: tuple[ConditionCount, ...]
    sample: tuple[Sampled, ...]


def preview_of(answered: Answered, who: ConditionBase) -> Preview:
    """Return the counts, the rows and a sample of the segment computed as `ASKED`."""
    total, rows = _counts(answered, who)
    people = sample_of(answered, segment_column(ASKED))
    trees = why_trees(answered, who, people)
    sample = tuple(Sampled(p, because(trees[p])) for p in people)
    return Preview(who.words(answered.lexicon), total, answered.people, rows, sample)


def _counts(answered: Answered, who: ConditionBase) -> tuple[int, tuple[ConditionCount, ...]]:
    parts = list(who.parts()) or [who]
    kind = type(who).kind()
    between = " AND " if kind not in ("any", "none") else " OR "
    columns = [Sql(f"COUNT(*) FILTER (WHERE {segment_column(ASKED)}) AS total")]
    for index, part in enumerate(parts):
        alone = part.sql(answered.understanding)
        upto = join([p.sql(answered.understanding) for p in parts[: index + 1]], between)
        left = upto.wrap("NOT (", ")") if kind == "none" else upto
        columns.append(alone.wrap("COUNT(*) FILTER (WHERE ", f") AS alone_{index}"))
        columns.append(left.wrap("COUNT(*) FILTER (WHERE ", f") AS left_{index}"))
    row = answered.row(join(columns, ", ").wrap("SELECT ", " FROM result"))
    rows = tuple(
        ConditionCount(p.words(answered.lexicon), row[f"alone_{i}"], row[f"left_{i}"]) for i, p in enumerate(parts)
    )
    return row["total"], rows


def sample_of(answered: Answered, column: str, limit: int = SAMPLED) -> list[int]:
    """Return a few people for whom a column holds."""
    # The same few for the same question: by a hash of the person, not the first by age.
    return answered.column(
        Sql(
            f"SELECT person FROM result WHERE {column} ORDER BY hash(person), person LIMIT ?",
            (limit,),
        )
    )
