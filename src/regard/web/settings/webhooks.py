"""Settings, webhooks: the systems that journeys may tell, each with its key shown once, a trial, and how it went lately."""

from __future__ import annotations

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from regard.act.selectors import endpoint_list, newest_deliveries
from regard.act.services.endpoints import (
    add_endpoint,
    exchange_key,
    switch_endpoint,
    try_endpoint,
)
from regard.kernel.issues import Refused
from regard.playbooks.model import Playbook
from regard.staff.permissions import Capability
from regard.web.access import StaffRequest, act, page


@page(Capability.MANAGE_KEYS)
def webhooks(request: StaffRequest) -> HttpResponse:
    """Show every endpoint, who tells it, and the newest attempts."""
    return _page(request)


def _page(request: StaffRequest, **more: object) -> HttpResponse:
    endpoints, told_by = endpoint_list(), _told_by(request.playbook)
    known = {e.endpoint.name for e in endpoints}
    context = {
        "endpoints": [(e, told_by.get(e.endpoint.name, ())) for e in endpoints],
        "missing": sorted(set(told_by) - known),
        "deliveries": newest_deliveries(limit=20),
        **more,
    }
    return render(request, "web/webhooks.html", context)


def _told_by(playbook: Playbook | None) -> dict[str, tuple[str, ...]]:
    """Return by the name of an endpoint the journeys that tell it."""
    found: dict[str, tuple[str, ...]] = {}
    for name, journey in playbook.journeys.items() if playbook else ():
        for step in journey.all_steps():
            if (told := step.tells()) and name not in found.get(told, ()):
                found[told] = (*found.get(told, ()), name)
    return found


@act(Capability.MANAGE_KEYS)
def webhook_add(request: StaffRequest) -> HttpResponse:
    """Name another system and show its key once."""
    given = {key: request.POST.get(key, "").strip()[:600] for key in ("name", "url", "range")}
    try:
        made = add_endpoint(
            name=given["name"],
            url=given["url"],
            allowed_range=given["range"],
            by=f"staff:{request.user.pk}",
            now=request.now,
        )
    except Refused as refused:
        return _page(request, problems=refused.issues, given=given)
    return _page(request, made=made)


@act(Capability.MANAGE_KEYS)
def webhook_exchange(request: StaffRequest, endpoint_id: int) -> HttpResponse:
    """Give an endpoint another key and show it once."""
    try:
        return _page(request, made=exchange_key(endpoint_id=endpoint_id, now=request.now))
    except Refused:
        raise Http404 from None


@act(Capability.MANAGE_KEYS)
def webhook_switch(request: StaffRequest, endpoint_id: int) -> HttpResponse:
    """Switch an endpoint off or on."""
    is_on = request.POST.get("active") == "yes"
    because = "" if is_on else f"switched off by {request.user.name}"
    try:
        switch_endpoint(endpoint_id=endpoint_id, is_on=is_on, because=because, now=request.now)
    except Refused:
        raise Http404 from None
    return HttpResponseRedirect("/settings/webhooks")


@act(Capability.MANAGE_KEYS)
def webhook_try(request: StaffRequest, endpoint_id: int) -> HttpResponse:
    """Tell an endpoint a trial that is about nobody, and say what it answered."""
    try:
        told = try_endpoint(endpoint_id=endpoint_id, now=request.now)
    except Refused:
        raise Http404 from None
    return _page(request, tried=told, tried_id=endpoint_id)
