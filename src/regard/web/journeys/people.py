"""Who is or was in a journey: a page of them, or all of them as CSV, of one state or at one step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import QueryDict

from regard.decide.contracts import Enrolled
from regard.decide.selectors import STATES, enrolled_in
from regard.web.csv_lists import csv_line
from regard.web.people import people_shown
from regard.web.words import END_WORDS

PAGE = 50
AT_ONCE = 500


def people_of(journey: str, asked: QueryDict) -> dict[str, Any]:
    """Return what the page of people shows, newest first; `before` is the mark of the page before."""
    before = asked.get("before", "")
    mark = int(before) if before.isdecimal() and len(before) < 19 else None
    found = _asked(journey, asked, mark, PAGE + 1)
    people = people_shown([e.person_id for e in found])
    filters = asked.copy()
    filters.pop("before", None)
    return {
        "rows": [(e, people[e.person_id]) for e in found[:PAGE]],
        "older": found[PAGE - 1].pk if len(found) > PAGE else None,
        "states": STATES,
        "state": asked.get("state", ""),
        "step": asked.get("step", ""),
        "query": filters.urlencode(),
    }


def people_lines(journey: str, asked: QueryDict) -> Iterator[str]:
    """Yield the same people as CSV, all of them."""
    yield "id,name,step,state,arm,entered,until,why\r\n"
    last: int | None = None
    while True:
        page = _asked(journey, asked, last, AT_ONCE)
        people = people_shown([e.person_id for e in page])
        for e in page:
            person, until = people[e.person_id], e.due_at or e.ended_at
            why = END_WORDS.get(e.end_reason, e.end_reason)
            until_words = until.isoformat() if until else ""
            times = [e.entered_at.isoformat(), until_words]
            yield csv_line([person.public_id, person.name, e.step, e.state, e.arm, *times, why])
        if len(page) < AT_ONCE:
            return
        last = page[-1].pk


def _asked(journey: str, asked: QueryDict, before: int | None, limit: int) -> list[Enrolled]:
    state, step = asked.get("state", ""), asked.get("step", "")[:60]
    return enrolled_in(journey, state=state, step=step, before=before, limit=limit)
