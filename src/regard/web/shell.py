"""What surrounds every staff page: navigation, counts where somebody must act, the sample banner."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from regard.collect.selectors import has_sample
from regard.staff.permissions import capabilities_of, may
from regard.staff.selectors import signed_in
from regard.web.playbook import currency_of
from regard.web.rooms import PERMISSIONS, PLACES
from regard.web.today.rows import count_waiting


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return what the base template needs; nothing for anonymous visitors and parts of pages."""
    user = signed_in(getattr(request, "user", None))
    if user is None or not hasattr(request, "playbook"):
        return {"may": frozenset()}
    shared = {"may": capabilities_of(user.role, PERMISSIONS), "currency": currency_of(request.playbook)}
    if request.headers.get("HX-Request"):
        return shared
    groups: dict[str, list[dict[str, Any]]] = {}
    for place in PLACES:
        if may(user.role, place.capability):
            is_here = request.path == place.address or request.path.startswith(place.address + "/")
            groups.setdefault(place.group, []).append({"place": place, "is_here": is_here})
    return shared | {
        "groups": groups,
        "waiting": count_waiting(request.now),  # type: ignore[attr-defined]
        "is_sample": has_sample(),
        "company_name": request.playbook.company.name if request.playbook else "Regard",
    }
