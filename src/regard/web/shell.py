"""What surrounds every staff page: navigation, counts where somebody must act, the sample banner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from regard.collect.models import Source
from regard.staff.models import User
from regard.staff.permissions import Capability, capabilities_of, may
from regard.web.playbook import currency_of
from regard.web.today.rows import count_waiting


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the navigation; `key` is the letter after `g`; `is_main` shows it on phones."""

    name: str
    address: str
    icon: str
    capability: Capability
    key: str
    group: str = ""
    is_main: bool = False


PLACES = (
    Place("Today", "/today", "sun", Capability.SEE_TODAY, "t", is_main=True),
    Place("Customers", "/customers", "users", Capability.SEE_PEOPLE, "c", is_main=True),
    Place("Segments", "/segments", "funnel", Capability.SEE_SEGMENTS, "s", is_main=True),
    Place(
        "Journeys",
        "/journeys",
        "route",
        Capability.SEE_JOURNEYS,
        "j",
        "Relationships",
        is_main=True,
    ),
    Place("Outbox", "/outbox", "send", Capability.SEE_OUTBOX, "o", "Relationships"),
    Place("Privacy", "/privacy", "shield-check", Capability.EXPORT_PERSON, "p", "Proof"),
    Place("Settings", "/settings", "settings", Capability.SEE_SETTINGS, "e", "Proof"),
)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return what the base template needs; nothing for anonymous visitors and parts of pages."""
    user = getattr(request, "user", None)
    if not isinstance(user, User) or not hasattr(request, "playbook"):
        return {"may": frozenset()}
    shared = {"may": capabilities_of(user.role), "currency": currency_of(request.playbook)}
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
        "is_sample": Source.objects.filter(kind=Source.Kind.SAMPLE).exists(),
        "company_name": request.playbook.company.name if request.playbook else "Regard",
    }
