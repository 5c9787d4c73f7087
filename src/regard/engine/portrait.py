"""A persona's portrait, computed from the members of a segment: typical values, channels, products, their own words. Pure.

Nothing in it is written by hand. A number is a median with its quartiles beside everybody's median; under `FEWEST` members
there is no portrait, because it would describe people rather than a group.
"""

from __future__ import annotations

from dataclasses import dataclass

from regard.engine.answers import Answered, shown
from regard.engine.columnar import property_column
from regard.engine.understanding import segment_column, trait_column
from regard.kernel.sql import Sql
from regard.playbooks.segments import Persona

FEWEST = 5
_MOST = 5
_QUOTES = 3
_NUMBERS = ("number", "money", "score", "days", "date")


@dataclass(frozen=True, slots=True)
class Typical:
    """What is typical of the members for one trait."""

    trait: str
    label: str
    typical: str  # the median, or the most frequent value
    spread: str  # the quartiles, or the share that has it
    everybody: str  # the same of all people
    known: int  # members of whom it is known


@dataclass(frozen=True, slots=True)
class Ranked:
    """A channel or product and how many members it is true of."""

    name: str
    people: int
    share: float


@dataclass(frozen=True, slots=True)
class Quote:
    """Something a member wrote, in their own words."""

    text: str
    said_on: str
    person: int


@dataclass(frozen=True, slots=True)
class Portrait:
    """A persona as its members are now."""

    members: int
    people: int
    typical: tuple[Typical, ...]
    channels: tuple[Ranked, ...]
    products: tuple[Ranked, ...]
    quotes: tuple[Quote, ...]


def persona_paths(persona: Persona) -> tuple[str, ...]:
    """Return the property paths a portrait reads beside what its traits need."""
    return tuple(path for path in (persona.products, persona.quotes) if path)


def draw_portrait(answered: Answered, segment: str, persona: Persona) -> Portrait:
    """Return the portrait of a segment on a bench where it and the persona's traits were computed."""
    bench = answered.bench
    bench.make("members", Sql(f"SELECT person FROM result WHERE {segment_column(segment)}"))
    bench.make(
        "theirs",
        Sql(
            "SELECT t.* FROM (SELECT COALESCE(m.person, l.origin) AS person, l.* FROM log l "
            "LEFT JOIN moved m ON m.origin = l.origin WHERE l.occurred_at <= ? AND l.seq <= ?) t "
            "SEMI JOIN members ON members.person = t.person",
            (answered.understanding.clock.us, answered.understanding.at.upto),
        ),
    )
    members = answered.row(Sql("SELECT COUNT(*) AS n FROM members"))["n"]
    if members < FEWEST:
        return Portrait(members, answered.people, (), (), (), ())
    typical = tuple(t for name in persona.traits if (t := _typical(answered, name)) is not None)
    channels = _channels(answered, members)
    products = _products(answered, persona.products, members) if persona.products else ()
    quotes = _quotes(answered, persona.quotes) if persona.quotes else ()
    return Portrait(members, answered.people, typical, channels, products, quotes)


def _typical(answered: Answered, name: str) -> Typical | None:
    column, unit = trait_column(name), answered.playbook.traits[name].unit()
    label, inside = answered.lexicon.trait_name(name), "person IN (SELECT person FROM members)"
    currency = answered.lexicon.currency
    if unit in _NUMBERS:
        row = answered.row(
            Sql(
                f"SELECT COUNT({column}) FILTER (WHERE {inside}) AS known, quantile_disc({column}, 0.5) AS everybody, "
                f"quantile_disc({column}, [0.25, 0.5, 0.75]) FILTER (WHERE {inside}) AS quartiles FROM result"
            )
        )
        if not row["known"]:
            return None
        low, middle, high = (shown(v, unit, currency) for v in row["quartiles"])
        return Typical(
            name,
            label,
            middle,
            f"{low} to {high}",
            shown(row["everybody"], unit, currency),
            row["known"],
        )
    if unit != "text":
        return None
    top = f"SELECT {column} AS v, COUNT(*) AS n FROM result WHERE {column} IS NOT NULL"
    ours = answered.rows(Sql(f"{top} AND {inside} GROUP BY 1 ORDER BY n DESC, v"))
    if not ours:
        return None
    known, everybody = (
        sum(row["n"] for row in ours),
        answered.rows(Sql(f"{top} GROUP BY 1 ORDER BY n DESC, v LIMIT 1")),
    )
    return Typical(
        name, label, ours[0]["v"], f"{ours[0]['n'] / known:.0%} of them", everybody[0]["v"], known
    )


def _channels(answered: Answered, members: int) -> tuple[Ranked, ...]:
    words = answered.understanding.codes.words["channel"]
    rows = answered.rows(
        Sql(
            "SELECT channel, COUNT(DISTINCT person) AS n FROM theirs GROUP BY 1 ORDER BY n DESC, channel"
        )
    )
    return tuple(Ranked(words[r["channel"]], r["n"], r["n"] / members) for r in rows[:_MOST])


def _products(answered: Answered, path: str, members: int) -> tuple[Ranked, ...]:
    column = f'"{property_column(path)}"'
    value = f"UNNEST({column})" if "[]" in path else column
    rows = answered.rows(
        Sql(
            f"SELECT v, COUNT(DISTINCT person) AS n FROM (SELECT person, {value} AS v FROM theirs) e WHERE v IS NOT NULL "
            "GROUP BY v ORDER BY n DESC, v LIMIT ?",
            (_MOST,),
        )
    )
    return tuple(Ranked(r["v"], r["n"], r["n"] / members) for r in rows)


def _quotes(answered: Answered, path: str) -> tuple[Quote, ...]:
    if "[]" in path:
        return ()
    column = f'"{property_column(path)}"'
    rows = answered.rows(
        Sql(
            f"SELECT {column} AS text, occurred_at, person FROM theirs WHERE length({column}) > 0 "
            "ORDER BY occurred_at DESC, seq DESC LIMIT ?",
            (_QUOTES,),
        )
    )
    return tuple(Quote(r["text"], shown(r["occurred_at"], "date", ""), r["person"]) for r in rows)
