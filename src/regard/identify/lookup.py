"""What the database knows of the ids of a batch: a handful of queries, whatever the size of the batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db import connection

from regard.collect.among import among
from regard.identify.normalise import ANONYMOUS_ID, Key
from regard.identify.stitching import Known
from regard.identify.taking_back.forgetting import id_hash

# Taken by everybody who may make or join people, so that no two make the same one (PostgreSQL; SQLite has one writer).
_LOCK = 7_310_001


def lock_identity() -> None:
    """Wait until no other transaction makes or joins people."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def look_up(keys: set[Key]) -> Known:
    """Return owner, survivor and standing of each id that is known."""
    by_kind: dict[str, list[str]] = defaultdict(list)
    for kind, value in keys:
        by_kind[kind].append(value)
    known = Known({}, {}, {})
    for kind, values in by_kind.items():
        for value, person, root, is_known in _owners(kind, values):
            known.owner[kind, value] = person
            known.root[person] = root
            known.root[root] = root
            known.is_known[root] = bool(is_known)
    return known


def _owners(kind: str, values: list[str]) -> list[tuple[str, int, int, bool]]:
    sql, bound = among(values)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT i.value, p.id, COALESCE(p.survivor_id, p.id), COALESCE(s.is_known, p.is_known)
                FROM identify_identifier i JOIN identify_person p ON p.id = i.person_id
                LEFT JOIN identify_person s ON s.id = p.survivor_id
                WHERE i.kind = %s AND i.value {sql}""",  # noqa: S608 (a fixed piece, values are bound)
            [kind, bound],
        )
        return list(cursor.fetchall())


def look_up_holdings(known: Known, roots: Iterable[int]) -> None:
    """Fill how many ids of each kind these survivors hold."""
    wanted = list(roots)
    sql, bound = among(wanted)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT p.id, i.kind, COUNT(*) FROM identify_person p
                JOIN identify_identifier i ON i.person_id = p.id WHERE p.id {sql} GROUP BY p.id, i.kind
                UNION ALL
                SELECT p.survivor_id, i.kind, COUNT(*) FROM identify_person p
                JOIN identify_identifier i ON i.person_id = p.id WHERE p.survivor_id {sql}
                GROUP BY p.survivor_id, i.kind""",  # noqa: S608
            [bound, bound],
        )
        for root in wanted:
            known.holdings[root] = {}
        for root, kind, number in cursor.fetchall():
            held = known.holdings[root]
            held[kind] = held.get(kind, 0) + number


def look_up_parted(known: Known, absorbed: Iterable[int]) -> None:
    """Fill which pairs a person parted: they are never joined again by a rule."""
    sql, bound = among(absorbed)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT COALESCE(s.survivor_id, s.id), j.absorbed_id FROM identify_joining j
                JOIN identify_person s ON s.id = j.survivor_id
                WHERE j.kind = 'unmerge' AND j.absorbed_id {sql}""",  # noqa: S608
            [bound],
        )
        known.parted.update(cursor.fetchall())


def look_up_forgotten(known: Known, keys: Iterable[Key]) -> None:
    """Fill which of the ids belong to erased people."""
    known.forgotten.update(forgotten_among(keys))


def forgotten_among(keys: Iterable[Key]) -> set[Key]:
    """Return those of the ids that belong to erased people."""
    by_hash: dict[str, Key] = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM identify_forgotten LIMIT 1")
        if cursor.fetchone() is not None:
            by_hash = {id_hash(key): key for key in keys}
        if not by_hash:
            return set()
        sql, bound = among(by_hash)
        cursor.execute(f"SELECT id_hash FROM identify_forgotten WHERE id_hash {sql}", [bound])  # noqa: S608
        return {by_hash[row[0]] for row in cursor.fetchall()}


def needs_more(known: Known, messages: Iterable[tuple[tuple[Key, ...], str | None]]) -> tuple[set[int], set[int]]:
    """Return (survivors that may gather ids, anonymous survivors that may be merged) in this batch.

    In the steady state, every id known and stitched, both are empty and nothing more is read.
    """
    owner, root = known.owner, known.root
    gather: set[int] = set()
    may_merge: set[int] = set()
    for keys, previous in messages:
        if len(keys) == 1 and previous is None and keys[0] in owner:
            continue
        roots = {root[owner[key]] for key in keys if key in owner}
        if previous is not None:
            roots |= {root[owner[k]] for k in ((ANONYMOUS_ID, previous), ("user_id", previous)) if k in owner}
        if len(roots) > 1 or previous is not None or any(key not in owner for key in keys):
            gather |= roots
            if any(key[0] != ANONYMOUS_ID for key in keys) or previous is not None:
                may_merge |= {r for r in roots if not known.is_known[r]}
    return gather, may_merge
