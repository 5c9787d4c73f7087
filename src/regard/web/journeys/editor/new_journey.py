"""A new journey: from one of those we ship, from one of one's own, or from nothing."""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass
from functools import cache

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from regard.kernel.issues import Issue, Refused
from regard.playbooks.load import read_yaml
from regard.staff.permissions import Capability
from regard.versions.drafts import Value, active_part, open_drafts, start_draft
from regard.versions.selectors import shipped_text
from regard.web.access import StaffRequest, act, page
from regard.web.journeys.editor.new_steps import empty_journey
from regard.web.segments.page import the_playbook

RESERVED = frozenset({"new", "start", "drafts"})  # addresses of their own


@dataclass(frozen=True, slots=True)
class Start:
    """Something a journey can begin from."""

    key: str
    name: str
    about: str


@cache
def _shipped() -> dict[str, Value]:
    value = read_yaml(shipped_text())
    journeys = value.get("journeys") if isinstance(value, dict) else None
    return journeys if isinstance(journeys, dict) else {}


@page(Capability.CHANGE_JOURNEYS)
def journey_new(request: StaffRequest) -> HttpResponse:
    """Ask what the new journey begins from."""
    return _page(request, [])


def _page(request: StaffRequest, issues: list[Issue]) -> HttpResponse:
    own = [
        Start(f"own:{name}", journey.name, journey.about)
        for name, journey in the_playbook(request).journeys.items()
        if name not in _shipped()
    ]
    ready = [
        Start(f"shipped:{name}", str(value.get("name", name)), str(value.get("about", "")))
        for name, value in _shipped().items()
    ]
    context = {
        "ready": ready,
        "own": own,
        "issues": issues,
        "name": request.POST.get("name", "")[:120],
        "chosen": request.POST.get("from", request.GET.get("from", "empty")),
    }
    return render(request, "web/journey_new.html", context)


@act(Capability.CHANGE_JOURNEYS)
def journey_start(request: StaffRequest) -> HttpResponse:
    """Begin a draft of a new journey; nothing is in force before it is published."""
    name = request.POST.get("name", "").replace("\0", "").strip()[:120]
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60]
    try:
        _refuse_name(request, slug)
        value = _value_from(request, request.POST.get("from", "empty"), name)
    except Refused as refused:
        return _page(request, list(refused.issues))
    by = f"staff:{request.user.pk}"
    draft = start_draft(section="journeys", name=slug, value=value, by=by, now=request.now)
    return HttpResponseRedirect(f"/journeys/drafts/{draft.pk}")


def _value_from(request: StaffRequest, start: str, name: str) -> Value:
    kind, _, key = start.partition(":")
    found = _shipped().get(key) if kind == "shipped" else None
    if kind == "own":
        found = active_part("journeys", key)
    if found is None:
        return empty_journey(name, the_playbook(request))
    return {**deepcopy(found), "name": name}


def _refuse_name(request: StaffRequest, slug: str) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9_-]{0,59}", slug) or slug in RESERVED:
        raise Refused(Issue("name", "give it a name that begins with a letter a to z"))
    if slug in the_playbook(request).journeys:
        raise Refused(Issue("name", f"there is a journey '{slug}' already", "open it and edit a copy"))
    if any(d.name == slug for d in open_drafts("journeys")):
        raise Refused(Issue("name", f"somebody is drafting a journey '{slug}' already"))
