"""The Customers page: list, peek, saved views, CSV, and the palette that finds people from anywhere."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from regard.directory.narrowing import search_people
from regard.directory.people import (
    ListedPerson,
    every_person,
    listed_people,
    people_page,
)
from regard.kernel.money import to_decimal
from regard.staff.permissions import Capability, may
from regard.staff.selectors import all_staff, views_of
from regard.staff.services import delete_view, save_view
from regard.web.access import StaffRequest, act, page
from regard.web.csv_lists import csv_line, streamed_csv
from regard.web.customers.wanted import NEEDS, SORTS, read_wanted
from regard.web.playbook import currency_of
from regard.web.rooms import PLACES
from regard.web.segments.names import segment_names

PAGE_NAME = "customers"


@page(Capability.SEE_PEOPLE)
def customers(request: StaffRequest) -> HttpResponse:
    """Show the list; asked by htmx, only its rows."""
    wanted, staff = read_wanted(request.GET), all_staff()
    context = {
        "wanted": wanted,
        "found": people_page(wanted, staff={u.pk: u.name for u in staff}),
        "segment_names": segment_names(request.playbook),
        "sorts": SORTS,
        "needs": NEEDS,
    }
    if request.headers.get("HX-Target", "").endswith("people"):
        response = render(request, "web/parts/people.html", context)
    else:
        context["views"] = views_of(request.user.pk, PAGE_NAME)
        context["staff"] = staff
        response = render(request, "web/customers.html", context)
    patch_vary_headers(response, ["HX-Target"])
    return response


@page(Capability.EXPORT_LISTS)
def customers_csv(request: StaffRequest) -> StreamingHttpResponse:
    """Stream the list as CSV with the filters of the page."""
    lines = _csv_lines(every_person(read_wanted(request.GET)), currency_of(request.playbook))
    return streamed_csv(request, lines, "customers.csv")


def _csv_lines(people: Iterator[ListedPerson], currency: str) -> Iterator[str]:
    yield "id,name,details,value,currency,last_contact,owner,segments\r\n"
    for person in people:
        value = "" if person.value_minor is None else str(to_decimal(person.value_minor, currency))
        last = person.last_at.isoformat() if person.last_at else ""
        cells = [person.public_id, person.name, person.under, value, currency, last, person.owner]
        yield csv_line([*cells, " ".join(person.segments)])


@page(Capability.SEE_PEOPLE)
def peek(request: StaffRequest, person_id: str) -> HttpResponse:
    """Show one person in the panel beside the list."""
    row = _listed(person_id)
    return render(
        request,
        "web/parts/peek.html",
        {"person": row, "segment_names": segment_names(request.playbook)},
    )


def _listed(text: str) -> ListedPerson:
    rows = listed_people(search_people(text, limit=1)) if text.startswith("per_") else []
    if not rows:
        raise Http404
    return rows[0]


@act(Capability.OWN_ACCOUNT)
def view_save(request: StaffRequest) -> HttpResponse:
    """Keep the list as it is under a name."""
    name = request.POST.get("name", "").strip()
    query = request.POST.get("query", "")
    if name:
        shared = request.POST.get("shared") == "on" and may(request.user.role, Capability.CHANGE_PEOPLE)
        save_view(user_id=request.user.pk, page=PAGE_NAME, name=name, query=query, is_shared=shared)
    return HttpResponseRedirect(f"/customers?{query}")


@act(Capability.OWN_ACCOUNT)
def view_delete(request: StaffRequest, view_id: int) -> HttpResponse:
    """Forget one of one's own views."""
    if not delete_view(user_id=request.user.pk, view_id=view_id):
        raise Http404
    return HttpResponseRedirect("/customers")


@page(Capability.OWN_ACCOUNT)
def find(request: StaffRequest) -> HttpResponse:
    """Answer the palette: people by name, e-mail or id; pages and segments by name."""
    q = request.GET.get("q", "").replace("\0", "").strip()[:120]
    places = [p for p in PLACES if may(request.user.role, p.capability) and q.lower() in p.name.lower()]
    context = {"q": q, "places": places, "people": [], "segments": []}
    if q and may(request.user.role, Capability.SEE_PEOPLE):
        context["people"] = listed_people(sorted(search_people(q, limit=8)))
    if q:
        names = segment_names(request.playbook)
        context["segments"] = [(k, n) for k, n in names.items() if q.lower() in n.lower()][:4]
    return render(request, "web/parts/found.html", context)


def start(request: HttpRequest) -> HttpResponse:
    """Send the bare address to Today."""
    return HttpResponseRedirect("/today")
