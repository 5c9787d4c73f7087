"""Who speaks for whom, and since when: a replay knows no sooner than we did that two of them are one person.

What was told of somebody counts for the person they turned out to be from the joining on: a rule's joining from the
touchpoint that proved it, a colleague's from their word. A joining that was undone later counts as never made.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from regard.decide.facts.columns import read_rows
from regard.identify.columns import JOININGS

SCHEMA = pa.schema([("origin", pa.int64()), ("person", pa.int64()), ("since_us", pa.int64())])


@dataclass(frozen=True, slots=True)
class Joined:
    """Everybody who was found to be somebody else: `since_us` is 0 where that was known when the stretch began."""

    absorbed: np.ndarray  # origins, in order
    people: np.ndarray
    since_us: np.ndarray

    def table(self) -> pa.Table:
        """Return (origin, person, since_us)."""
        return pa.table([self.absorbed, self.people, self.since_us], schema=SCHEMA)

    def late(self) -> int:
        """Return how many were joined within the stretch."""
        return int((self.since_us > 0).sum())

    def whose(self, origins: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return for each origin who speaks for it, and since when."""
        if not self.absorbed.size:
            return origins, np.zeros(origins.size, dtype=np.int64)
        place = np.minimum(np.searchsorted(self.absorbed, origins), self.absorbed.size - 1)
        is_joined = self.absorbed[place] == origins
        return (
            np.where(is_joined, self.people[place], origins),
            np.where(is_joined, self.since_us[place], 0),
        )

    def origins(self, people: Iterable[int]) -> list[int]:
        """Return these people and every origin they turned out to be."""
        whom = set(people)
        found = self.absorbed[np.isin(self.people, np.fromiter(whom, np.int64, len(whom)))]
        return sorted(whom.union(found.tolist()))


def read_joined(upto: int, *, from_us: int) -> Joined:
    """Return who was joined with whom up to a number, by the joinings that still stand."""
    rows = read_rows(
        f"""
        SELECT j.seq, j.kind, j.survivor_id, j.absorbed_id, j.undoes_id, j.evidence, j.at
        FROM {JOININGS} AS j
        WHERE j.seq <= %s
        ORDER BY j.seq
        """,
        [upto],
    )
    undone = {undoes for _, kind, _, _, undoes, *_ in rows if kind == "unmerge"}
    above = {
        absorbed: (survivor, _proved(evidence, at))
        for seq, kind, survivor, absorbed, _, evidence, at in rows
        if kind == "merge" and seq not in undone
    }
    found = sorted((origin, *_top(origin, above)) for origin in above)
    origins, people, since = np.array(found, dtype=np.int64).reshape(-1, 3).T
    return Joined(origins, people, np.where(since <= from_us, 0, since))


def _proved(evidence: str | dict[str, object], at_us: int) -> int:
    told = json.loads(evidence) if isinstance(evidence, str) else evidence
    occurred = told.get("occurred_us")
    return occurred if isinstance(occurred, int) else at_us


def _top(origin: int, above: dict[int, tuple[int, int]]) -> tuple[int, int]:
    """Return the survivor at the end of the chain, and when the last link of it was known."""
    steps = list(_steps(origin, above))
    return steps[-1][0], max(at_us for _, at_us in steps)


def _steps(origin: int, above: dict[int, tuple[int, int]]) -> Iterator[tuple[int, int]]:
    while origin in above:
        yield above[origin]
        origin = above[origin][0]
