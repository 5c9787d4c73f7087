"""Who spoke for whom as the joinings stood at a number: a verification walks through them as the live run did."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import numpy as np
import pyarrow as pa

from regard.decide.facts.columns import read_rows

_Joining = tuple[int, str, int, int, int | None]  # seq, kind, survivor, absorbed, undoes


class Families:
    """The forest of joinings up to a number, taken on as the numbers go on."""

    def __init__(self) -> None:
        self._joinings: Sequence[_Joining] = read_rows(
            "SELECT seq, kind, survivor_id, absorbed_id, undoes_id FROM identify_joining ORDER BY seq"
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

    def spoken(self, table: pa.Table, people: Collection[int]) -> pa.Table:
        """Return the rows of these people, whose `person` column names origins, with who spoke for each."""
        if not table.num_rows:
            return table
        told = np.asarray(table.column("person").to_numpy(), dtype=np.int64)
        if self._above:
            told = np.array([self.speaker(one) for one in told.tolist()], dtype=np.int64)
        place = table.schema.get_field_index("person")
        rows = table.set_column(place, table.schema.field(place), pa.array(told, pa.int64()))
        return rows.filter(pa.array(np.isin(told, np.fromiter(people, np.int64, len(people)))))
