"""A person let into a journey by hand, or taken out of one."""

from __future__ import annotations

from django.http import Http404, HttpResponse, HttpResponseRedirect

from regard.decide.steering.acts import let_in, let_out
from regard.kernel.issues import Refused
from regard.staff.permissions import Capability
from regard.web.access import StaffRequest, act
from regard.web.person.facts import person_of


@act(Capability.WORK_TASKS)
def journey_in(request: StaffRequest, person_id: str) -> HttpResponse:
    """Let a person into a journey that a colleague may let people into; the next cycle does it."""
    person, journey = person_of(person_id), request.POST.get("journey", "")
    if request.playbook is None:
        raise Http404
    by = f"staff:{request.user.pk}"
    try:
        let_in(journey=journey, person=person, playbook=request.playbook, by=by, now=request.now)
    except Refused:  # the page was older than the playbook: it shows what there is now
        return HttpResponseRedirect(f"/customers/{person_id}#journeys")
    return HttpResponseRedirect(f"/customers/{person_id}?in={journey}#journeys")


@act(Capability.WORK_TASKS)
def journey_out(request: StaffRequest, person_id: str, slug: str) -> HttpResponse:
    """Take a person out of a journey; out already is fine."""
    let_out(journey=slug, person=person_of(person_id), by=f"staff:{request.user.pk}", now=request.now)
    return HttpResponseRedirect(f"/customers/{person_id}#journeys")
