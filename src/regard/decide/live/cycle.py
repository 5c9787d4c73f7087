"""One cycle of deciding: who has something to do, what do the journeys and guardrails say, and write it down.

1. Find the people: a timer came, a touchpoint somebody waits for, a segment changed, an entry opened; and let those
   go on whose turn after a pause has come.
2. In chunks of some thousand people (chunks.py): read columns, run the engine, write one transaction.
3. A chunk overtaken by another scheduler is read again. Everything is idempotent by its keys.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from regard.decide.facts.columns import read_rows
from regard.decide.facts.members import run_shown
from regard.decide.facts.programs import program_of, tables_of
from regard.decide.facts.scope import Stretch, stretch_between
from regard.decide.facts.ways_in import arrivals, woken_people
from regard.decide.live.chunks import Job, collector_at_rest, decide_about
from regard.decide.live.crowds import crowd_table
from regard.decide.live.past import Now
from regard.decide.models import Cycle, JourneyVersion
from regard.decide.steering.releasing import release_due
from regard.engine.journeys.instructions import Program
from regard.playbooks.model import Playbook


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
        told = ", ".join(f"{count} {name}" for name, count in sorted(self.counts.items())) or "nothing to decide"
        return f"decided about {self.people} people: {self.entered} entered, {self.moved} moved; {told}"


@collector_at_rest()
def run(*, as_of: datetime, upto: int, playbook: Playbook, playbook_hash: str = "") -> Report:
    """Decide everything due at (`as_of`, `upto`) and store it. Safe to run twice, and by two at once."""
    began = time.perf_counter()
    cycle = Cycle.objects.create(as_of=as_of, upto=upto, playbook_hash=playbook_hash, started_at=as_of)
    release_due(now=as_of, upto=upto)
    program = program_of(playbook)
    new = _note_versions(program, as_of)
    stretch = _stretch(cycle)
    past = Now(stretch=stretch, company=playbook.company, new_journeys=new)
    coming = list(arrivals(program, past))
    people = sorted({arrival[0] for arrival in coming} | woken_people(program, past))
    crowd = crowd_table(program, past, coming)
    entered, moved, counts = 0, 0, Counter[str]()
    job = Job(cycle.id, program, tables_of(program), stretch, crowd)
    for filed in decide_about(job, people, coming):
        entered, moved = entered + filed.entries.num_rows, moved + filed.moves.num_rows
        counts.update(filed.counts)
    took = round((time.perf_counter() - began) * 1000)
    go = tuple(_went_in(cycle.id)) if people else ()
    report = Report(cycle.id, as_of, upto, len(people), entered, moved, dict(counts), go, took)
    _finish(cycle, report, stretch.run)
    return report


def _went_in(cycle: int) -> list[int]:
    """Return the go-decisions of a cycle: new ones, and those that had waited."""
    rows = read_rows("SELECT id FROM decide_decision WHERE cycle_id = %s AND verdict = 'go' ORDER BY id", [cycle])
    return [decision for (decision,) in rows]


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
    """Return what lies between the last finished cycle and this one."""
    last = Cycle.objects.filter(finished_at__isnull=False, id__lt=cycle.id).order_by("-id").first()
    return stretch_between(last, cycle, after_run=last.report.get("run", 0) if last else 0, run=run_shown())


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


__all__ = ["Report", "run"]
