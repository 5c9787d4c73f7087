"""Write what was decided: enrolments and decisions of some people, in one transaction, or not at all.

Two schedulers may have computed the same people. Each enrolment is moved by an UPDATE that names where it was found;
if any has moved meanwhile, nothing of this chunk is written and the caller reads again (`OvertakenError`). A decision is
one row for ever by its key: a wait may become a go or a no later, a go and a no never change.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import IntegrityError, connection, transaction

from regard.collect.among import among
from regard.decide.facts.columns import insert_columns, read_rows, update_columns
from regard.decide.live.rows import Filed
from regard.decide.models import Decision
from regard.decide.tallies import DECIDED, STANDING, Place

_MOVES = ("state", "step", "is_waiting", "step_at", "since_at", "due_at", "ended_at", "end_reason", "memory")
_FOUND = ("id", "was_state", "was_step", "was_step_at", "was_is_waiting", "version")
_ANEW = (
    "cycle_id",
    "version",
    "act",
    "channel",
    "purpose",
    "counts",
    "as_of",
    "verdict",
    "reason",
    "words",
    "change",
    "facts",
    "retry_at",
)
_ASKED = ("id", "was_verdict")
_WAIT = Decision.Verdict.WAIT.value


class OvertakenError(Exception):
    """Another scheduler moved one of these people first; read again."""


@transaction.atomic
def write_chunk(filed: Filed) -> None:
    """Write a chunk's new and moved enrolments and its decisions. Raises OvertakenError, with nothing written."""
    moved = update_columns("decide_enrolment", filed.moves, sets=_MOVES, where=_FOUND)
    if moved != filed.moves.num_rows:
        raise OvertakenError
    ids = _enter(filed.entries)
    is_new = pc.greater(filed.decisions.column("enrolment_id"), filed.known)
    decisions = filed.decisions.set_column(
        filed.decisions.column_names.index("enrolment_id"),
        "enrolment_id",
        _stored_ids(filed.decisions.column("enrolment_id"), filed.entries, ids),
    )
    decided = _decide(decisions, is_new)
    STANDING.add(filed.standing)
    DECIDED.add(decided)
    _count(filed.passages)


def _decide(rows: pa.Table, is_new: pa.ChunkedArray) -> Counter[Place]:
    """Write decisions; return by how many more or fewer there are of each kind.

    Who has just come in was never decided about, but for a key left by people who were joined then and are not now.
    """
    new, again = rows.filter(is_new), rows.filter(pc.invert(is_new))
    try:
        with transaction.atomic():
            insert_columns("decide_decision", new)
    except IntegrityError:
        return _decide_again(rows)
    differences = _decide_again(again)
    differences.update(_places(new))
    return differences


def _decide_again(rows: pa.Table) -> Counter[Place]:
    """Write decisions of which some may be there: a wait takes the new words, an answer stands, the rest is new."""
    if rows.num_rows == 0:
        return Counter()
    keys = rows.column("key").to_pylist()
    found = _there(keys)
    fresh = rows.filter(pa.array([key not in found for key in keys], pa.bool_()))
    try:
        insert_columns("decide_decision", fresh)
    except IntegrityError as error:  # somebody else decided in between
        raise OvertakenError from error
    waiting = [n for n, key in enumerate(keys) if key in found and found[key].is_wait]
    was = [found[keys[n]] for n in waiting]
    waits = rows.take(pa.array(waiting, pa.int64()))
    waits = waits.append_column("id", pa.array([one.decision for one in was], pa.int64()))
    waits = waits.append_column("was_verdict", pa.array([_WAIT] * len(was), pa.string()))
    if update_columns("decide_decision", waits, sets=_ANEW, where=_ASKED) != len(was):
        raise OvertakenError
    differences = _places(fresh)
    differences.update(_places(waits))
    differences.subtract(one.place for one in was)
    return differences


@dataclass(frozen=True, slots=True)
class _There:
    """A decision that is there: where it is counted, and whether it is still a wait."""

    decision: int
    place: Place
    is_wait: bool


def _there(keys: list[str]) -> dict[str, _There]:
    listed, bound = among(keys)
    rows = read_rows(
        f"SELECT key, id, verdict, {', '.join(DECIDED.by)} FROM decide_decision WHERE key {listed}",
        [bound],
    )
    return {key: _There(decision, tuple(place), verdict == _WAIT) for key, decision, verdict, *place in rows}


def _places(rows: pa.Table) -> Counter[Place]:
    """Return how many of the rows are counted where."""
    counted = rows.group_by(list(DECIDED.by)).aggregate([([], "count_all")])
    *by, people = (column.to_pylist() for column in counted.select([*DECIDED.by, "count_all"]).columns)
    return Counter(dict(zip(zip(*by, strict=True), people, strict=True)))


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
                "SELECT nextval(pg_get_serial_sequence('decide_enrolment', 'id')) FROM generate_series(1, %s)",
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
