"""Rows of the operational store to the engine's tables: read in bulk here, and nowhere else in this stage.

Everything below reads columns with raw SQL; what follows in services and selectors runs on tables only: no ORM past
this point.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from django.db import connection

from regard.collect.among import among
from regard.consent.selectors import consent_facts, limited_people
from regard.consent.suppression import has_suppressions, suppressed_addresses
from regard.engine.codes import Codes
from regard.engine.columnar import Row, code_rows
from regard.engine.told import Folds
from regard.engine.understanding import Coordinates
from regard.kernel.instant import from_us

ROWS_AT_ONCE = 50_000
_LOG = (
    "SELECT seq, origin, occurred_at, name, channel, direction, actor, value_minor, currency, score_milli, properties "
    "FROM collect_touchpoint WHERE seq > %s AND seq <= %s ORDER BY seq"
)
_REACHED_BY = {"email": ("email",), "phone": ("sms", "phone")}  # kind of identifier -> channels


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


def read_family(upto: int) -> Family:
    """Return who spoke for whom once `upto` was known: the merges up to it that were not undone up to it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind, survivor_id, absorbed_id, undoes_id, seq FROM identify_joining WHERE seq <= %s ORDER BY seq",
            [upto],
        )
        rows = cursor.fetchall()
    undone = {undoes for kind, _, _, undoes, _ in rows if kind == "unmerge"}
    above = {
        absorbed: survivor
        for kind, survivor, absorbed, _, seq in rows
        if kind == "merge" and seq not in undone
    }
    return Family({person: _top(person, above) for person in above})


def _top(person: int, above: dict[int, int]) -> int:
    while person in above:
        person = above[person]
    return person


def read_people(at: Coordinates, family: Family, scope: Iterable[int] | None = None) -> pa.Table:
    """Return the people who may be computed: surviving, known by `upto`, neither restricted nor objecting (promise D7)."""
    sql, bound = "SELECT id FROM identify_person WHERE created_seq <= %s", [at.upto]
    if scope is not None:
        inside, value = among(set(scope))
        sql, bound = f"{sql} AND id {inside}", [at.upto, value]
    with connection.cursor() as cursor:
        cursor.execute(sql, bound)
        people = np.fromiter((row[0] for row in cursor), dtype=np.int64)
    limited = limited_people(as_of=from_us(at.clock.us), upto=at.upto)
    leave = np.fromiter({*family.moved, *map(family.survivor, limited)}, dtype=np.int64)
    return pa.table({"person": people[~np.isin(people, leave)] if leave.size else people})


def read_log(after: int, upto: int, codes: Codes) -> list[pa.Table]:
    """Return the touchpoints numbered (after, upto] as tables of at most `ROWS_AT_ONCE` rows."""
    return [table for part in read_in_parts(after, upto, codes, ROWS_AT_ONCE) for table in part]


def read_in_parts(
    after: int, upto: int, codes: Codes, rows_a_part: int
) -> Iterator[list[pa.Table]]:
    """Yield the touchpoints numbered (after, upto] in lists of tables, each list of about so many rows."""
    tables: list[pa.Table] = []
    with connection.cursor() as cursor:
        cursor.execute(_LOG, [after, upto])
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            tables.append(code_rows(_as_rows(rows), codes))
            if len(tables) * ROWS_AT_ONCE >= rows_a_part:
                yield tables
                tables = []
    if tables:
        yield tables


def _as_rows(rows: list[tuple[object, ...]]) -> list[Row]:
    return rows  # type: ignore[return-value]


def read_fields(folds: Folds, origins: Iterable[int] | None = None) -> pa.Table:
    """Return every telling of the fields that are asked about: seq, origin, occurred_at, name, value (JSON text)."""
    names = folds.fields()
    columns: list[list[object]] = [[], [], [], [], []]
    if names:
        inside, value = among(names)
        sql = f"SELECT seq, person_id, occurred_at, name, value FROM profile_fieldchange WHERE name {inside} AND seq <= %s"
        bound: list[Any] = [value, folds.upto]
        if origins is not None:
            who, people = among(set(origins))
            sql, bound = f"{sql} AND person_id {who}", [*bound, people]
        with connection.cursor() as cursor:
            cursor.execute(sql, bound)
            rows = cursor.fetchall()
        columns = [list(c) for c in zip(*rows, strict=True)] if rows else columns
        columns[4] = ["null" if value is None else value for value in columns[4]]
    types = (pa.int64(), pa.int64(), pa.int64(), pa.string(), pa.string())
    arrays = [pa.array(c, t) for c, t in zip(columns, types, strict=True)]
    return pa.Table.from_arrays(arrays, names=["seq", "origin", "occurred_at", "name", "value"])


def read_consents(folds: Folds, people: Iterable[int] | None = None) -> pa.Table:
    """Return the words about consent, folded to maxima: person, purpose, channel, granted_us, withdrawn_us."""
    return consent_facts(
        as_of=from_us(folds.clock.us), upto=folds.upto, people=people if folds.agreed() else ()
    )


def read_contacts(folds: Folds, people: Iterable[int] | None = None) -> pa.Table:
    """Return on which channels we hold an address of whom, and how far it is suppressed: '', 'marketing' or 'all'."""
    rows: list[tuple[int, str, str]] = []
    if folds.reached():
        sql = (
            "SELECT COALESCE(p.survivor_id, p.id), i.kind, i.value FROM identify_identifier i "
            "JOIN identify_person p ON p.id = i.person_id WHERE i.kind IN ('email', 'phone') AND i.seq <= %s"
        )
        bound: list[Any] = [folds.upto]
        if people is not None:
            who, value = among(set(people))
            sql, bound = f"{sql} AND COALESCE(p.survivor_id, p.id) {who}", [*bound, value]
        with connection.cursor() as cursor:
            cursor.execute(sql, bound)
            found = cursor.fetchall()
        held = [
            (person, channel, value)
            for person, kind, value in found
            for channel in _REACHED_BY[kind]
        ]
        blocked = _suppressed(held, folds)
        rows = [
            (person, channel, blocked.get((channel, value), "")) for person, channel, value in held
        ]
    columns = list(zip(*rows, strict=True)) if rows else [(), (), ()]
    types = (pa.int64(), pa.string(), pa.string())
    arrays = [pa.array(list(c), t) for c, t in zip(columns, types, strict=True)]
    return pa.Table.from_arrays(arrays, names=["person", "channel", "suppressed"])


def _suppressed(held: list[tuple[int, str, str]], folds: Folds) -> dict[tuple[str, str], str]:
    if not held or not has_suppressions():
        return {}
    scopes = suppressed_addresses(
        {(channel, value) for _, channel, value in held},
        as_of=from_us(folds.clock.us),
        upto=folds.upto,
    )
    return {key: "all" if "all" in found else "marketing" for key, found in scopes.items() if found}


def read_accounts(at: Coordinates, family: Family) -> pa.Table:
    """Return the account of each person: the one they joined last."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT person_id, account_id FROM identify_accountmember WHERE seq <= %s ORDER BY seq",
            [at.upto],
        )
        account = {family.survivor(person): account for person, account in cursor.fetchall()}
    return pa.table(
        {
            "person": pa.array(list(account), pa.int64()),
            "account": pa.array(list(account.values()), pa.int64()),
        }
    )
