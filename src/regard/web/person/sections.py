"""What each section of the person page reads of somebody, beside the facts that all of them share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from regard.identify.selectors import identifiers_of, joinings_of, open_proposals
from regard.profile.selectors import fields_of
from regard.web.access import StaffRequest
from regard.web.people import people_shown
from regard.web.person.agreed import agreed_of
from regard.web.person.chart import chart_of
from regard.web.person.decided import decisions_of, doors_of, enrolments_of, journey_name, requests_of
from regard.web.person.facts import Facts
from regard.web.person.memberships import memberships_of, understood_of
from regard.web.person.next_step import next_step
from regard.web.person.timeline import KINDS, by_words, timeline_of
from regard.web.segments.names import segment_names

Read = Mapping[str, Any]


def known(facts: Facts, request: StaffRequest) -> Read:
    """Read nothing more: the facts have it."""
    return {}


def next_act(facts: Facts, request: StaffRequest) -> Read:
    """Return what to do next."""
    return {"next": next_step(facts, request.now)}


def chart(facts: Facts, request: StaffRequest) -> Read:
    """Return the picture of the relationship over time."""
    return {"chart": chart_of(facts, request.now)}


def touchpoints(facts: Facts, request: StaffRequest) -> Read:
    """Return the newest page of the timeline."""
    names = segment_names(request.playbook)
    return {
        "kinds": KINDS,
        "timeline": timeline_of(facts.origins, staff=facts.staff, segments=names, notes=facts.notes),
    }


def decided(facts: Facts, request: StaffRequest) -> Read:
    """Return the newest decisions about them, and what else was asked to be sent to them."""
    return {
        "decisions": decisions_of(facts.origins, request.playbook),
        "requests": requests_of(facts.origins, facts.staff),
    }


def agreed(facts: Facts, request: StaffRequest) -> Read:
    """Return where each consent stands."""
    return {"agreed": agreed_of(facts.origins, request.playbook, request.now)}


def in_segments(facts: Facts, request: StaffRequest) -> Read:
    """Return the segments they are in."""
    return {"memberships": memberships_of(facts.id, request.playbook)}


def in_journeys(facts: Facts, request: StaffRequest) -> Read:
    """Return the journeys they are in, and those they may be let into."""
    playbook, let = request.playbook, request.GET.get("in", "")
    return {
        "enrolments": [(e, journey_name(playbook, e.journey)) for e in enrolments_of(facts.origins)],
        "doors": doors_of(playbook),
        "came_in": journey_name(playbook, let) if let else "",
    }


def worked_out(facts: Facts, request: StaffRequest) -> Read:
    """Return their traits in words."""
    return {"traits": understood_of(facts, request.playbook)}


def told(facts: Facts, request: StaffRequest) -> Read:
    """Return the fields they told us."""
    return {"fields": fields_of(facts.id, origins=facts.origins)}


def identity(facts: Facts, request: StaffRequest) -> Read:
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
