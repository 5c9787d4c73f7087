"""A persona's portrait, computed from the members of a segment: typical values, channels, products, their own words. Pure.

Nothing in it is written by hand. A number is its three quartiles beside everybody's; a word is the share that has it beside
everybody's share. Under `FEWEST` members there is no portrait, and nothing that is true of fewer than `FEWEST` is named: it
would describe people rather than a group. Quotes are touchpoints, not texts: who shows them reads them where they are kept,
so that what was erased since is gone.
"""

from __future__ import annotations

from dataclasses import dataclass

from regard.engine.bench.columnar import property_column
from regard.engine.understanding.plan import segment_column, trait_column
from regard.engine.understanding.questions import Answered
from regard.kernel.sql import Sql
from regard.playbooks.segments import Persona
from regard.playbooks.values.compare import Unit

FEWEST = 5
_MOST = 5
_QUOTES = 40  # candidates, one a person: some may have been erased or restricted by the time they are shown
_NUMBERS = ("number", "money", "score", "days", "times", "date")
_INSIDE = "person IN (SELECT person FROM members)"


@dataclass(frozen=True, slots=True)
class Quartiles:
    """A quarter is below `low`, half below `middle`, three quarters below `high`: engine values."""

    low: float
    middle: float
    high: float


@dataclass(frozen=True, slots=True)
class Typical:
    """What is typical of the members for one trait that is a number, and of everybody."""

    trait: str
    label: str
    unit: Unit
    known: int  # members of whom it is known
    theirs: Quartiles
    everybody: Quartiles


@dataclass(frozen=True, slots=True)
class Favourite:
    """The most frequent value of a trait that is a word: shares of those of whom the trait is known."""

    trait: str
    label: str
    value: str
    known: int
    share: float
    everybody: float


@dataclass(frozen=True, slots=True)
class RankedShare:
    """A channel or product and how many members it is true of; `everybody`: the share of all people, None if not asked."""

    name: str
    people: int
    share: float
    everybody: float | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """A touchpoint in which a member wrote something in their own words."""

    touchpoint: int  # sequence number
    person: int


@dataclass(frozen=True, slots=True)
class Portrait:
    """A persona as its members are now."""

    members: int
    people: int
    typical: tuple[Typical, ...] = ()
    favourites: tuple[Favourite, ...] = ()
    channels: tuple[RankedShare, ...] = ()  # on which they came to us
    products: tuple[RankedShare, ...] = ()
    quotes: tuple[Quote, ...] = ()  # newest first


def persona_paths(persona: Persona) -> tuple[str, ...]:
    """Return the property paths a portrait reads beside what its traits need."""
    return tuple(path for path in (persona.products, persona.quotes) if path)


def draw_portrait(answered: Answered, segment: str, persona: Persona) -> Portrait:
    """Return the portrait of a segment on a bench where it and the persona's traits were computed."""
    bench = answered.bench
    bench.make("members", Sql(f"SELECT person FROM result WHERE {segment_column(segment)}"))
    members = answered.row(Sql("SELECT COUNT(*) AS n FROM members"))["n"]
    if members < FEWEST:
        return Portrait(members, answered.people)
    bench.make("theirs", _touchpoints(answered, persona_paths(persona), "SEMI JOIN members USING (person)"))
    return Portrait(
        members,
        answered.people,
        _typical(answered, persona),
        tuple(f for name in persona.traits if (f := _favourite(answered, name)) is not None),
        _channels(answered, members),
        _products(answered, persona.products, members) if persona.products else (),
        _quotes(answered, persona.quotes) if persona.quotes else (),
    )


def _touchpoints(answered: Answered, wanted: tuple[str, ...], whose: str) -> Sql:
    """Return (seq, person, occurred_at, channel, actor, properties) of all touchpoints up to the instant."""
    paths = "".join(f', "{property_column(path)}"' for path in wanted)
    return Sql(
        f"SELECT t.* FROM (SELECT l.seq, COALESCE(m.person, l.origin) AS person, l.occurred_at, l.channel, l.actor{paths} "
        f"FROM log l LEFT JOIN moved m ON m.origin = l.origin WHERE l.occurred_at <= ? AND l.seq <= ?) t {whose}",
        (answered.understanding.clock.us, answered.understanding.at.upto),
    )


