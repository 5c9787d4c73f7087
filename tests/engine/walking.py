"""A small world for journey laws: a playbook, people, and a way to run the engine over any clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa

from regard.engine.bench.store import Workbench
from regard.engine.journeys import run as journeys
from regard.engine.journeys import tables as journey_tables
from regard.engine.journeys.instructions import Program, compile_program
from regard.engine.journeys.run import Moved
from regard.kernel.instant import DAY_US, HOUR_US
from regard.playbooks.model import Playbook

START = 20_000 * DAY_US
WORDING = [{"version": "1", "texts": {"en": "yes"}}]
COMPANY = {
    "name": "Test",
    "time_zone": "UTC",
    "country": "GB",
    "currency": "EUR",
    "postal_address": "1 Test Street",
    "senders": {"maya": {"name": "Maya Lindqvist", "email": "maya@example.org"}},
}
LETTERS = {
    "name": "Two letters and a question",
    "entry": [{"on": "touchpoint", "touchpoint": "Order Completed"}],
    "reentry": {"after": "10d"},
    "steps": [
        {"step": "one", "do": "send", "template": "t", "purpose": "offers"},
        {"step": "pause", "do": "wait", "for": "2d"},
        {"step": "two", "do": "send", "template": "t", "purpose": "offers", "worth": 3},
        {"step": "order", "do": "wait_for", "touchpoint": "Order Completed", "timeout": "20d"},
        {"step": "ask", "do": "ask", "survey": "s", "purpose": "surveys"},
        {
            "step": "answer",
            "do": "wait_for",
            "touchpoint": "Survey Answered",
            "timeout": "5d",
            "otherwise": [{"step": "silent", "do": "exit", "reason": "silent"}],
        },
        {
            "step": "how",
            "do": "branch",
            "cases": [
                {
                    "when": {"kind": "answered", "step": "answer", "at_most": 6},
                    "then": [
                        {
                            "step": "care",
                            "do": "task",
                            "kind": "complaint",
                            "title": "Care",
                            "pauses_promotions": True,
                        }
                    ],
                }
            ],
        },
        {"step": "three", "do": "send", "template": "t", "purpose": "offers"},
    ],
}
BESIDE = {
    "name": "A letter beside",
    "entry": [{"on": "touchpoint", "touchpoint": "Order Completed"}],
    "reentry": {"after": "1d"},
    "priority": 70,
    "when_capped": "drop",
    "steps": [{"step": "beside", "do": "send", "template": "t", "purpose": "offers"}],
}


def a_playbook(**more: Any) -> Playbook:
    """Two journeys that compete for the same people."""
    consent = {"basis": "consent", "channels": ["email"], "wordings": WORDING}
    return Playbook.model_validate(
        {
            "playbook": 1,
            "name": "laws",
            "company": COMPANY,
            "purposes": {
                "offers": {"name": "Offers", **consent},
                "surveys": {"name": "Surveys", "marketing": False, **consent},
            },
            "guardrails": {"quiet_hours": {"from": "20:00", "to": "09:00"}, "human_touch": None},
            "journeys": {"letters": LETTERS, "beside": BESIDE},
            **more,
        }
    )


def rows(name: str, values: Iterable[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(list(values), journey_tables.INPUTS[name])


def open_days(first: int, last: int) -> pa.Table:
    return rows(
        "opening",
        (
            {
                "zone": "UTC",
                "open_us": day * DAY_US + 9 * HOUR_US,
                "close_us": day * DAY_US + 20 * HOUR_US,
            }
            for day in range(first // DAY_US - 1, last // DAY_US + 12)
        ),
    )


def a_world(program: Program, people: Sequence[int], clock: Sequence[int]) -> dict[str, pa.Table]:
    """Everybody can be reached; nobody has agreed to anything yet."""
    return {
        **journey_tables.program_tables(program, forbidden={}, marks={}),
        "clock": rows("clock", ({"as_of": t} for t in clock)),
        "person": rows("person", ({"person": p, "zone": "UTC", "from_us": 0, "to_us": 2**62} for p in people)),
        "address": rows("address", ({"person": p, "channel": "email", "visible_us": 0} for p in people)),
        "opening": open_days(min(clock), max(clock)),
    }


def walk(program: Program, tables: dict[str, pa.Table]) -> Moved:
    """Run the engine once."""
    with Workbench() as bench:
        journey_tables.lay_out(bench, tables)
        return journeys.move(bench, program)


def walk_step_by_step(program: Program, tables: dict[str, pa.Table], clock: Sequence[int]) -> list[dict[str, Any]]:
    """Run the engine once an instant, as the live cycle does, carrying over only what is stored; return decisions."""
    decided: list[dict[str, Any]] = []
    state = dict(tables)
    for t in clock:
        moved = walk(program, {**state, "clock": rows("clock", [{"as_of": t}])})
        made = moved.decisions.to_pylist()
        decided += made
        state = _carried(program, state, moved, made, t)
    return decided


def _carried(program: Program, state: dict[str, pa.Table], moved: Moved, made: list[dict[str, Any]], t: int):
    inside = [
        row | {"due_us": row["deadline_us"] if row["is_waiting"] else row["due_us"]}
        for row in moved.enrolments.to_pylist()
        if row["state"] in ("active", "paused")
    ]
    former = state.get("former", rows("former", [])).to_pylist() + [
        {
            "person": row["person"],
            "journey": program.numbered(row["number"]).name,
            "entry_key": row["entry_key"],
            "entered_us": row["entered_us"],
        }
        for row in moved.enrolments.to_pylist()
        if row["entered_us"] == t
    ]
    contact = state.get("contact", rows("contact", [])).to_pylist() + [
        {
            "person": d["person"],
            "at_us": d["t"],
            "visible_us": d["t"],
            "channel": d["channel"],
            "bit": d["bit"],
            "world": 0,
        }
        for d in made
        if d["verdict"] == "go" and d["is_message"]
    ]
    complaint = state.get("complaint", rows("complaint", [])).to_pylist() + [
        {"person": d["person"], "opened_us": d["t"], "closed_us": None, "world": 0}
        for d in made
        if d["verdict"] == "go" and d["act"] == "task"
    ]
    arrival = [row for row in state.get("arrival", rows("arrival", [])).to_pylist() if row["due_us"] > t]
    return {
        **state,
        "enrolment": rows("enrolment", inside),
        "learnt": moved.learnt,
        "former": rows("former", former),
        "contact": rows("contact", contact),
        "complaint": rows("complaint", complaint),
        "arrival": rows("arrival", arrival),
    }


def told(decisions: Iterable[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Decisions by what they say, in a fixed order: numbers of enrolments differ from run to run."""
    return sorted(
        (d["t"], d["person"], d["journey"], d["entry_key"], d["step"], d["verdict"], d["code"]) for d in decisions
    )


def program(**more: Any) -> Program:
    return compile_program(a_playbook(**more))
