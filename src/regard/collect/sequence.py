"""The one counter: every append-only row takes its number here, late in its transaction (contract 9)."""

from __future__ import annotations

from django.db import connection


def allot_sequence(count: int = 1) -> int:
    """Return the first of `count` fresh sequence numbers. Call inside a transaction, as late as can be.

    The counter's row stays locked until the transaction ends, so numbers are committed in the order in which they
    were given, on both databases; a reader never sees a gap that fills later.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("sequence numbers are allotted inside a transaction")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE collect_sequence SET last = last + %s WHERE id = 1 RETURNING last", [count])
        row = cursor.fetchone()
        if row is None:  # a fresh database: the row is made once, under the same lock rules
            cursor.execute("INSERT INTO collect_sequence (id, last) VALUES (1, %s)", [count])
            return 1
    return int(row[0]) - count + 1


def last_sequence() -> int:
    """Return the newest committed sequence number, 0 for an empty log."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT last FROM collect_sequence WHERE id = 1")
        row = cursor.fetchone()
    return int(row[0]) if row else 0
