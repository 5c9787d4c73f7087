"""Delete what is past its term, a few thousand rows a transaction, so that no write lock is held long."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from regard.collect.among import among
from regard.collect.models import Cursor
from regard.kernel.instant import to_us

AT_ONCE = 5_000
EVERY = timedelta(hours=20)  # each rule looks once a day, so that nothing stays a day past its term
_CURSOR = "pruned"


def is_pruning_due(*, now: datetime) -> bool:
    """Say whether a day is over since the tables were looked through, and if so count it as done."""
    return is_due(_CURSOR, EVERY, now=now)


def is_due(name: str, every: timedelta, *, now: datetime) -> bool:
    """Say whether so much time passed since this was last due, and if so count it as done."""
    with transaction.atomic():
        row, _ = Cursor.objects.get_or_create(name=name)
        if to_us(now) - row.position < every / timedelta(microseconds=1):
            return False
        Cursor.objects.filter(name=name).update(position=to_us(now))
    return True


def delete_rows(table: str, key: str, where: str, bound: Sequence[Any]) -> int:
    """Delete the rows of a table that meet a condition, `AT_ONCE` a transaction; return how many.

    They are looked for outside the transaction that deletes them: a long look holds up no writer. So a condition must
    be one that a row, once it meets it, does not leave again.
    """
    deleted = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {key} FROM {table} WHERE {where} LIMIT {AT_ONCE}", list(bound))  # noqa: S608 (named in code, values bound)
            found = [row[0] for row in cursor.fetchall()]
        if found:
            inside, keys = among(found)
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"DELETE FROM {table} WHERE {key} {inside}", [keys])  # noqa: S608
            deleted += len(found)
        if len(found) < AT_ONCE:
            return deleted
