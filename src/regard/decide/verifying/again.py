"""The live run once more: every stored cycle at its clock, with its playbook and with what was known to it.

For each cycle: 1. what colleagues did before it; 2. who came to a door and whose turn it was; 3. the tables about them
as they were; 4. the engine, the same as live; 5. what that leaves to the next cycle. Nothing is written.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa

from regard.decide.facts.benches import workbench_for
from regard.decide.facts.columns import as_input
from regard.decide.facts.members import run_of
from regard.decide.facts.messages import COUNTED
from regard.decide.facts.past import Arrival
from regard.decide.facts.programs import paused_journeys, program_of, tables_of
from regard.decide.facts.scope import Stretch, stretch_between
from regard.decide.facts.tables import Turns, everything_about
from regard.decide.facts.ways_in import arrivals, woken_people
from regard.decide.live.crowds import crowd_table
from regard.decide.live.rows import decision_key
from regard.decide.models import Cycle, Steering
from regard.decide.verifying.carried import INSIDE, Carried, CarriedStanding
from regard.decide.verifying.families import Families
from regard.decide.verifying.past import GoneSince, Then
from regard.engine.journeys import run as journeys
from regard.engine.journeys import tables as journey_tables
from regard.engine.journeys.instructions import END, Program
from regard.engine.journeys.run import Moved
from regard.kernel.instant import DAY_US, to_us
from regard.playbooks.model import Playbook
from regard.versions.selectors import playbook_of_hash

Told = tuple[str, str, int]  # verdict, reason, as_of in microseconds


@dataclass(frozen=True, slots=True)
class DecidedAgain:
    """What became of a stored go, and when that was known."""

    outcome: str
    at_us: int | None


@dataclass(frozen=True, slots=True)
class Redecided:
    """One decision of the verification: what it says, of whom, and what it counts as."""

    told: Told
    person: int
    journey: str
    step: str
    channel: str
    bit: int


@dataclass(slots=True)
class Again:
    """A verification under way. `outcomes`: what became of the stored decisions, by key."""

    fallback: Playbook
    outcomes: Mapping[str, DecidedAgain]
    carried: Carried = field(default_factory=lambda: Carried(Families()))
    decided: dict[str, Redecided] = field(default_factory=dict)
    _gone: dict[int, list[str]] = field(default_factory=dict)  # origin -> keys of its messages
    _went: deque[tuple[int, str, str]] = field(default_factory=deque)  # acts of the last day
    _programs: dict[Any, tuple[Program, dict[str, Any]]] = field(default_factory=dict)
    _words: list[Steering] = field(default_factory=list)
    _next_eid: int = 1

    def run(self, cycles: Sequence[Cycle], *, before: Cycle | None = None) -> None:
        """Run these cycles, oldest first; `before` is the one that ran last before them."""
        seen = before.upto if before else 0
        self._words = list(Steering.objects.filter(seq__gt=seen).order_by("-seq"))
        for cycle in cycles:
            self._one(cycle, before)
            before = cycle

    def _one(self, cycle: Cycle, before: Cycle | None) -> None:
        carried, now_us = self.carried, to_us(cycle.as_of)
        carried.families.go_on(cycle.upto)
        while self._words and self._words[-1].seq <= cycle.upto:
            carried.steer(self._words.pop())
        carried.release(cycle.as_of, paused_journeys(cycle.upto))
        program, tables = self._program(cycle.playbook_hash)
        new = frozenset(program.playbook.journeys) - carried.ran
        carried.ran |= set(program.playbook.journeys)
        stretch, company = _stretch(cycle, before), program.playbook.company
        acts = self._acts_since(stretch.until_us - DAY_US)
        past = Then(stretch=stretch, company=company, carried=carried, new_journeys=new, acts=acts)
        coming = list(arrivals(program, past))
        people = sorted({arrival[0] for arrival in coming} | woken_people(program, past))
        if people:
            crowd = crowd_table(program, past, coming)
            about = replace(past, people=people, gone=self._gone_to(people, now_us))
            self._decide(program, about, tables, coming, crowd)

    def _program(self, digest: str) -> tuple[Program, dict[str, Any]]:
        """Return the program of a cycle and its tables, made once for a playbook and the versions people are inside."""
        key = digest, self.carried.versions()
        if key not in self._programs:
            playbook = playbook_of_hash(digest) if digest else self.fallback
            program = program_of(playbook, pairs=key[1])
            self._programs[key] = program, tables_of(program)
        return self._programs[key]

    def _acts_since(self, since_us: int) -> list[tuple[str, str]]:
        """Return the (journey, step) of every act decided since an instant."""
        while self._went and self._went[0][0] <= since_us:
            self._went.popleft()
        return [(journey, step) for _, journey, step in self._went]

    def _gone_to(self, people: Sequence[int], now_us: int) -> list[GoneSince]:
        """Return the messages decided before about these people, as far as it was known what became of them."""
        found = []
        for origin in self.carried.families.origins(people):
            for key in self._gone.get(origin, ()):
                one, became = self.decided[key], self.outcomes.get(key)
                at_us = one.told[2]
                if became is not None and became.at_us is not None and became.at_us <= now_us:
                    if became.outcome not in COUNTED:
                        continue
                    at_us = became.at_us
                found.append(GoneSince(origin, at_us, one.channel, one.bit))
        return found

    def _decide(
        self, program: Program, past: Then, tables: dict[str, Any], coming: list[Arrival], crowd: pa.Table
    ) -> None:
        rows = self.carried.of(past.scope.origins or ())
        inside, learnt = self.carried.table(program, (r for r in rows if r.state in INSIDE))
        tables = tables | everything_about(program, past, Turns(as_input("arrival", coming), inside))
        tables |= {
            "clock": as_input("clock", [(past.first_us,)]),
            "learnt": as_input("learnt", learnt),
            "crowd": crowd,
        }
        # no ORM past this point
        with workbench_for("verify", len(past.scope.people or ())) as bench:
            journey_tables.lay_out(bench, tables)
            moved = journeys.move(bench, program)
        self._keep_decisions(moved.decisions)
        self._keep_standing(program, moved, set(inside.column("eid").to_pylist()))

    def _keep_decisions(self, decisions: pa.Table) -> None:
        """Keep what was decided as the store does: a go and a no never change, an answer goes before a wait."""
        rows = sorted(decisions.to_pylist(), key=lambda row: (row["verdict"] == "wait", row["eid"]))
        kept = set[str]()
        for row in rows:
            key = decision_key(row)
            before = self.decided.get(key)
            if key in kept or (before is not None and before.told[0] != "wait"):
                continue
            kept.add(key)
            self.decided[key] = Redecided(
                (row["verdict"], row["code"], row["t"]),
                row["person"],
                row["journey"],
                row["step"],
                row["channel"] or "",
                row["bit"] or 0,
            )
            if row["verdict"] == "go":
                self._went.append((row["t"], row["journey"], row["step"]))
                if row["bit"]:
                    self._gone.setdefault(row["person"], []).append(key)

    def _keep_standing(self, program: Program, moved: Moved, known: set[int]) -> None:
        learnt: dict[int, dict[str, tuple[Any, Any, Any]]] = {}
        for row in moved.learnt.to_pylist():
            told = (row["seq"], row["score_milli"], row["value_minor"])
            learnt.setdefault(row["eid"], {})[row["step"]] = told
        for row in sorted(moved.enrolments.to_pylist(), key=lambda row: row["eid"]):
            compiled = program.numbered(row["number"])
            eid, origin = row["eid"], row["person"]
            if eid in known:
                origin = self.carried.rows[eid].origin
            else:
                eid = self._next_eid
            self._next_eid = max(self._next_eid, eid + 1)
            is_in = row["state"] in INSIDE
            due = [us for us in (row["due_us"], row["exit_us"]) if us is not None]
            self.carried.put(
                CarriedStanding(
                    eid,
                    origin,
                    compiled.name,
                    compiled.version,
                    "" if row["pc"] == END else compiled.instructions[row["pc"]].step,
                    row["entry_key"],
                    row["arm"],
                    row["state"],
                    row["is_waiting"],
                    row["entered_us"],
                    row["step_us"],
                    row["since_us"],
                    min(due) if due and is_in else None,
                    learnt.get(row["eid"], {}),
                )
            )


def _stretch(cycle: Cycle, before: Cycle | None) -> Stretch:
    """Return what lay between two cycles."""
    return stretch_between(before, cycle, after_run=_run_seen(before) if before else 0, run=_run_seen(cycle))


def _run_seen(cycle: Cycle) -> int:
    """Return the run of understand a cycle saw: it wrote it down; before it did, the newest of its time."""
    run = cycle.report.get("run")
    return run if isinstance(run, int) else run_of(to_us(cycle.as_of))
