"""What a replay found, in the numbers a person decides with. Made from the engine's tables; the same for page and JSON.

An act counts as certain where no supposed answer stands behind it; the others are counted apart, by the answer they
depend on, because two of them never happen to one person at once.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from regard.decide.replay.crowding import HeldCrowd
from regard.decide.replay.found import (
    CrowdFound,
    DayFound,
    JourneyFound,
    ReplayFound,
    StepFound,
    end_words,
)
from regard.decide.replay.what_if import Replay
from regard.engine.bench.store import Workbench
from regard.engine.journeys.guardrails import short_words
from regard.kernel.instant import DAY_US, WEEK_US, from_us, to_us
from regard.kernel.sql import Sql
from regard.understand.running.workbench import open_workbench

SHOWN_PEOPLE = 200  # in the list of who got what; the whole list goes to a file


def report_of(replay: Replay) -> ReplayFound:
    """Return the report of a replay."""
    with open_workbench() as bench:
        bench.lay("decision_laid", replay.moved.decisions)
        bench.lay("enrolment_laid", replay.moved.enrolments)
        bench.make("decision", _last_word())
        bench.make("enrolment", Sql("SELECT * FROM enrolment_laid"))
        days = _days(bench, replay)
        capacity = replay.program.playbook.guardrails.minutes_per_day
        return ReplayFound(
            start=replay.span.start,
            end=replay.span.end,
            people=replay.people,
            took_ms=replay.took_ms,
            rounds=replay.moved.rounds,
            journeys=_journeys(bench, replay),
            steps=_steps(bench, replay),
            held=_reasons(bench, "no"),
            delayed=_delays(bench),
            a_week=_weeks(bench, replay),
            days=days,
            capacity=capacity,
            over_capacity=sum(day.minutes > capacity for day in days),
            cost_minor=_cost(bench, replay),
            currency=replay.program.playbook.company.currency,
            depends=_pairs(
                bench,
                "SELECT supposed, COUNT(*) FROM decision WHERE verdict = 'go' AND supposed <> '' GROUP BY 1 ORDER BY 1",
            ),
            notes=_notes(replay),
            crowds=_crowds(replay),
            approves_after_us=replay.approves_after_us,
        )


def rows_of(
    replay: Replay,
    *,
    person: int | None = None,
    journey: str = "",
    limit: int | None = SHOWN_PEOPLE,
) -> list[dict[str, Any]]:
    """Return who would have got what and when: decisions in order of time, of everybody or of one person.

    One person's rows carry every word, the delays too; everybody's only the last word of each decision.
    """
    with open_workbench() as bench:
        bench.lay("decision_laid", replay.moved.decisions)
        bench.make("decision", _last_word() if person is None else Sql("SELECT * FROM decision_laid"))
        where = "1 = 1" if person is None else f"person = {int(person)}"
        only = (journey,) if journey else ()
        where += " AND journey = ?" if journey else ""
        cut = "" if limit is None else f" LIMIT {int(limit)}"
        found = bench.take(
            Sql(
                "SELECT person, t, journey, step, act, channel, purpose, verdict, code, retry_us, supposed, zone"
                f" FROM decision WHERE {where} ORDER BY t, person, journey, step, supposed{cut}",
                only,
            )
        )
    return [_plain(row) for row in found.to_pylist()]


def cells_of(row: dict[str, Any]) -> tuple[Any, ...]:
    """Return a row of `rows_of` as tables show it: when, person, journey, step, verdict, because, depends on."""
    told = (row[name] for name in ("person", "journey", "step", "verdict", "words", "supposed"))
    return (row["t"][:16].replace("T", " "), *told)


def story_of(replay: Replay, person: int, *, journey: str = "") -> list[dict[str, Any]]:
    """Return one person step by step: when they come into which journey, every word about them, and how each ends.

    Rows are those of `rows_of`; `verdict` is 'in' where they come in (or were inside before) and 'out' where it ends.
    """
    names = {c.number: c.name for c in replay.program.journeys}
    moved = replay.moved.enrolments
    mine = moved.filter(pc.equal(moved.column("person"), person)).to_pylist()
    start, edges = to_us(replay.span.start), list[dict[str, Any]]()
    for row in mine:
        shown = {
            "person": person,
            "journey": names[row["number"]],
            "step": "",
            "act": "",
            "channel": None,
            "purpose": None,
            "code": "",
            "supposed": row["supposed"],
            "zone": "",
            "retry_at": None,
        }
        if row["world"] == 0:
            before = row["eid"] <= replay.inside_before
            words = f"was inside already, since {from_us(row['entered_us']):%Y-%m-%d}" if before else "comes in"
            words += "" if row["arm"] == "treated" else ", held out by chance"
            edges.append(
                {
                    **shown,
                    "supposed": "",
                    "verdict": "in",
                    "words": words,
                    "t": from_us(max(row["entered_us"], start)).isoformat(),
                }
            )
        if row["ended_us"] is not None:
            edges.append(
                {
                    **shown,
                    "verdict": "out",
                    "words": f"ends: {end_words(row['end_reason'])}",
                    "t": from_us(row["ended_us"]).isoformat(),
                }
            )
    kept = [row for row in edges if not journey or row["journey"] == journey]
    order = {"in": 0, "out": 2}
    everything = [*kept, *rows_of(replay, person=person, journey=journey, limit=None)]
    return sorted(everything, key=lambda row: (row["t"], order.get(row["verdict"], 1)))


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    retry = row.pop("retry_us")
    return {
        **row,
        "t": from_us(row["t"]).isoformat(),
        "retry_at": None if retry is None else from_us(retry).isoformat(),
        "words": short_words(row["code"]),
    }


def _last_word() -> Sql:
    """A wait that became a go or a no counts once, as what it became."""
    return Sql(
        "SELECT * FROM (SELECT d.*, ROW_NUMBER() OVER (PARTITION BY eid, pc, entry_key ORDER BY t DESC) AS back"
        " FROM decision_laid AS d) AS n WHERE back = 1"
    )


def _pairs(bench: Workbench, text: str) -> dict[Any, int]:
    table: pa.Table = bench.take(Sql(text))
    return dict(zip(table.column(0).to_pylist(), table.column(1).to_pylist(), strict=True))


def _reasons(bench: Workbench, verdict: str) -> dict[str, int]:
    return _pairs(
        bench,
        f"SELECT code, COUNT(DISTINCT person) FROM decision WHERE verdict = '{verdict}' AND world = 0"
        " GROUP BY 1 ORDER BY 2 DESC, 1",
    )


def _delays(bench: Workbench) -> dict[str, int]:
    return _pairs(
        bench,
        "SELECT code, COUNT(DISTINCT person) FROM decision_laid WHERE verdict = 'wait' AND world = 0"
        " GROUP BY 1 ORDER BY 2 DESC, 1",
    )


def _journeys(bench: Workbench, replay: Replay) -> tuple[JourneyFound, ...]:
    rows = bench.take(
        Sql(
            "SELECT number, arm, state, end_reason, COUNT(*) AS n, COUNT(*) FILTER (WHERE eid <= ?) AS before"
            " FROM enrolment WHERE world = 0 GROUP BY 1, 2, 3, 4",
            (replay.inside_before,),
        )
    ).to_pylist()
    found = []
    for compiled in replay.program.journeys:
        mine = [row for row in rows if row["number"] == compiled.number]
        ends: dict[str, int] = {}
        for row in mine:
            if row["state"] in ("finished", "exited") and row["arm"] == "treated":
                ends[row["end_reason"]] = ends.get(row["end_reason"], 0) + row["n"]
        found.append(
            JourneyFound(
                compiled.name,
                sum(row["n"] - row["before"] for row in mine),
                sum(row["n"] for row in mine if row["arm"] != "treated"),
                dict(sorted(ends.items(), key=lambda pair: -pair[1])),
                sum(row["n"] for row in mine if row["state"] in ("active", "paused")),
                sum(row["before"] for row in mine),
                compiled.is_current,
            )
        )
    return tuple(found)


def _steps(bench: Workbench, replay: Replay) -> tuple[StepFound, ...]:
    rows = bench.take(
        Sql("SELECT number, step, verdict, code, supposed, COUNT(*) AS n FROM decision GROUP BY 1, 2, 3, 4, 5")
    ).to_pylist()
    found = []
    for compiled in replay.program.journeys:
        for one in compiled.instructions:
            mine = [r for r in rows if r["number"] == compiled.number and r["step"] == one.step]
            if not one.act or not (mine or compiled.is_current):
                continue
            sure = [r for r in mine if not r["supposed"]]
            no: dict[str, int] = {}
            depends: dict[str, int] = {}
            for row in sure:
                if row["verdict"] == "no":
                    no[row["code"]] = no.get(row["code"], 0) + row["n"]
            for row in mine:
                if row["supposed"] and row["verdict"] == "go":
                    depends[row["supposed"]] = depends.get(row["supposed"], 0) + row["n"]
            found.append(
                StepFound(
                    compiled.name,
                    one.step,
                    one.act,
                    one.words,
                    sum(r["n"] for r in sure if r["verdict"] == "go"),
                    no,
                    sum(r["n"] for r in sure if r["verdict"] == "wait"),
                    depends,
                    compiled.is_current,
                )
            )
    return tuple(found)


def _weeks(bench: Workbench, replay: Replay) -> dict[int, int]:
    """Return how many person-weeks had how many messages; weeks are counted from the start of the replay."""
    return _pairs(
        bench,
        "SELECT n, COUNT(*) FROM (SELECT person, CAST(FLOOR((t - "
        f"{to_us(replay.span.start)}) / {WEEK_US}) AS BIGINT) AS week, COUNT(*) AS n FROM decision"
        " WHERE verdict = 'go' AND is_message AND world = 0 GROUP BY 1, 2) AS w GROUP BY 1 ORDER BY 1",
    )


def _days(bench: Workbench, replay: Replay) -> tuple[DayFound, ...]:
    start = to_us(replay.span.start)
    rows = bench.take(
        Sql(
            f"SELECT CAST(FLOOR((t - {start}) / {DAY_US}) AS BIGINT) AS day,"
            " SUM(CASE WHEN is_message THEN 1 ELSE 0 END) AS messages,"
            " SUM(CASE WHEN is_message THEN 0 ELSE 1 END) AS acts,"
            " SUM(CASE WHEN act IN ('task', 'approval') THEN 1 ELSE 0 END) AS tasks,"
            " SUM(CASE WHEN act IN ('task', 'approval') THEN COALESCE(minutes, 0) ELSE 0 END) AS minutes"
            " FROM decision WHERE verdict = 'go' AND world = 0 GROUP BY 1 ORDER BY 1"
        )
    ).to_pylist()
    return tuple(
        DayFound(
            from_us(start + row["day"] * DAY_US).date().isoformat(),
            int(row["messages"]),
            int(row["tasks"]),
            int(row["minutes"]),
        )
        for row in rows
    )


def _cost(bench: Workbench, replay: Replay) -> float:
    """Return what the certain acts cost, in minor units: messages by channel and human minutes, as the playbook says."""
    prices = replay.program.playbook.guardrails.cost_minor
    rows = bench.take(
        Sql(
            "SELECT channel, SUM(CASE WHEN is_message THEN 1 ELSE 0 END) AS messages,"
            " SUM(CASE WHEN act IN ('task', 'approval') THEN COALESCE(minutes, 0) ELSE 0 END) AS minutes"
            " FROM decision WHERE verdict = 'go' AND world = 0 GROUP BY 1"
        )
    ).to_pylist()
    total = sum(
        float(row["messages"]) * prices.get(row["channel"] or "", 0.0)
        + float(row["minutes"]) * prices.get("minute", 0.0)
        for row in rows
    )
    return round(total, 2)


def _notes(replay: Replay) -> tuple[str, ...]:
    """Return what the replay cannot know, or knows less exactly than the live run would."""
    notes = [
        "Orders and visits are those that happened without these messages: what they would have changed is not here.",
        "Time zones and addresses count from when they were told, who is who from when it was found out. What nobody told"
        " us then, nobody can say: where only the profile of today knows something, that is taken.",
        "Somebody who changes a segment only because time passes is seen at the next midnight, not at the minute."
        if not replay.why_daily
        else f"Segments are worked out at midnights only, because {replay.why_daily}; what somebody did on a day is"
        " taken for what moved them.",
    ]
    if any(
        i.terms.get("awaited") and i.terms["awaited"].is_answer for c in replay.program.journeys for i in c.instructions
    ):
        notes.append(
            "Answers to these messages are not in history. Each way is followed and marked 'depends on the answer',"
            " unless the journey states a rate under 'assume'."
        )
    return (*notes, *replay.notes)


def _crowds(replay: Replay) -> tuple[CrowdFound, ...]:
    """Return the days on which a step waited for a colleague, each with the largest crowd of that day."""
    end, days = to_us(replay.span.end), dict[tuple[str, str, str], HeldCrowd]()
    for one in replay.held:
        key = (one.journey, one.step, from_us(one.at_us).date().isoformat())
        if key not in days or days[key].people < one.people:
            days[key] = one
    return tuple(
        CrowdFound(
            journey,
            step,
            day,
            one.people,
            from_us(one.opens_us).isoformat() if one.opens_us <= end else "",
        )
        for (journey, step, day), one in sorted(days.items(), key=lambda pair: pair[0][2])
    )
