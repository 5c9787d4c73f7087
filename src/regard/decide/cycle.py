"""One cycle of deciding: who has something to do, what do the journeys and guardrails say, and write it down.

1. Find the people: a timer came, a touchpoint somebody waits for, a segment changed, an entry opened.
2. In chunks of some thousand people: read columns, run the engine, write one transaction.
3. A chunk overtaken by another scheduler is read again. Everything is idempotent by its keys.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pyarrow as pa

from regard.decide.columns import as_input, read_rows
from regard.decide.crowds import crowd_table
from regard.decide.laying import everything_about
from regard.decide.models import Cycle, Enrolment, JourneyVersion
from regard.decide.occasions import Arrival, Stretch, arrivals, woken_people
from regard.decide.programs import program_of, tables_of
from regard.decide.reading import SHOWN_RUN, Scope
from regard.decide.writing import OvertakenError, Row, Written, write_chunk
from regard.engine import desk, journeys
from regard.engine.instructions import Instruction, Program
from regard.engine.store import Workbench
from regard.kernel.instant import DAY_US, to_us
from regard.playbooks.model import Playbook
from regard.playbooks.steps import Op

PEOPLE_AT_ONCE = 10_000
MOST_TRIES = 5


@dataclass(frozen=True, slots=True)
class Report:
    """What one cycle decided: people looked at, entries, and decisions by verdict and reason."""

    cycle: int
    as_of: datetime
    upto: int
    people: int = 0
    entered: int = 0
    moved: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    go: tuple[int, ...] = ()  # ids of the go-decisions made now
    took_ms: int = 0

    def __str__(self) -> str:
        told = (
            ", ".join(f"{count} {name}" for name, count in sorted(self.counts.items()))
            or "nothing to decide"
        )
        return f"decided about {self.people} people: {self.entered} entered, {self.moved} moved; {told}"


def run(*, as_of: datetime, upto: int, playbook: Playbook, playbook_hash: str = "") -> Report:
    """Decide everything due at (`as_of`, `upto`) and store it. Safe to run twice, and by two at once."""
    began = time.perf_counter()
    cycle = Cycle.objects.create(
        as_of=as_of, upto=upto, playbook_hash=playbook_hash, started_at=as_of
    )
    program = program_of(playbook)
    new = _note_versions(program, as_of)
    stretch, run_seen = _stretch(cycle), _run_shown()
    coming = list(arrivals(program, stretch, new_journeys=new))
    people = sorted({arrival[0] for arrival in coming} | woken_people(program, stretch))
    total, counts = Written(), Counter[str]()
    crowd = crowd_table(program, stretch, coming)
    for chunk in _chunks(people, coming):
        written = _decide_chunk(program, cycle, crowd, *chunk)
        total.entered, total.moved = total.entered + written.entered, total.moved + written.moved
        total.go.extend(written.go)
        counts.update(written.counts)
    took = round((time.perf_counter() - began) * 1000)
    report = Report(
        cycle.id,
        as_of,
        upto,
        len(people),
        total.entered,
        total.moved,
        dict(counts),
        tuple(total.go),
        took,
    )
    _finish(cycle, report, run_seen)
    return report


def _note_versions(program: Program, as_of: datetime) -> frozenset[str]:
    """Write down versions that run for the first time; return the journeys nobody has ever run."""
    known = set(JourneyVersion.objects.values_list("journey", "version"))
    ran = {journey for journey, _ in known}
    JourneyVersion.objects.bulk_create(
        (
            JourneyVersion(
                journey=c.name,
                version=c.version,
                definition=c.journey.model_dump(mode="json", by_alias=True),
                first_at=as_of,
            )
            for c in program.journeys
            if (c.name, c.version) not in known
        ),
        ignore_conflicts=True,
    )
    return frozenset(c.name for c in program.journeys if c.name not in ran)


def _stretch(cycle: Cycle) -> Stretch:
    """Return what lies between the last finished cycle and this one; before the first, one day and no old news."""
    last = Cycle.objects.filter(finished_at__isnull=False, id__lt=cycle.id).order_by("-id").first()
    until = to_us(cycle.as_of)
    if last is None:
        return Stretch(until - DAY_US, until, 0, cycle.upto)
    return Stretch(
        min(to_us(last.as_of), until),
        until,
        min(last.upto, cycle.upto),
        cycle.upto,
        last.report.get("run", 0),
    )


def _chunks(
    people: Sequence[int], coming: Iterable[Arrival]
) -> Iterable[tuple[list[int], list[Arrival]]]:
    by_person: dict[int, list[Arrival]] = {}
    for arrival in coming:
        by_person.setdefault(arrival[0], []).append(arrival)
    for start in range(0, len(people), PEOPLE_AT_ONCE):
        some = list(people[start : start + PEOPLE_AT_ONCE])
        yield some, [arrival for person in some for arrival in by_person.get(person, ())]


def _decide_chunk(
    program: Program, cycle: Cycle, crowd: pa.Table, people: list[int], coming: list[Arrival]
) -> Written:
    for _ in range(MOST_TRIES):
        try:
            return _try_chunk(program, cycle, crowd, people, coming)
        except OvertakenError:
            continue
    raise OvertakenError(
        f"{len(people)} people were moved by another scheduler {MOST_TRIES} times over"
    )


def _try_chunk(
    program: Program, cycle: Cycle, crowd: pa.Table, people: list[int], coming: list[Arrival]
) -> Written:
    """Read, decide and write one chunk of people."""
    now_us = to_us(cycle.as_of)
    inside, memory = read_enrolments(program, people)
    tables = everything_about(program, Scope(people, cycle.upto), now_us=now_us, inside=inside)
    tables |= {
        **tables_of(program),
        "clock": as_input("clock", [(now_us,)]),
        "enrolment": inside,
        "crowd": crowd,
        "arrival": as_input("arrival", coming),
        "learnt": _learnt_table(memory),
    }
    # no ORM past this point
    with Workbench() as bench:
        desk.lay_out(bench, tables)
        moved = journeys.move(bench, program)
    return write_chunk(
        program=program,
        cycle=cycle.id,
        before=inside.to_pylist(),
        after=moved.enrolments.to_pylist(),
        decisions=moved.decisions.to_pylist(),
        memory=_memories(moved.learnt),
        passages=moved.passages.to_pylist(),
        known=max(inside.column("eid").to_pylist(), default=0),
    )


def read_enrolments(
    program: Program, people: Sequence[int]
) -> tuple[pa.Table, dict[int, dict[str, Any]]]:
    """Return `enrolment` of those inside a journey, and what each has learnt so far."""
    scope = Scope(people, 0)
    rows = read_rows(
        "SELECT e.id, e.journey, e.version, COALESCE(o.survivor_id, o.id), e.entry_key, e.arm, e.state, e.step,"
        " e.is_waiting, e.entered_at, e.step_at, e.since_at, e.due_at, e.memory"
        f" FROM decide_enrolment AS e{scope.joined('e.person_id')} AND e.state IN ('active', 'paused') ORDER BY e.id",
        scope.bound(),
    )
    laid: list[tuple[Any, ...]] = []
    memory: dict[int, dict[str, Any]] = {}
    for (
        eid,
        journey,
        version,
        person,
        key,
        arm,
        state,
        step,
        is_waiting,
        entered,
        at,
        since,
        due,
        learnt,
    ) in rows:
        compiled = program.of(journey, version)
        if compiled is None or compiled.at(step) < 0:
            continue  # a version we no longer have: held where they are, and shown as such
        memory[eid] = json.loads(learnt)
        laid.append(
            (eid, compiled.number, person, key, arm, state, compiled.at(step), is_waiting, entered, at, since,
             _deadline(compiled.instructions[compiled.at(step)], at, due), due, None, None, "", 0, "")
        )  # fmt: skip
    return as_input("enrolment", laid), memory


def _deadline(one: Instruction, begun_us: int, due_us: int | None) -> int | None:
    """Return when patience ends: a wait for a touchpoint may be looked at earlier than that."""
    return begun_us + one.terms["wait_us"] if one.op is Op.AWAIT else due_us


def _learnt_table(memory: dict[int, dict[str, Any]]) -> pa.Table:
    return as_input(
        "learnt",
        (
            (eid, step, told["seq"], told["score_milli"], told["value_minor"], 1)
            for eid, steps in memory.items()
            for step, told in steps.items()
        ),
    )


def _memories(learnt: pa.Table) -> dict[int, dict[str, Any]]:
    memory: dict[int, dict[str, Any]] = {}
    for row in learnt.to_pylist():
        memory.setdefault(row["eid"], {})[row["step"]] = {
            name: row[name] for name in ("seq", "score_milli", "value_minor")
        }
    return memory


def _run_shown() -> int:
    """Return the number of the newest finished run of understand."""
    return int(read_rows(f"SELECT {SHOWN_RUN}", [])[0][0])


def _finish(cycle: Cycle, report: Report, run_seen: int) -> None:
    cycle.finished_at = cycle.as_of
    cycle.report = {
        "run": run_seen,
        "people": report.people,
        "entered": report.entered,
        "moved": report.moved,
        "counts": report.counts,
        "took_ms": report.took_ms,
    }
    cycle.save(update_fields=["finished_at", "report"])


__all__ = ["Enrolment", "Report", "Row", "read_enrolments", "run"]
