"""Replay what ran live: every stored cycle again, at its clock and with what was known to it, compared row by row.

A row counts from the first cycle whose `upto` covers its number, as it did live. So an answer that came late is late
again. It goes as far as one playbook ran and no colleague steered (paused, let people in or out by hand): the report
says how many cycles that is, and what ended it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from regard.decide.columns import as_input, read_rows
from regard.decide.filing import decision_key
from regard.decide.hours import local_hours, openings
from regard.decide.laying import FOREVER_US, arm_table, draw_table, permissions_about
from regard.decide.models import Cycle, Decision, Steering
from regard.decide.occasions import Arrival, Stretch, arrivals
from regard.decide.programs import tables_of
from regard.decide.pruning import replayable_since
from regard.decide.reading import SHOWN_RUN, WHO, Scope, holdout_keys, read_touches
from regard.engine import desk, journeys
from regard.engine.instructions import Program, compile_program
from regard.kernel.instant import DAY_US, to_us
from regard.kernel.issues import Issue, Refused
from regard.playbooks.model import Playbook
from regard.understand.workbench import open_workbench
from regard.versions.selectors import playbook_of_hash

NUMBERED = (
    "consent",
    "restriction",
    "suppression",
    "touch",
)  # inputs that carry their sequence number
Told = tuple[str, str, int]  # verdict, reason, as_of in microseconds


@dataclass(frozen=True, slots=True)
class Compared:
    """How many decisions both runs made, and those they do not agree on: key -> (live, replayed)."""

    cycles: int
    decisions: int
    differences: dict[str, tuple[Told | None, Told | None]]
    of: int = 0  # cycles there are
    ended_by: str = ""  # why later ones were not run again; '': there are none


def replay_stored(*, playbook: Playbook) -> Compared:
    """Run the stored cycles again and compare every decision with the stored one. Writes nothing. Raises Refused.

    Each with the playbook of then; `playbook` where a cycle names none. A decision that a later cycle took anew
    (a wait that went on) is left out: its first words are not stored any more.
    """
    everything = list(Cycle.objects.filter(finished_at__isnull=False).order_by("id"))
    cycles, ended_by = _unbroken(everything)
    digest = cycles[0].playbook_hash
    program = compile_program(playbook_of_hash(digest) if digest else playbook)
    tables = _tables(program, cycles)
    # no ORM past this point
    with open_workbench() as bench:
        desk.lay_out(bench, tables)
        moved = journeys.move(bench, program)
    again: dict[str, Told] = {}
    for row in sorted(moved.decisions.to_pylist(), key=lambda r: r["t"]):
        again[decision_key(row)] = (row["verdict"], row["code"], row["t"])
    stored = Decision.objects.filter(enrolment__isnull=False).only(
        "key", "verdict", "reason", "as_of"
    )
    live = {row.key: (row.verdict, row.reason, to_us(row.as_of)) for row in stored}
    end = to_us(cycles[-1].as_of)
    keys = {key for key in live.keys() | again.keys() if key not in live or live[key][2] <= end}
    differences = {
        key: (live.get(key), again.get(key))
        for key in sorted(keys)
        if live.get(key) != again.get(key)
    }
    return Compared(len(cycles), len(keys), differences, len(everything), ended_by)


def _unbroken(cycles: Sequence[Cycle]) -> tuple[list[Cycle], str]:
    """Return the first cycles, as far as one playbook ran and nobody steered, and what ended them. Raises Refused."""
    if not cycles:
        raise Refused(
            Issue("replay", "no cycle has run yet", hint="regard cycle", code="not_found")
        )
    if (since := replayable_since()) is not None:
        raise Refused(Issue("replay", f"cycles before {since:%-d %B %Y} are past their term"))
    first = Steering.objects.order_by("seq").values_list("seq", flat=True).first()
    kept: list[Cycle] = []
    for cycle in cycles:
        if first is not None and cycle.upto >= first:
            ended_by = "colleagues paused, let in or let out"
        elif cycle.playbook_hash != cycles[0].playbook_hash:
            ended_by = "the playbook changed"
        else:
            kept.append(cycle)
            continue
        if not kept:
            raise Refused(Issue("replay", f"{ended_by} before the first of the stored cycles"))
        return kept, ended_by
    return kept, ""


def _tables(program: Program, cycles: Sequence[Cycle]) -> dict[str, pa.Table]:
    clock = np.array(sorted({to_us(cycle.as_of) for cycle in cycles}), dtype=np.int64)
    start, end = int(clock[0]), int(clock[-1])
    company, limits = program.playbook.company, program.playbook.guardrails
    scope = Scope(None, cycles[-1].upto, as_then=True)
    tables = permissions_about(program, scope, now_us=start)
    keys = holdout_keys(tables["person"].column("person").to_pylist())
    zones = set(tables["person"].column("zone").to_pylist())
    touch, detail = read_touches(scope, program, since_us=start - 1)
    minutes = {
        m
        for c in program.journeys
        for i in c.instructions
        if (m := i.terms.get("until_minute")) is not None
    }
    tables |= {
        **tables_of(program),
        "clock": pa.table({"as_of": clock}),
        "touch": touch,
        "detail": detail,
        "contact": _of_others(tables["contact"]),
        "membership": as_input("membership", _membership()),
        "arrival": as_input("arrival", _arrivals(program, cycles)),
        "arm": arm_table(program, keys),
        "draw": draw_table(program, keys),
        "opening": as_input(
            "opening",
            openings(zones, limits.quiet_hours, company, from_us=start, to_us=end + 9 * DAY_US),
        ),
        "hour": as_input(
            "hour",
            local_hours(zones, minutes, company, from_us=start, to_us=end + DAY_US)
            if minutes
            else (),
        ),
    }
    return tables | {name: _seen_by_number(tables[name], cycles) for name in NUMBERED}


def _seen_by_number(table: pa.Table, cycles: Sequence[Cycle]) -> pa.Table:
    """Let each row be seen from the first cycle that knew its number."""
    known = np.maximum.accumulate(np.array([cycle.upto for cycle in cycles], dtype=np.int64))
    instants = np.array([*(to_us(cycle.as_of) for cycle in cycles), FOREVER_US], dtype=np.int64)
    seen = instants[
        np.searchsorted(known, np.asarray(table.column("seq").to_numpy(), dtype=np.int64))
    ]
    if (
        "at_us" in table.column_names and "name" in table.column_names
    ):  # nothing is seen before it happens
        seen = np.maximum(seen, np.asarray(table.column("at_us").to_numpy(), dtype=np.int64))
    return table.set_column(
        table.schema.get_field_index("visible_us"), "visible_us", pa.array(seen, pa.int64())
    )


def _of_others(contacts: pa.Table) -> pa.Table:
    """Keep what other tools sent: our own messages are decided again."""
    return contacts.filter(contacts.column("seq").is_null())


def _membership() -> Iterator[tuple[int, str, int, int]]:
    """Yield (person, segment, from, to) as the stored changes tell it."""
    rows = read_rows(
        f"SELECT {WHO}, c.segment, c.as_of, CASE WHEN c.entered THEN 1 ELSE 0 END FROM understand_segmentchange AS c"
        f" JOIN identify_person AS o ON o.id = c.person_id WHERE c.run_id <= {SHOWN_RUN} ORDER BY c.as_of, c.id"
    )
    since: dict[tuple[int, str], int] = {}
    for person, segment, at_us, entered in rows:
        if entered:
            since.setdefault((person, segment), at_us)
        elif (person, segment) in since:
            yield person, segment, since.pop((person, segment)), at_us
    yield from ((person, segment, at_us, FOREVER_US) for (person, segment), at_us in since.items())


def _arrivals(program: Program, cycles: Sequence[Cycle]) -> Iterator[Arrival]:
    """Yield who came to the door in each cycle, once."""
    seen: set[tuple[int, int, str]] = set()
    before: Cycle | None = None
    for cycle in cycles:
        until = to_us(cycle.as_of)
        stretch = (
            Stretch(until - DAY_US, until, 0, cycle.upto)
            if before is None
            else Stretch(
                min(to_us(before.as_of), until), until, min(before.upto, cycle.upto), cycle.upto
            )
        )
        new = frozenset(program.playbook.journeys) if before is None else frozenset[str]()
        for person, number, key, _ in arrivals(program, stretch, new_journeys=new):
            came_later = key.startswith("in:") and int(key.removeprefix("in:")) > until
            if not came_later and (person, number, key) not in seen:
                seen.add((person, number, key))
                yield person, number, key, until
        before = cycle
