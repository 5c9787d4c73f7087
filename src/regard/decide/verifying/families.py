"""Who spoke for whom as the joinings stood at a number: a verification walks through them as the live run did."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from regard.decide.facts.columns import read_rows
from regard.identify.columns import JOININGS

_Joining = tuple[int, str, int, int, int | None]  # seq, kind, survivor, absorbed, undoes


class Families:
    """The forest of joinings up to a number, taken on as the numbers go on."""

    def __init__(self) -> None:
        self._joinings: Sequence[_Joining] = read_rows(
            f"SELECT j.seq, j.kind, j.survivor_id, j.absorbed_id, j.undoes_id FROM {JOININGS} AS j ORDER BY j.seq"
        )
        self._merges = {seq: absorbed for seq, kind, _, absorbed, _ in self._joinings if kind == "merge"}
        self._next = 0
        self._above: dict[int, int] = {}
        self._below: dict[int, set[int]] = {}

    def go_on(self, upto: int) -> None:
        """Take every joining and parting up to this number."""
        while self._next < len(self._joinings) and self._joinings[self._next][0] <= upto:
            _, kind, survivor, absorbed, undoes = self._joinings[self._next]
            if kind == "merge":
                self._above[absorbed] = survivor
                self._below.setdefault(survivor, set()).add(absorbed)
            elif (parted := self._merges.get(undoes or 0)) is not None and parted in self._above:
                self._below[self._above.pop(parted)].discard(parted)
            self._next += 1

    def speaker(self, origin: int) -> int:
        """Return who spoke for this origin."""
        while origin in self._above:
            origin = self._above[origin]
        return origin

    def origins(self, people: Iterable[int]) -> list[int]:
        """Return every origin for whom one of these people spoke, themselves included."""
        waiting, found = list(people), set[int]()
        while waiting:
            one = waiting.pop()
            if one not in found:
                found.add(one)
                waiting.extend(self._below.get(one, ()))
        return sorted(found)

    def whose(self, origins: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return for each origin who spoke for it: as far as a cycle knew, all along."""
        spoken = origins
        if self._above:
            spoken = np.array([self.speaker(one) for one in origins.tolist()], dtype=np.int64)
        return spoken, np.zeros(origins.size, dtype=np.int64)
