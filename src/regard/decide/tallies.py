"""How many stand where and were told what, kept exactly: the Journeys pages read these rows and count nobody.

Each write adds its differences in its own transaction: a chunk of a cycle in bulk (writing.py), rows written or deleted
by their model (an erasure) here, a colleague's act upon a journey by counting that journey again. Once a day everything is
counted and compared; what differs is put right and said aloud.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from django.db import connection, models, transaction

from regard.decide.facts.columns import read_rows

Place = tuple[Any, ...]
Row = TypeVar("Row", bound=models.Model, covariant=True)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Tally:
    """A table of tallies and the table whose rows it counts, by these columns."""

    table: str
    counted: str
    by: tuple[str, ...]

    def add(self, differences: Mapping[Place, int]) -> None:
        """Add to the rows of these places, in one order so that two writers never wait for each other in a circle."""
        rows = [(*place, people) for place, people in sorted(differences.items()) if people]
        names, marks = ", ".join(self.by), ", ".join(["%s"] * (len(self.by) + 1))
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {self.table} ({names}, people) VALUES ({marks}) ON CONFLICT ({names})"
                f" DO UPDATE SET people = {self.table}.people + EXCLUDED.people",
                rows,
            )

    def differences(self) -> dict[Place, tuple[int, int]]:
        """Return where the tally is not what is counted: place -> (tallied, counted)."""
        names = ", ".join(self.by)
        rows = read_rows(
            f"SELECT {names}, SUM(tallied), SUM(counted) FROM ("
            f" SELECT {names}, people AS tallied, 0 AS counted FROM {self.table} UNION ALL"
            f" SELECT {names}, 0, COUNT(*) FROM {self.counted} GROUP BY {names}) AS both_ways"
            f" GROUP BY {names} HAVING SUM(tallied) <> SUM(counted)"
        )
        return {tuple(place): (int(tallied), int(found)) for *place, tallied, found in rows}

    @transaction.atomic
    def count_again(self, journey: str | None = None) -> None:
        """Count the rows of a journey, or all, and let the tally say so."""
        names = ", ".join(self.by)
        of, bound = ("", []) if journey is None else (" WHERE journey = %s", [journey])
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":  # a difference added meanwhile would be lost
                cursor.execute(f"LOCK TABLE {self.table} IN SHARE ROW EXCLUSIVE MODE")
            cursor.execute(f"DELETE FROM {self.table}{of}", bound)
            cursor.execute(
                f"INSERT INTO {self.table} ({names}, people) SELECT {names}, COUNT(*)"
                f" FROM {self.counted}{of} GROUP BY {names}",
                bound,
            )


STANDING = Tally("decide_enrolmenttally", "decide_enrolment", ("journey", "version", "state", "step", "arm"))
DECIDED = Tally("decide_decisiontally", "decide_decision", ("journey", "step", "verdict", "reason", "counts"))


def check_tallies() -> int:
    """Count everything and compare; put right what differs. Returns how many places were wrong: 0, or there is a bug."""
    wrong = 0
    for tally in (STANDING, DECIDED):
        if found := tally.differences():
            _log.error("%s was wrong at %d places, counted again: %s", tally.table, len(found), found)
            tally.count_again()
            wrong += len(found)
    return wrong


class CountedRows(models.QuerySet[Row]):
    """Rows a tally counts: those deleted are taken off it, those changed are counted where they stand then."""

    def update(self, **changes: Any) -> int:
        """Update columns; what the tally counts by is set to plain values, never to expressions."""
        tally: Tally = self.model.tally  # type: ignore[attr-defined]
        restated = {name: str(changes[name]) for name in tally.by if name in changes}
        if not restated:
            return super().update(**changes)
        moved: Counter[Place] = Counter()
        with transaction.atomic():
            for place in self.order_by().select_for_update().values_list(*tally.by):
                told = dict(zip(tally.by, place, strict=True)) | restated
                moved[place] -= 1
                moved[tuple(told.values())] += 1
            changed = super().update(**changes)
            tally.add(moved)
        return changed

    def bulk_create(self, objs: Iterable[Row], *args: Any, **given: Any) -> list[Row]:
        """Write rows at once."""
        tally: Tally = self.model.tally  # type: ignore[attr-defined]
        with transaction.atomic():
            made = super().bulk_create(objs, *args, **given)
            tally.add(Counter(_place(tally, row) for row in made))
        return made

    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete the rows, as an erasure does, and first those that go with them and are counted too."""
        tally: Tally = self.model.tally  # type: ignore[attr-defined]
        also = [r for r in self.model._meta.related_objects if issubclass(r.related_model, Counted)]
        with transaction.atomic():
            rows: Counter[str] = Counter()
            for relation in also:
                followed = relation.related_model._base_manager
                rows.update(followed.filter(**{f"{relation.field.name}__in": self}).delete()[1])
            gone = Counter(self.order_by().values_list(*tally.by))
            rows.update(super().delete()[1])
            tally.add({place: -people for place, people in gone.items()})
        return rows.total(), dict(rows)


class Counted(models.Model):
    """A row a tally counts, where it is written by itself and not in bulk."""

    tally: ClassVar[Tally]
    journey: models.CharField[str, str]

    class Meta:
        abstract = True

    def save(self, *args: Any, **given: Any) -> None:
        """Write the row and count it; of one that was there before, its journey is counted again."""
        is_new = self._state.adding
        with transaction.atomic():
            super().save(*args, **given)
            if is_new:
                self.tally.add({_place(self.tally, self): 1})
            else:
                self.tally.count_again(self.journey)

    def delete(self, *_: Any, **__: Any) -> tuple[int, dict[str, int]]:
        """Delete the row and take it off the tally."""
        return type(self)._base_manager.filter(pk=self.pk).delete()


def _place(tally: Tally, row: models.Model) -> Place:
    return tuple(getattr(row, name) for name in tally.by)
