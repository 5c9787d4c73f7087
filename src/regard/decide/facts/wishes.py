"""What people said of being written to: words about purposes, limits they set, and the pace they chose for themselves."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from datetime import datetime

import pyarrow as pa

from regard.collect.among import among
from regard.consent.columns import CONSENT_WORDS, RESTRICTIONS
from regard.decide.facts.columns import as_input, read_input, read_rows
from regard.decide.facts.scope import FactScope
from regard.kernel.instant import FOREVER_US, to_us
from regard.profile.columns import TELLINGS

PACE, PAUSE_UNTIL = "contact_pace", "contact_pause_until"
LESS, A_PAUSE = "less", "pause"


def read_consents(scope: FactScope, purposes: Collection[str] | None = None) -> pa.Table:
    """Return `consent`: every word of theirs about these purposes, or all; the engine folds it."""
    listed, bound = among(sorted({*(purposes or ()), "*"}))
    wanted = "" if purposes is None else f"AND c.purpose {listed.replace('%s', '%(purposes)s')}"
    found = read_input(
        "consent",
        f"""
        SELECT {scope.who("c.person_id")}, c.purpose, c.channel, c.is_granted, c.said_at, c.seq{scope.seen_too("c.seen_at")}
        FROM {CONSENT_WORDS} AS c {scope.joined("c.person_id")} AND c.seq <= %(upto)s {wanted}
        """,
        scope.bound(purposes=bound),
        **scope.seen_always(),
    )
    return scope.tell(found)


def read_restrictions(scope: FactScope) -> pa.Table:
    """Return `restriction`: restrictions and objections, set and lifted."""
    found = read_input(
        "restriction",
        f"""
        SELECT {scope.who("r.person_id")}, r.person_id, r.kind, r.lifted, r.seq{scope.seen_too("r.at")}
        FROM {RESTRICTIONS} AS r {scope.joined("r.person_id")} AND r.seq <= %(upto)s
        """,
        scope.bound(),
        **scope.seen_always(),
    )
    return scope.tell(found)


def read_paces(scope: FactScope) -> pa.Table:
    """Return `pace`: (person, word, from_us, to_us), each wish from when it was told until another one was."""
    listed, names = among([PACE, PAUSE_UNTIL])
    rows = read_rows(
        f"""
        SELECT {scope.who("f.person_id")}, f.name, f.value, f.occurred_at
        FROM {TELLINGS} AS f {scope.joined("f.person_id")}
            AND f.name {listed.replace("%s", "%(names)s")} AND f.seq <= %(upto)s
        ORDER BY f.occurred_at, f.seq
        """,
        scope.bound(names=names),
    )
    told: dict[tuple[int, str], list[tuple[int, object]]] = {}
    for person, since, (name, value, at_us) in scope.told(rows):
        words = told.setdefault((person, name), [])
        words.append((max(at_us, since), json.loads(value) if value else None))
        if since:
            words.sort(key=lambda word: word[0])
    return as_input("pace", (row for key, words in told.items() for row in _stretches(*key, words)))


def _stretches(person: int, name: str, words: list[tuple[int, object]]) -> Iterator[tuple[int, str, int, int]]:
    ends = [at_us for at_us, _ in words[1:]] + [FOREVER_US]
    for (since, value), until in zip(words, ends, strict=True):
        if name == PACE and value == LESS:
            yield person, LESS, since, until
        asked = _instant(value) if name == PAUSE_UNTIL else None
        if asked is not None and since < min(asked, until):
            yield person, A_PAUSE, since, min(asked, until)


def _instant(value: object) -> int | None:
    try:
        found = datetime.fromisoformat(str(value)) if value else None
    except ValueError:
        return None
    return to_us(found) if found is not None and found.tzinfo else None
