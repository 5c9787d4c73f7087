"""Write what was decided: enrolments and decisions of some people, in one transaction, or not at all.

Two schedulers may have computed the same people. Each enrolment is moved by an UPDATE that names where it was found;
if any has moved meanwhile, nothing of this chunk is written and the caller reads again (`OvertakenError`). A decision is
one row for ever by its key: a wait may become a go or a no later, a go and a no never change.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
from django.db import IntegrityError, connection, transaction

from regard.decide.columns import insert_columns, update_columns
from regard.decide.filing import Filed

_MOVES = ("state", "step", "is_waiting", "step_at", "since_at", "due_at", "ended_at", "end_reason", "memory")  # fmt: skip
_FOUND = ("id", "was_state", "was_step", "was_step_at", "was_is_waiting", "version")
_ANEW = ("cycle_id", "version", "act", "channel", "purpose", "counts", "as_of", "verdict", "reason", "words", "change", "facts", "retry_at")  # fmt: skip
_WAITS_MAY_CHANGE = (
    f"ON CONFLICT (key) DO UPDATE SET {', '.join(f'{name} = EXCLUDED.{name}' for name in _ANEW)}"
    " WHERE decide_decision.verdict = 'wait'"
)


class OvertakenError(Exception):
    """Another scheduler moved one of these people first; read again."""


@transaction.atomic
def write_chunk(filed: Filed) -> None:
    """Write a chunk's new and moved enrolments and its decisions. Raises OvertakenError, with nothing written."""
    moved = update_columns("decide_enrolment", filed.moves, sets=_MOVES, where=_FOUND)
    if moved != filed.moves.num_rows:
        raise OvertakenError
    ids = _enter(filed.entries)
    decisions = filed.decisions.set_column(
        filed.decisions.column_names.index("enrolment_id"),
        "enrolment_id",
        _stored_ids(filed.decisions.column("enrolment_id"), filed.entries, ids),
    )
    insert_columns("decide_decision", decisions, on_conflict=_WAITS_MAY_CHANGE)
    _count(filed.passages)


def _enter(entries: pa.Table) -> np.ndarray:
    """Insert new enrolments, in their order, and return the ids they got."""
    ids = _new_ids(entries.num_rows)
    rows = entries.set_column(0, "id", pa.array(ids, pa.int64()))
    try:
        insert_columns("decide_enrolment", rows)
    except IntegrityError as error:  # the key of an enrolment is there: somebody else let them in
        raise OvertakenError from error
    return ids


def _new_ids(count: int) -> np.ndarray:
    """Take ids that nobody had and nobody else will get. SQLite lets one writer in at a time, so its count is ours."""
    if count == 0:
        return np.zeros(0, np.int64)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence('decide_enrolment', 'id'))"
                " FROM generate_series(1, %s)",
                [count],
            )
            return np.array([row[0] for row in cursor.fetchall()], np.int64)
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = 'decide_enrolment'")
        last = cursor.fetchone()
    first = (last[0] if last else 0) + 1
    return np.arange(first, first + count, dtype=np.int64)


def _stored_ids(given: pa.ChunkedArray, entries: pa.Table, ids: np.ndarray) -> pa.Array:
    """Return the enrolment ids of decisions: those of new enrolments are the engine's numbers so far."""
    numbers = given.to_numpy()
    if not len(ids) or not len(numbers):
        return pa.array(numbers, pa.int64())
    new = entries.column("eid").to_numpy()  # in ascending order
    place = np.clip(np.searchsorted(new, numbers), 0, len(new) - 1)
    return pa.array(np.where(new[place] == numbers, ids[place], numbers), pa.int64())


def _count(passages: Iterable[tuple[str, str, str, str, int]]) -> None:
    """Add to the counts that the outline shows."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO decide_passage (journey, version, step, goto, people) VALUES (%s, %s, %s, %s, %s)"
            " ON CONFLICT (journey, version, step, goto)"
            " DO UPDATE SET people = decide_passage.people + EXCLUDED.people",
            list(passages),
        )
