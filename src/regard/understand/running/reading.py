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
from django.db.backends.utils import CursorWrapper

from regard.collect.among import among
from regard.consent.selectors import consent_facts, limited_people
from regard.consent.suppression import has_suppressions, suppressed_addresses
from regard.engine.bench.codes import Codes
from regard.engine.bench.columnar import RAW, Row, code_rows
from regard.engine.understanding.fields_and_consents import Folds
from regard.engine.understanding.plan import Coordinates
from regard.kernel.instant import from_us
from regard.playbooks.channels import channels_of, id_kinds

ROWS_AT_ONCE = 50_000
_WHOLE = "seq, origin, occurred_at, name, channel, direction, actor, value_minor, currency, score_milli, "
# What tells whom time passed over; the rest of a row is left where it is.
_BETWEEN = "seq > %s AND seq <= %s"
_WHEN = "seq, origin, occurred_at, name, '', '', '', NULL, '', NULL, "
_JOININGS = "SELECT seq, kind, survivor_id, absorbed_id, undoes_id FROM identify_joining WHERE seq <= %s"


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
            cursor.execute(_JOININGS, [upto])
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
            cursor.execute(f"{_JOININGS} AND {side} {inside}", [upto, bound])
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
    sql, bound = "SELECT id FROM identify_person WHERE created_seq <= %s", [at.upto]
    if scope is not None:
        inside, value = among(set(scope))
        sql, bound = f"{sql} AND id {inside}", [at.upto, value]
    with connection.cursor() as cursor:
        cursor.execute(sql, bound)
        parts = iter(lambda: cursor.fetchmany(ROWS_AT_ONCE), [])
        people = np.fromiter((person for rows in parts for (person,) in rows), dtype=np.int64)
    limited = limited_people(as_of=from_us(at.clock.us), upto=at.upto)
    leave = np.fromiter({*family.moved, *map(family.survivor, limited)}, dtype=np.int64)
    return pa.table({"person": people[~np.isin(people, leave)] if leave.size else people})


def read_log(after: int, upto: int, codes: Codes, *, only_when: bool = False) -> list[pa.Table]:
    """Return the touchpoints numbered (after, upto] as tables of at most `ROWS_AT_ONCE` rows.

    `only_when`: of each row only its number, whose it is, when it happened and its name.
    """
    columns = f"{_WHEN} '{{}}'" if only_when else f"{_WHOLE} properties"
    return [table for part in _read_parts(columns, f"{_BETWEEN} ORDER BY seq", [after, upto], codes) for table in part]


def read_log_of(origins: Iterable[int], upto: int, codes: Codes, *, with_properties: bool) -> pa.Table:
    """Return the touchpoints of a few origins up to a number, by the index on them. Properties are read where asked."""
    inside, bound = among(set(origins))
    columns = f"{_WHOLE} properties" if with_properties else f"{_WHOLE} '{{}}'"
    tables = [
        table for part in _read_parts(columns, f"origin {inside} AND seq <= %s", [bound, upto], codes) for table in part
    ]
    return pa.concat_tables(tables) if tables else RAW.empty_table()


def read_in_parts(after: int, upto: int, codes: Codes, rows_a_part: int) -> Iterator[list[pa.Table]]:
    """Yield the touchpoints numbered (after, upto] in lists of tables, each list of about so many rows."""
    where = f"{_BETWEEN} ORDER BY seq"
    yield from _read_parts(f"{_WHOLE} properties", where, [after, upto], codes, rows_a_part)


def _read_parts(
    columns: str, where: str, bound: list[Any], codes: Codes, rows_a_part: int = ROWS_AT_ONCE
) -> Iterator[list[pa.Table]]:
    tables: list[pa.Table] = []
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM collect_touchpoint WHERE {where}", bound)
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
    return consent_facts(as_of=from_us(folds.clock.us), upto=folds.upto, people=people if folds.agreed() else ())


def read_contacts(folds: Folds, family: Family, origins: Iterable[int] | None = None) -> pa.Table:
    """Return on which channels we hold an address of whom, and how far it is suppressed: '', 'marketing' or 'all'."""
    rows: list[tuple[int, str, str]] = []
    if folds.reached():
        kinds, value = among(id_kinds())
        sql = f"SELECT person_id, kind, value FROM identify_identifier WHERE kind {kinds} AND seq <= %s"
        bound: list[Any] = [value, folds.upto]
        if origins is not None:
            who, value = among(set(origins))
            sql, bound = f"{sql} AND person_id {who}", [*bound, value]
        with connection.cursor() as cursor:
            cursor.execute(sql, bound)
            found = cursor.fetchall()
        moved = family.moved
        held = [
            (moved.get(origin, origin), channel, value)
            for origin, kind, value in found
            for channel in channels_of(kind)
        ]
        blocked = _suppressed(held, folds)
        rows = [(person, channel, blocked.get((channel, value), "")) for person, channel, value in held]
    columns = list(zip(*rows, strict=True)) if rows else [(), (), ()]
    types = (pa.int64(), pa.string(), pa.string())
    arrays = [pa.array(c, t) for c, t in zip(columns, types, strict=True)]
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


ACCOUNTS = pa.schema([("person", pa.int64()), ("account", pa.int64())])


def read_accounts(at: Coordinates, family: Family) -> pa.Table:
    """Return the account of each person: the one they joined last."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT person_id, account_id FROM identify_accountmember WHERE seq <= %s ORDER BY seq",
            [at.upto],
        )
        account = {family.survivor(person): account for person, account in cursor.fetchall()}
    columns = [pa.array(list(account), pa.int64()), pa.array(list(account.values()), pa.int64())]
    return pa.Table.from_arrays(columns, schema=ACCOUNTS)
