"""The pace people chose for themselves, as stretches of time: two fields of the profile, told like any other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime

import pyarrow as pa

from regard.collect.among import among
from regard.decide.facts.columns import as_input, read_rows
from regard.decide.facts.reading import Scope
from regard.kernel.instant import FOREVER_US, to_us

PACE, PAUSE_UNTIL = "contact_pace", "contact_pause_until"
LESS, A_PAUSE = "less", "pause"


def read_paces(scope: Scope) -> pa.Table:
    """Return `pace`: (person, word, from_us, to_us), each wish from when it was told until another one was."""
    listed, names = among([PACE, PAUSE_UNTIL])
    rows = read_rows(
        f"SELECT {scope.who}, f.name, f.value, f.occurred_at FROM profile_fieldchange AS f{scope.joined('f.person_id')}"
        f" AND f.name {listed.replace('%s', '%(names)s')} AND f.seq <= %(upto)s ORDER BY f.occurred_at, f.seq",
        scope.bound(names=names),
    )
    told: dict[tuple[int, str], list[tuple[int, object]]] = {}
    for person, name, value, at_us in rows:
        told.setdefault((person, name), []).append((at_us, json.loads(value) if value else None))
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
