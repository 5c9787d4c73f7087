"""Every route of the staff product, read from the URL map, with an example address that exists in the house."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.urls import URLPattern, URLResolver, get_resolver

from regard.staff.models import Role
from regard.staff.permissions import Capability
from tests.web.house import House

OTHERS = (
    "p/",
    "api/",
    "healthz",
    "readyz",
    "^api/",
)  # public pages and programs: tested by their owners


@dataclass(frozen=True)
class Route:
    """One route: its pattern, what it asks of a role (None: open to all) and the methods it takes."""

    pattern: str
    capability: Capability | None
    methods: tuple[str, ...]


def all_routes() -> list[Route]:
    """Return every route of ours; fails for a view that does not say who may open it."""
    found = []
    for pattern, view in _walk(get_resolver().url_patterns, ""):
        if pattern.startswith(OTHERS):
            continue
        assert pattern in UNGUARDED or hasattr(view, "capability"), f"{pattern} does not say who may open it"
        found.append(
            Route(
                pattern,
                getattr(view, "capability", None),
                getattr(view, "methods", ("GET", "HEAD")),
            )
        )
    return found


def _walk(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[tuple[str, Callable[..., object]]]:
    for one in patterns:
        path = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _walk(one.url_patterns, path)
        else:
            yield path, one.callback


UNGUARDED = {"", "static/<str:name>"}  # a redirect, and files that are the same for everybody


def example(route: Route, house: House) -> str:
    """Return an address of a route that exists. KeyError tells a new route to add its example here."""
    parts = {
        "name": "app.css",
        "token": house.link,
        "person_id": house.ines,
        "row_id": house.task.pk,
        "kind": "task",
        "verb": "done",
        "view_id": house.view.pk,
        "tag_id": house.tag,
        "promise_id": house.promise,
        "task_id": house.task.pk,
        "seq": house.joining,
        "proposal_id": house.proposal,
        "segment": "high-value",
        "step": "offer",
        "language": "en",
        "slug": "thank-high-value" if "journeys/" in route.pattern else "abandoned-cart",
        "public": house.message.public_id.hex,
        "key_id": house.key,
        "endpoint_id": house.endpoint,
        "user_id": house.staff[Role.VIEWER].pk,
        "batch_id": house.batch,
        "draft_id": house.draft,
        "version": house.version,
        "word": _word(route.pattern),
    }
    if "limits" in route.pattern:
        parts["kind"] = "restricted"
    address = route.pattern
    for name, value in parts.items():
        for converter in ("str", "int"):
            address = address.replace(f"<{converter}:{name}>", str(value))
    assert "<" not in address, f"no example for {route.pattern}: add it in tests/web/routes.py"
    return f"/{address}"


def _word(pattern: str) -> str:
    for part, word in (
        ("promises", "kept"),
        ("proposals", "apart"),
        ("settle", "arrived"),
        ("limits", "on"),
    ):
        if part in pattern:
            return word
    return ""


def form(house: House) -> dict[str, object]:
    """Return one form that every act takes: each reads what it knows and leaves the rest."""
    return {
        "name": "Something new",
        "scope": "write",
        "email": "new@example.org",
        "role": "viewer",
        "text": "Some words",
        "due": (house.now + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M"),
        "outcome": "Sorted out",
        "owner": str(house.staff[Role.AGENT].pk),
        "word": "erase",
        "days": "0",
        "kind": ["did"],
        "what": ["Order Completed"],
        "op": ["at_least"],
        "n": ["1"],
        "value": ["365"],
        "group": "all",
        "password": "quite a long new word",
        "query": "sort=value",
    }
