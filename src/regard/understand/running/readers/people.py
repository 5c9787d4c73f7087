"""Who there is to understand: people who may be computed, who speaks for whom, and whose account is whose.

Everything below reads columns with raw SQL; what follows in services and selectors runs on tables only: no ORM past
this point.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from django.db import connection
from django.db.backends.utils import CursorWrapper

from regard.collect.among import among
from regard.consent.columns import LIMIT_CAME_DUE, LIMITED
from regard.consent.selectors import limits_of
from regard.engine.understanding.plan import Coordinates
from regard.identify.columns import ACCOUNTS_UPTO, JOININGS_UPTO, PEOPLE_UPTO
from regard.identify.columns import TOUCHED as PEOPLE_TOUCHED
from regard.kernel.instant import from_us

ROWS_AT_ONCE = 50_000
ACCOUNTS = pa.schema([("person", pa.int64()), ("account", pa.int64())])
# Whom rows numbered (%s, %s] bear on whatever is asked, and whose limits, known before, have their time in (%s, %s].
TOUCHED = (*PEOPLE_TOUCHED, *LIMITED)
CAME_DUE = LIMIT_CAME_DUE


@dataclass(frozen=True, slots=True)
class Family:
    """Who speaks for whom at a sequence number: `moved` maps absorbed people to survivors, others stand for themselves."""

    moved: dict[int, int]

    def survivor(self, origin: int) -> int:
        """Return who speaks for an origin."""
        return self.moved.get(origin, origin)

    def table(self) -> pa.Table:
        """Return the map as a table."""
        return pa.table(
            {
                "origin": pa.array(list(self.moved), pa.int64()),
                "person": pa.array(list(self.moved.values()), pa.int64()),
            }
        )


def read_family(upto: int, about: Iterable[int] | None = None) -> Family:
    """Return who spoke for whom once `upto` was known: the merges up to it that were not undone up to it.

    `about`: only of these people, and of everybody who was ever joined with them.
    """
    with connection.cursor() as cursor:
        if about is None:
            cursor.execute(JOININGS_UPTO, [upto])
            rows = cursor.fetchall()
        else:
            rows = _joinings_about(cursor, upto, set(about))
    undone = {undoes for _, kind, _, _, undoes in rows if kind == "unmerge"}
    above = {
        absorbed: survivor
        for seq, kind, survivor, absorbed, _ in sorted(rows, key=lambda row: row[0])
        if kind == "merge" and seq not in undone
    }
    return Family({person: _top(person, above) for person in above})


def _joinings_about(cursor: CursorWrapper, upto: int, about: set[int]) -> list[tuple[Any, ...]]:
    """Return the joinings of some people, of those joined with them, and so on outwards."""
    found: dict[int, tuple[Any, ...]] = {}
    seen, waiting = set(about), about
    while waiting:
        inside, bound = among(waiting)
        for side in ("survivor_id", "absorbed_id"):  # each by its own index
            cursor.execute(f"{JOININGS_UPTO} AND {side} {inside}", [upto, bound])
            found.update((row[0], row) for row in cursor.fetchall())
        waiting = {person for row in found.values() for person in (row[2], row[3])} - seen
        seen |= waiting
    return list(found.values())


def _top(person: int, above: dict[int, int]) -> int:
    while person in above:
        person = above[person]
    return person


def read_people(at: Coordinates, family: Family, scope: Iterable[int] | None = None) -> pa.Table:
    """Return the people who may be computed: surviving, known by `upto`, neither restricted nor objecting (promise D7)."""
    sql, bound = PEOPLE_UPTO, [at.upto]
    if scope is not None:
        inside, value = among(set(scope))
        sql, bound = f"{sql} AND id {inside}", [at.upto, value]
    with connection.cursor() as cursor:
        cursor.execute(sql, bound)
        parts = iter(lambda: cursor.fetchmany(ROWS_AT_ONCE), [])
        people = np.fromiter((person for rows in parts for (person,) in rows), dtype=np.int64)
    limited = limits_of(as_of=from_us(at.clock.us), upto=at.upto)
    leave = np.fromiter({*family.moved, *map(family.survivor, limited)}, dtype=np.int64)
    return pa.table({"person": people[~np.isin(people, leave)] if leave.size else people})


def read_accounts(at: Coordinates, family: Family) -> pa.Table:
    """Return the account of each person: the one they joined last."""
    with connection.cursor() as cursor:
        cursor.execute(
            ACCOUNTS_UPTO,
            [at.upto],
        )
        account = {family.survivor(person): account for person, account in cursor.fetchall()}
    columns = [pa.array(list(account), pa.int64()), pa.array(list(account.values()), pa.int64())]
    return pa.Table.from_arrays(columns, schema=ACCOUNTS)
