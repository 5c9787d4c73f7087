"""The list of journeys as one asks for it: by name, by state, with how each helped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from regard.decide.selectors import JourneyRow
from regard.learn.selectors import newest_results
from regard.playbooks.model import Playbook
from regard.web.journeys.helped import Helped, helped_by
from regard.web.journeys.wording import entries_words, goal_words
from regard.web.segments.names import segment_names

FEW = 8  # so many need no search
STATES = ("running", "paused")


@dataclass(frozen=True, slots=True)
class Listed:
    """One line: its counts, what it is about, how one comes in, what for, and whether it helps."""

    row: JourneyRow
    about: str
    enters: str
    goal: str
    helped: Helped | None


def listed(rows: list[JourneyRow], playbook: Playbook | None, asked: QueryDict) -> dict[str, Any]:
    """Return the lines one asks for, with how many there are in each state."""
    if playbook is None:
        return {"rows": [], "total": 0}
    words, state = asked.get("q", "").strip()[:80], asked.get("state", "")
    paused = sum(row.is_paused for row in rows)
    wanted = [
        row
        for row in rows
        if words.casefold() in row.title.casefold() and (state not in STATES or row.is_paused == (state == "paused"))
    ]
    results, names = newest_results(), segment_names(playbook)
    lines = [_line(row, playbook, names, results) for row in wanted]
    counts = {"running": len(rows) - paused, "paused": paused}
    return {
        "rows": lines,
        "total": len(rows),
        "q": words,
        "state": state,
        "counts": counts if paused else {},
        "is_long": len(rows) > FEW,
    }


def _line(row: JourneyRow, playbook: Playbook, names: dict[str, str], results: dict[str, Any]) -> Listed:
    journey, result = playbook.journeys[row.name], results.get(row.name)
    enters = entries_words(journey, names)
    return Listed(row, journey.about, enters, goal_words(journey.goal), helped_by(result))
