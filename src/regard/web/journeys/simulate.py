"""Simulate: a journey replayed over the past by the same engine as the live run, sending nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.http import HttpResponse
from django.shortcuts import render

from regard.decide.replay import Span, replay_playbook
from regard.decide.replay.found import ReplayFound
from regard.decide.replay.report import report_of
from regard.engine.journeys.guardrails import short_words
from regard.kernel.instant import HOUR_US
from regard.playbooks.model import Playbook
from regard.staff.permissions import Capability
from regard.web.access import StaffRequest, page
from regard.web.charts.scales import month_ticks, nice_top
from regard.web.journeys.page import TABS, head_of

APPROVALS = {"": "nobody", "1": "after an hour", "4": "after four hours", "24": "after a day"}
LENGTHS = {30: "30 days", 90: "90 days", 180: "180 days", 365: "a year"}


@dataclass(frozen=True, slots=True)
class Bar:
    """One day's column: place and heights in percent of the chart."""

    x: float
    width: float
    minutes: float
    messages: float
    words: str


@page(Capability.SEE_JOURNEYS)
def journey_simulate(request: StaffRequest, slug: str) -> HttpResponse:
    """Ask over which stretch to replay."""
    head = head_of(request, slug)
    limits = head.playbook.guardrails
    may_wait = limits.approval_above is not None or limits.tasks_without_approval is not None
    context = {
        "head": head,
        "tabs": TABS,
        "tab": "simulate",
        "lengths": LENGTHS,
        "approvals": APPROVALS if may_wait else {},
    }
    return render(request, "web/journey_simulate.html", context)


@page(Capability.CHANGE_JOURNEYS)
def journey_replay(request: StaffRequest, slug: str) -> HttpResponse:
    """Replay the journey, with all others beside it, and show what it would have done. Writes nothing."""
    head = head_of(request, slug)
    asked = request.GET.get("days", "")
    days = int(asked) if asked.isdecimal() and int(asked[:4]) in LENGTHS else 90
    after = request.GET.get("approve", "")
    found = _replayed(head.playbook, request, days, int(after) if after in APPROVALS and after else None)
    context = {
        "found": found,
        "entered": sum(j.entered for j in found.journeys if j.journey == slug),
        "before": sum(j.inside_before for j in found.journeys if j.journey == slug),
        "crowds": [c for c in found.crowds if c.journey == slug],
        "steps": [s for s in found.steps if s.journey == slug],
        "held": _named(found.held),
        "delayed": _named(found.delayed),
        "weeks": _weeks(found),
        "ticks": month_ticks(found.start, found.end),
        "bars": _bars(found),
        "busiest": max((d.minutes for d in found.days), default=0),
        "cost": round(found.cost_minor),
        "took": sum(found.took_ms.values()),
    }
    return render(request, "web/parts/replayed.html", context)


def _replayed(playbook: Playbook, request: StaffRequest, days: int, approves_after: int | None) -> ReplayFound:
    """Return what the last `days` would have brought; `approves_after`: hours until a crowd is approved."""
    span = Span(request.now - timedelta(days=days), request.now)
    after = None if approves_after is None else approves_after * HOUR_US
    return report_of(replay_playbook(playbook=playbook, span=span, approves_after_us=after))


def _named(counts: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(((short_words(code), n) for code, n in counts.items()), key=lambda x: -x[1])


def _weeks(found: ReplayFound) -> list[tuple[str, int, int]]:
    """Return (words, person-weeks, percent of the largest) for 0, 1, 2, ... messages in a week."""
    top = max((n for k, n in found.a_week.items() if k), default=1) or 1
    return [
        (f"{k} message{'' if k == 1 else 's'} in a week", n, round(100 * n / top))
        for k, n in sorted(found.a_week.items())
        if k
    ]


def _bars(found: ReplayFound) -> list[Bar]:
    """Return one column a day that had anything, each at its place in the whole stretch."""
    if not found.days:
        return []
    first, last = found.start.date(), found.end.date()
    whole = (last - first).days + 1
    top_minutes = nice_top(max(d.minutes for d in found.days) or 1)
    top_messages = nice_top(max(d.messages for d in found.days) or 1)
    return [
        Bar(
            round(100 * (date.fromisoformat(d.day[:10]) - first).days / whole, 2),
            round(80 / whole, 2),
            round(100 * d.minutes / top_minutes, 1),
            round(100 * d.messages / top_messages, 1),
            f"{d.day}: {d.messages} messages, {d.tasks} tasks, {d.minutes} minutes",
        )
        for d in found.days
    ]
