"""The person page and its timeline."""

from __future__ import annotations

from zoneinfo import ZoneInfo, available_timezones

from django.http import HttpResponse
from django.shortcuts import render

from regard.identify.selectors import identifiers_of, joinings_of, open_proposals, origins_of
from regard.profile.selectors import fields_of
from regard.staff.permissions import Capability
from regard.staff.selectors import names_of_staff
from regard.web.access import StaffRequest, page
from regard.web.people import people_shown
from regard.web.person.agreed import agreed_of
from regard.web.person.chart import chart_of
from regard.web.person.decided import decisions_of, doors_of, enrolments_of, journey_name
from regard.web.person.facts import Facts, facts_of, person_of
from regard.web.person.memberships import memberships_of, understood_of
from regard.web.person.next_step import next_step
from regard.web.person.story import mood_of, story_of
from regard.web.person.timeline import KINDS, by_words, timeline_of
from regard.web.segments.names import segment_names


@page(Capability.SEE_PEOPLE)
def person(request: StaffRequest, person_id: str) -> HttpResponse:
    """Show one person."""
    facts = facts_of(person_id)
    playbook = request.playbook
    names = segment_names(playbook)
    context = {
        "facts": facts,
        "story": story_of(facts, request.now),
        "mood": mood_of(facts),
        "local_time": _local_time(facts, request),
        "next": next_step(facts, request.now),
        "chart": chart_of(facts, request.now),
        "kinds": KINDS,
        "timeline": timeline_of(facts.origins, staff=facts.staff, segments=names, notes=facts.notes),
        "agreed": agreed_of(facts.origins, playbook, request.now),
        "memberships": memberships_of(facts.id, playbook),
        "traits": understood_of(facts, playbook),
        "decisions": decisions_of(facts.origins, playbook),
        "enrolments": [(e, journey_name(playbook, e.journey)) for e in enrolments_of(facts.origins)],
        "doors": doors_of(playbook),
        "came_in": journey_name(playbook, let) if (let := request.GET.get("in", "")) else "",
        "fields": fields_of(facts.id, origins=facts.origins),
        "staff": facts.team,
        **_identity(facts),
    }
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


def _identity(facts: Facts) -> dict[str, object]:
    """Return ids, joinings with evidence, and proposals, in words."""
    joinings = joinings_of(facts.id, origins=facts.origins)
    proposals = open_proposals(facts.id, origins=facts.origins)
    others = {j.absorbed for j in joinings} | {p for x in proposals for p in (x.one_id, x.other_id)}
    people = people_shown(others) if others else {}
    return {
        "identifiers": identifiers_of(facts.id, origins=facts.origins),
        "joinings": [(j, by_words(j.by, facts.staff)) for j in joinings],
        "proposals": [(p, people[p.other_id if p.one_id in facts.origins else p.one_id]) for p in proposals],
    }


def _local_time(facts: Facts, request: StaffRequest) -> str:
    """Return the time of day for the person, where their zone is known."""
    zone = str(facts.fields.get("time_zone") or "")
    return request.now.astimezone(ZoneInfo(zone)).strftime("%H:%M") if zone in available_timezones() else ""
