"""The people of a cycle, some thousand at a time: read what matters, compute, write one transaction.

Whatever asks the database happens here, on the caller's own connection. What is computed happens in a second thread, on
a workbench that knows no database: while one chunk is computed, the one before is written and the one behind is read.
People do not depend on each other, so a chunk may be read before the one ahead of it is written.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

import pyarrow as pa

from regard.decide.facts.benches import workbench_for
from regard.decide.facts.columns import as_input
from regard.decide.facts.enrolments import read_inside
from regard.decide.facts.past import Arrival
from regard.decide.facts.scope import Stretch
from regard.decide.facts.tables import Turns, everything_about
from regard.decide.live.past import Now
from regard.decide.live.rows import Filed, file_moves, place_table
from regard.decide.live.writing import OvertakenError, write_chunk
from regard.engine.journeys import run as journeys
from regard.engine.journeys import tables as journey_tables
from regard.engine.journeys.instructions import Program

PEOPLE_AT_ONCE = 20_000  # so that nobody waits long for the database while a chunk is written
MOST_TRIES = 5


@dataclass(frozen=True, slots=True)
class Job:
    """What is the same for everybody in a cycle."""

    cycle: int
    program: Program
    own: Mapping[str, pa.Table]  # the program's own tables
    stretch: Stretch
    crowd: pa.Table


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """Keep Python's collector of reference cycles from walking, again and again, over the rows of a crowd.

    It took a fifth of a large cycle; nothing here makes cycles that matter, and what is left is collected afterwards.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class Chunk(NamedTuple):
    """Some people, and who of them came to which door."""

    people: list[int]
    coming: list[Arrival]


def decide_about(job: Job, people: Sequence[int], coming: Iterable[Arrival]) -> Iterator[Filed]:
    """Decide about people and write it down, yielding each chunk as it is written. Raises OvertakenError."""
    chunks = list(_chunks(people, coming))
    if len(chunks) == 1:
        yield _write(job, chunks[0], _compute(job, _read(job, chunks[0])))
        return
    ahead: tuple[Chunk, Future[Filed]] | None = None
    with ThreadPoolExecutor(1, "compute") as other:
        for chunk in chunks:
            computing = other.submit(_compute, job, _read(job, chunk))
            if ahead is not None:
                yield _write(job, ahead[0], ahead[1].result())
            ahead = chunk, computing
        if ahead is not None:
            yield _write(job, ahead[0], ahead[1].result())


def _chunks(people: Sequence[int], coming: Iterable[Arrival]) -> Iterator[Chunk]:
    by_person: dict[int, list[Arrival]] = {}
    for arrival in coming:
        by_person.setdefault(arrival[0], []).append(arrival)
    for start in range(0, len(people), PEOPLE_AT_ONCE):
        some = list(people[start : start + PEOPLE_AT_ONCE])
        yield Chunk(some, [arrival for person in some for arrival in by_person.get(person, ())])


def _read(job: Job, chunk: Chunk) -> dict[str, pa.Table]:
    """Return the tables of the desk: everything that may matter to these people."""
    inside, learnt = read_inside(job.program, chunk.people)
    past = Now(stretch=job.stretch, company=job.program.playbook.company, people=chunk.people)
    return {
        **everything_about(job.program, past, Turns(as_input("arrival", chunk.coming), inside)),
        **job.own,
        "clock": as_input("clock", [(past.first_us,)]),
        "crowd": job.crowd,
        "learnt": learnt,
    }


def _compute(job: Job, tables: dict[str, pa.Table]) -> Filed:
    """Move everybody, and return what is to be written. Asks no database: it runs beside one that is asked."""
    inside = tables["enrolment"]
    with workbench_for("cycle", tables["person"].num_rows) as bench:
        bench.lay("place", place_table(job.program))
        journey_tables.lay_out(bench, tables)
        moved = journeys.move(bench, job.program)
        return file_moves(bench, job.program, moved, before=inside, cycle=job.cycle)


def _write(job: Job, chunk: Chunk, filed: Filed) -> Filed:
    """Write a chunk; who was moved by another scheduler meanwhile is read and computed again."""
    for _ in range(MOST_TRIES):
        try:
            write_chunk(filed)
        except OvertakenError:
            filed = _compute(job, _read(job, chunk))
            continue
        return filed
    raise OvertakenError(f"{len(chunk.people)} people were moved by another scheduler {MOST_TRIES} times over")
