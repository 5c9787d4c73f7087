"""The person page and its timeline."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.http import HttpResponse
from django.shortcuts import render

from regard.identify.selectors import origins_of
from regard.staff.permissions import Capability
from regard.staff.selectors import names_of_staff
from regard.web.access import StaffRequest, page
from regard.web.person.facts import Facts, facts_of, person_of
from regard.web.person.story import mood_of, story_of
from regard.web.person.timeline import timeline_of
from regard.web.room import Side
from regard.web.rooms import FACETS
from regard.web.segments.names import segment_names


@page(Capability.SEE_PEOPLE)
def person(request: StaffRequest, person_id: str) -> HttpResponse:
    """Show one person."""
    facts = facts_of(person_id)
    context: dict[str, Any] = {
        "facts": facts,
        "story": story_of(facts, request.now),
        "mood": mood_of(facts),
        "local_time": _local_time(facts, request),
        "staff": facts.team,
        "story_facets": [facet for facet in FACETS if facet.side is Side.STORY],
        "rail_facets": [facet for facet in FACETS if facet.side is Side.RAIL],
    }
    for facet in FACETS:
        context |= facet.read(facts, request)
    return render(request, "web/person.html", context)


@page(Capability.SEE_PEOPLE)
def timeline(request: StaffRequest, person_id: str) -> HttpResponse:
    """Show a page of the timeline, of one kind or of all."""
    told = timeline_of(
        origins_of(person_of(person_id)),
        kind=request.GET.get("kind", ""),
        older=request.GET.get("older", "")[:40],
        staff=names_of_staff(),
        segments=segment_names(request.playbook),
    )
    return render(request, "web/parts/timeline.html", {"timeline": told, "address": f"/customers/{person_id}"})


def _local_time(facts: Facts, request: StaffRequest) -> str:
    """Return the time of day for the person, where their zone is known."""
    zone = str(facts.fields.get("time_zone") or "")
    return request.now.astimezone(ZoneInfo(zone)).strftime("%H:%M") if zone in available_timezones() else ""
