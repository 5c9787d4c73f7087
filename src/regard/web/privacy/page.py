"""Privacy: everything held about a person on request, erasure with a receipt, and the audit log."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from regard.audit_log.selectors import erasure_receipts, recent_entries
from regard.consent.selectors import LIMITS, limits_standing
from regard.consent.services import lift_restriction, restrict
from regard.privacy.erasing import erase_person
from regard.privacy.exporting import export_person
from regard.staff.permissions import Capability
from regard.staff.selectors import names_of_staff
from regard.web.access import StaffRequest, act, page
from regard.web.auditing import coarse_address
from regard.web.people import people_shown
from regard.web.person.facts import person_of
from regard.web.person.timeline import by_words

ENTRIES = 50
CONFIRM = "erase"


def _where(request: StaffRequest) -> str:
    return f"web {coarse_address(request.META.get('REMOTE_ADDR', ''))}".strip()


@page(Capability.EXPORT_PERSON)
def privacy(request: StaffRequest) -> HttpResponse:
    """Show receipts, restrictions, purposes and who changed what."""
    before = request.GET.get("before", "")
    mark = int(before) if before.isdecimal() and len(before) < 19 else None
    entries = recent_entries(limit=ENTRIES + 1, before=mark)
    staff, playbook = names_of_staff(), request.playbook
    limits = limits_standing()
    people = people_shown([r.person_id for r in limits])
    context = {
        "entries": [(e, by_words(e.by, staff)) for e in entries[:ENTRIES]],
        "older": entries[ENTRIES - 1].pk if len(entries) > ENTRIES else None,
        "receipts": [(r, by_words(r.by, staff), sum(r.counts.values())) for r in erasure_receipts(limit=20)],
        "limits": [(r, people[r.person_id]) for r in limits],
        "purposes": playbook.purposes if playbook else {},
    }
    return render(request, "web/privacy.html", context)


@act(Capability.EXPORT_PERSON)
def person_export(request: StaffRequest, person_id: str) -> HttpResponse:
    """Hand out everything held about a person as one zip file (Art. 15 and 20)."""
    person = person_of(person_id)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "export.zip"
        by = f"staff:{request.user.pk}"
        export_person(person=person, file=file, by=by, now=request.now, origin=_where(request))
        response = HttpResponse(file.read_bytes(), content_type="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{person_id}.zip"'
    return response


@act(Capability.ERASE_PERSON)
def person_erase(request: StaffRequest, person_id: str) -> HttpResponse:
    """Erase a person for ever after a typed word; the receipt stands on the Privacy page."""
    person = person_of(person_id)
    if request.POST.get("word", "").strip().lower() != CONFIRM:
        return HttpResponseRedirect(f"/customers/{person_id}")
    erase_person(person=person, by=f"staff:{request.user.pk}", now=request.now, origin=_where(request))
    return HttpResponseRedirect("/privacy#receipts")


@act(Capability.ERASE_PERSON)
def person_limit(request: StaffRequest, person_id: str, kind: str, word: str) -> HttpResponse:
    """Restrict the processing of a person or note an objection (Art. 18, 21), or lift it again."""
    person = person_of(person_id)
    does = {"on": restrict, "off": lift_restriction}.get(word)
    if does is None or kind not in LIMITS:
        raise Http404
    does(person=person, kind=kind, by=f"staff:{request.user.pk}", now=request.now)
    return HttpResponseRedirect(f"/customers/{person_id}#agreed")