def _typical(answered: Answered, persona: Persona) -> tuple[Typical, ...]:
    """Return the quartiles of every trait of the persona that is a number and known of enough members: one query."""
    traits = answered.playbook.traits
    names = [n for n in persona.traits if traits[n].unit() in _NUMBERS]
    columns = [
        f"COUNT({c}) FILTER (WHERE {_INSIDE}) AS known_{i}, "
        f"quantile_disc({c}, [0.25, 0.5, 0.75]) FILTER (WHERE {_INSIDE}) AS theirs_{i}, "
        f"quantile_disc({c}, [0.25, 0.5, 0.75]) AS everybody_{i}"
        for i, c in enumerate(map(trait_column, names))
    ]
    if not columns:
        return ()
    row = answered.row(Sql(f"SELECT {', '.join(columns)} FROM result"))
    return tuple(
        Typical(
            name,
            answered.lexicon.trait_name(name),
            traits[name].unit(),
            row[f"known_{i}"],
            Quartiles(*row[f"theirs_{i}"]),
            Quartiles(*row[f"everybody_{i}"]),
        )
        for i, name in enumerate(names)
        if row[f"known_{i}"] >= FEWEST
    )


def _favourite(answered: Answered, name: str) -> Favourite | None:
    if answered.playbook.traits[name].unit() != "text":
        return None
    column = trait_column(name)
    rows = answered.rows(
        Sql(
            f"SELECT CAST({column} AS VARCHAR) AS v, COUNT(*) AS everybody, COUNT(*) FILTER (WHERE {_INSIDE}) AS theirs "
            f"FROM result WHERE {column} IS NOT NULL GROUP BY 1 ORDER BY theirs DESC, v"
        )
    )
    if not rows or rows[0]["theirs"] < FEWEST:
        return None
    known, everybody = sum(r["theirs"] for r in rows), sum(r["everybody"] for r in rows)
    first, label = rows[0], answered.lexicon.trait_name(name)
    shares = first["theirs"] / known, first["everybody"] / everybody
    return Favourite(name, label, first["v"], known, *shares)


def _theirs_alone(answered: Answered) -> str:
    """Return the condition on a touchpoint that a customer did it, not we."""
    codes = answered.understanding.codes.known("actor", ("customer",))
    return f"actor = {codes[0]}" if codes else "FALSE"


def _channels(answered: Answered, members: int) -> tuple[RankedShare, ...]:
    words, own = answered.understanding.codes.words["channel"], _theirs_alone(answered)
    count = "SELECT channel, COUNT(DISTINCT person) AS n FROM {} e WHERE " + own + " GROUP BY 1"
    ranked = f"{count.format('theirs')} HAVING n >= {FEWEST} ORDER BY n DESC, channel LIMIT {_MOST}"
    rows = answered.rows(Sql(ranked))
    if not rows:
        return ()
    everyone = _touchpoints(answered, (), "")
    whole = Sql(count.format(f"({everyone.text})"), everyone.params)
    everybody = {r["channel"]: r["n"] for r in answered.rows(whole)}
    return tuple(
        RankedShare(
            words[r["channel"]],
            r["n"],
            r["n"] / members,
            everybody[r["channel"]] / max(answered.people, 1),
        )
        for r in rows
    )


def _products(answered: Answered, path: str, members: int) -> tuple[RankedShare, ...]:
    column = f'"{property_column(path)}"'
    value = f"UNNEST({column})" if "[]" in path else column
    rows = answered.rows(
        Sql(
            f"SELECT v, COUNT(DISTINCT person) AS n FROM (SELECT person, {value} AS v FROM theirs) e WHERE v IS NOT NULL "
            f"GROUP BY v HAVING n >= {FEWEST} ORDER BY n DESC, v LIMIT {_MOST}"
        )
    )
    return tuple(RankedShare(r["v"], r["n"], r["n"] / members) for r in rows)


def _quotes(answered: Answered, path: str) -> tuple[Quote, ...]:
    """Return the newest touchpoint of each of the members who wrote something lately."""
    if "[]" in path:
        return ()
    rows = answered.rows(
        Sql(
            f'SELECT seq, person, occurred_at FROM theirs WHERE {_theirs_alone(answered)} AND length("{property_column(path)}") > 0 '
            "QUALIFY row_number() OVER (PARTITION BY person ORDER BY occurred_at DESC, seq DESC) = 1 "
            "ORDER BY occurred_at DESC, seq DESC LIMIT ?",
            (_QUOTES,),
        )
    )
    return tuple(Quote(r["seq"], r["person"]) for r in rows)
