"""Write the log: touchpoints once each, their sources, and what was refused on the way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import psycopg
from django.db import connection, transaction

from regard.collect.bulk import copy_rows
from regard.collect.contracts import Incoming, Recorded
from regard.collect.models import Refusal, Source
from regard.collect.sequence import allot_sequence

PRODUCT_SOURCE = "regard"
REFUSALS_KEPT = timedelta(days=30)
_COLUMNS = (
    "seq, source_id, message_id, origin, occurred_at, received_at, sent_at, stamped_at, name, channel, direction, "
    "actor, value_minor, currency, score_milli, properties, context, batch_id"
)
_MARKS = ", ".join(["?"] * 18)


def record(incomings: Sequence[Incoming], origins: Sequence[int]) -> list[Recorded]:
    """Write messages into the log, once per (source, message id), in their order. Call inside a transaction.

    `origins` are the people they belong to; 0 or less marks a message of nobody or of an erased person, which is not
    kept. Returns for each message its sequence number, or None where it was there already or is not kept.

    1. Allot one number a message, late and under the counter's lock.
    2. Insert all, leaving out what the unique key (source, message id) holds already: one look at the index each.
    3. Where fewer rows arrived than were sent, read back which of the numbers exist.
    """
    kept = [(i, o) for i, o in zip(incomings, origins, strict=True) if o > 0]
    first = allot_sequence(len(kept)) if kept else 0
    rows = [_row(seq, i, o) for seq, (i, o) in enumerate(kept, first)]
    stored = _insert(rows, first)
    numbers = iter(range(first, first + len(rows)))
    recorded = []
    for origin in origins:
        seq = next(numbers) if origin > 0 else None
        is_new = seq is not None and (stored is None or seq in stored)
        recorded.append(Recorded(seq if is_new else None, origin))
    return recorded


def _row(seq: int, message: Incoming, origin: int) -> tuple[object, ...]:
    return (
        seq,
        message.source,
        message.message_id,
        origin,
        message.occurred_us,
        message.received_us,
        message.sent_us,
        message.stamped_us,
        message.name,
        message.channel,
        message.direction,
        message.actor,
        message.value_minor,
        message.currency,
        message.score_milli,
        message.properties,
        message.context,
        message.batch,
    )


def _insert(rows: list[tuple[object, ...]], first: int) -> set[int] | None:
    """Insert what is new; return the numbers that were stored, or None where all were."""
    if not rows:
        return None
    written = _insert_postgres(rows) if connection.vendor == "postgresql" else _insert_sqlite(rows)
    if written == len(rows):
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT seq FROM collect_touchpoint WHERE seq >= %s AND seq < %s",
            [first, first + len(rows)],
        )
        return {row[0] for row in cursor.fetchall()}


def _insert_sqlite(rows: list[tuple[object, ...]]) -> int:
    connection.ensure_connection()
    raw = connection.connection
    before = raw.total_changes
    raw.executemany(
        f"INSERT INTO collect_touchpoint ({_COLUMNS}) VALUES ({_MARKS}) "  # noqa: S608
        "ON CONFLICT (source_id, message_id) DO NOTHING",
        rows,
    )
    return int(raw.total_changes - before)


def _insert_postgres(rows: list[tuple[object, ...]]) -> int:
    """COPY straight into the log; where a row is there already, once more through a temporary table."""
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor:
        try:
            with transaction.atomic():
                copy_rows(cursor, "collect_touchpoint", _COLUMNS, rows)
        except psycopg.errors.UniqueViolation:
            return _insert_new_only(cursor, rows)
    return len(rows)


def _insert_new_only(cursor: psycopg.Cursor[tuple[object, ...]], rows: list[tuple[object, ...]]) -> int:
    cursor.execute("CREATE TEMP TABLE IF NOT EXISTS arriving (LIKE collect_touchpoint) ON COMMIT DELETE ROWS")
    copy_rows(cursor, "arriving", _COLUMNS, rows)
    cursor.execute(
        f"INSERT INTO collect_touchpoint ({_COLUMNS}) SELECT {_COLUMNS} FROM arriving ORDER BY seq "  # noqa: S608
        "ON CONFLICT (source_id, message_id) DO NOTHING"
    )
    written = cursor.rowcount
    cursor.execute("TRUNCATE arriving")  # two calls may share one transaction
    return written


def ensure_source(*, name: str, kind: str, now: datetime) -> int:
    """Return the id of the source of that name, made here where it is new."""
    source, _ = Source.objects.get_or_create(name=name, defaults={"kind": Source.Kind(kind), "created_at": now})
    return source.id


def product_source(*, now: datetime) -> int:
    """Return the id of the source under which the product records what it did itself."""
    return ensure_source(name=PRODUCT_SOURCE, kind=Source.Kind.PRODUCT, now=now)


def record_refusals(refusals: Iterable[Refusal]) -> None:
    """Keep what was refused for staff to see: what was wrong and where, never the message."""
    Refusal.objects.bulk_create(refusals, batch_size=500)


def prune_refusals(*, now: datetime) -> int:
    """Forget refusals older than 30 days; returns how many."""
    return Refusal.objects.filter(received_at__lt=now - REFUSALS_KEPT).delete()[0]
