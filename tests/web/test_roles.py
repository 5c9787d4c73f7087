"""Every route by every role, made from the URL map (promise F1): who may, may; for all others it is not there."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from regard.staff.models import Role
from regard.staff.permissions import MATRIX, Capability, may
from tests.web.routes import Route, all_routes, example, form

pytestmark = pytest.mark.django_db
GUARDED = [r for r in all_routes() if r.capability is not None]
UNDOES = {"today/<str:kind>/<int:row_id>/<str:verb>/undo"}  # needs something done first: see test_today


def ask(client: Client, route: Route, house):
    address = example(route, house)
    if "POST" in route.methods:
        return client.post(address, form(house))
    return client.get(address)


@pytest.mark.parametrize("route", GUARDED, ids=lambda r: r.pattern)
def test_a_role_reaches_exactly_what_the_matrix_says(route, house, as_role):
    for role in [r for r in Role if not may(r, route.capability)]:
        reply = ask(as_role(role), route, house)
        assert reply.status_code == 404, f"{role} reached {route.pattern}"
    allowed = next(r for r in Role if may(r, route.capability))
    if route.pattern not in UNDOES:
        reply = ask(as_role(allowed), route, house)
        assert reply.status_code in (200, 204, 302), f"{allowed} was refused {route.pattern}"


@pytest.mark.parametrize("route", GUARDED, ids=lambda r: r.pattern)
def test_nobody_gets_in_without_signing_in(route, house):
    reply = ask(Client(), route, house)
    assert reply.status_code == 302
    assert reply.headers["Location"].startswith("/login")


@pytest.mark.parametrize("route", GUARDED, ids=lambda r: r.pattern)
def test_acts_take_no_get_and_pages_take_no_post(route, house, owner):
    address = example(route, house)
    reply = owner.get(address) if "POST" in route.methods else owner.post(address)
    assert reply.status_code == 405


def test_unknown_and_forbidden_look_alike(house, as_role):
    viewer = as_role(Role.VIEWER)
    pages = [
        viewer.get("/no/such/page"),
        viewer.get("/settings"),
        viewer.post("/settings/keys", form(house)),
        viewer.get("/customers/per_" + "0" * 32),
        viewer.get(f"/outbox/{'0' * 32}"),
    ]
    assert {page.status_code for page in pages} == {404}
    assert len({page.content for page in pages}) == 1


def test_somebody_elses_things_are_not_there(house, as_role):
    agent = as_role(Role.AGENT)
    assert agent.post(f"/customers/views/{house.view.pk}/delete").status_code == 404
    for address in (
        f"/customers/{house.wen}/tags/{house.tag}/delete",
        f"/customers/{house.wen}/promises/{house.promise}/kept",
        f"/customers/{house.wen}/tasks/{house.task.pk}/close",
        f"/customers/{house.wen}/joinings/{house.joining}/undo",
    ):
        assert agent.post(address, form(house)).status_code == 404, address


def test_every_capability_is_some_roles_and_the_owner_has_all():
    assert set(MATRIX) == set(Capability)
    assert all(Role.OWNER in roles for roles in MATRIX.values())
    assert not any(may(Role.VIEWER, c) for c in Capability if re.match("change|manage|erase|export|join|work", c))
