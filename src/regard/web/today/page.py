"""The Today page and what can be done on it without leaving it."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render

from regard.staff.permissions import Capability
from regard.web.access import StaffRequest, act, page
from regard.web.journeys.asked import asked_of
from regard.web.today import word_kept
from regard.web.today.acts import do_row, may_undo, undo_row
from regard.web.today.rows import groups_of_today

NUMBERS = [
    "No",
    "One",
    "Two",
    "Three",
    "Four",
    "Five",
    "Six",
    "Seven",
    "Eight",
    "Nine",
    "Ten",
    "Eleven",
    "Twelve",
]


@page(Capability.SEE_TODAY)
def today(request: StaffRequest) -> HttpResponse:
    """Show who needs a person now."""
    groups = groups_of_today(request.now)
    rows = [row for group in groups for row in group.rows]
    asked = asked_of(request)
    total = len(rows) + sum(group.more for group in groups) + len(asked)
    since, changed = word_kept.changes(request.now, request.playbook)
    context = {
        "groups_today": groups,
        "asked": asked,
        "title": _headline(total),
        "minutes": _rounded(sum(row.waiting.minutes for row in rows)),
        "figures": word_kept.figures(request.now),
        "since": since,
        "changes": changed,
        "first": rows[0].key if rows else "",
    }
    return render(request, "web/today.html", context)


@act(Capability.WORK_TASKS)
def row_act(request: StaffRequest, kind: str, row_id: int, verb: str) -> HttpResponse:
    """Do, snooze or dismiss one row; the answer takes its place, with a toast that can undo it."""
    words = do_row(kind=kind, row_id=row_id, verb=verb, by=request.user.pk, now=request.now)
    if words is None:
        raise Http404
    context = {
        "words": words,
        "undo": f"/today/{kind}/{row_id}/{verb}/undo" if may_undo(kind=kind, verb=verb) else "",
    }
    return render(request, "web/parts/row_gone.html", context)


@act(Capability.WORK_TASKS)
def row_undo(request: StaffRequest, kind: str, row_id: int, verb: str) -> HttpResponse:
    """Take back what was just done to a row, and show the page anew."""
    if not undo_row(kind=kind, row_id=row_id, verb=verb, by=request.user.pk, now=request.now):
        raise Http404
    response = HttpResponse(status=204)
    response.headers["HX-Refresh"] = "true"
    return response


def _headline(total: int) -> str:
    number = NUMBERS[total] if total < len(NUMBERS) else str(total)
    what = "person or decision" if total == 1 else "people and decisions"
    return f"{number} {what} today" if total else "Nothing needs you"


def _rounded(minutes: int) -> str:
    """Return a sum of guesses as the guess it is: to five minutes, then to half hours."""
    if minutes < 60:
        return f"About {max(5, round(minutes / 5) * 5)} minutes"
    halves = round(minutes / 30)
    return f"About {halves // 2}{'½' if halves % 2 else ''} hour{'' if halves == 2 else 's'}"
