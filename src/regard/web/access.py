"""Who may open a page or do an act: one decorator a view, read by the matrix test from the URL map.

Unknown and forbidden look alike: both are the same 404 page (promise F1).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any, cast
from urllib.parse import quote
from zoneinfo import ZoneInfo, available_timezones

from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.utils import timezone

from regard.playbooks.model import Playbook
from regard.staff.contracts import SignedIn
from regard.staff.permissions import Capability, Permission, may
from regard.staff.selectors import signed_in
from regard.web.auditing import note_act
from regard.web.playbook import playbook_or_none

View = Callable[..., Any]  # takes a request, returns a response


class StaffRequest(HttpRequest):
    """A request of a member of staff at one instant: views read `now` here and nowhere else."""

    user: SignedIn  # type: ignore[assignment]
    now: datetime
    zone: ZoneInfo
    playbook: Playbook | None  # the active one, read once a request


def page(capability: Capability | Permission) -> Callable[[View], View]:
    """Make a view that is read with GET (or HEAD) by those who have the capability."""
    return _guard(capability, ("GET", "HEAD"))


def act(capability: Capability | Permission) -> Callable[[View], View]:
    """Make a view that changes something: POST only, so every GET is safe (promise F13)."""
    return _guard(capability, ("POST",))


def open_to_all(*methods: str) -> Callable[[View], View]:
    """Make a view that anybody may open, such as the login page."""

    def wrap(view: View) -> View:
        @wraps(view)
        def opened(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            if request.method not in methods:
                return HttpResponseNotAllowed(methods)
            cast(Any, request).now = datetime.now(UTC)
            answer: HttpResponseBase = view(request, *args, **kwargs)
            return answer

        cast(Any, opened).methods, cast(Any, opened).capability = methods, None
        return opened

    return wrap


def _guard(capability: Capability | Permission, methods: tuple[str, ...]) -> Callable[[View], View]:
    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            user = signed_in(request.user)
            if user is None:
                return _to_login(request)
            if not may(user.role, capability):
                raise Http404
            if request.method not in methods:
                return HttpResponseNotAllowed(methods)
            staff_request = cast(StaffRequest, request)
            staff_request.now = datetime.now(UTC)
            staff_request.playbook = playbook_or_none()
            staff_request.zone = zone_of(user, staff_request.playbook)
            with timezone.override(staff_request.zone):
                response: HttpResponseBase = view(staff_request, *args, **kwargs)
            if request.method == "POST" and response.status_code < 400:
                by = f"staff:{user.pk}"
                note_act(request=request, by=by, verb=view.__name__, target=kwargs, now=staff_request.now)
            return response

        cast(Any, guarded).methods, cast(Any, guarded).capability = methods, capability
        return guarded

    return wrap


def _to_login(request: HttpRequest) -> HttpResponse:
    """Send to the login page; a part asked for by htmx moves the whole page there."""
    goal = request.get_full_path() if request.method in ("GET", "HEAD") else "/today"
    address = f"/login?next={quote(goal)}"
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=204)
        response.headers["HX-Redirect"] = "/login"
        return response
    return HttpResponseRedirect(address)


def zone_of(user: SignedIn, playbook: Playbook | None) -> ZoneInfo:
    """Return the zone a member of staff reads times in: their own, else the company's, else UTC."""
    name = user.time_zone or (playbook.company.time_zone if playbook else "")
    return ZoneInfo(name if name in available_timezones() else "UTC")
