"""Sessions end when they should (promise F3)."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client

from regard.staff.models import Role
from regard.staff.services import change_role, set_active, set_password

pytestmark = pytest.mark.django_db
RIGHT = {"email": "agent@example.org", "password": "a long enough word"}


@pytest.fixture
def agent(house) -> Client:
    client = Client()
    client.post("/login", RIGHT)
    assert client.get("/today").status_code == 200
    return client


def is_out(client: Client) -> bool:
    return client.get("/today").status_code == 302


def test_a_new_role_ends_sessions(house, agent):
    change_role(user_id=house.staff[Role.AGENT].pk, role=Role.LEAD)
    assert is_out(agent)


def test_a_new_password_ends_the_other_sessions_and_keeps_ones_own(house, agent):
    other = Client()
    other.post("/login", RIGHT)
    agent.post("/me/password", {"password": "quite a long new word"})
    assert not is_out(agent)
    assert is_out(other)


def test_switching_somebody_off_ends_their_sessions(house, agent):
    set_active(user_id=house.staff[Role.AGENT].pk, is_active=False)
    assert is_out(agent)


def test_a_password_set_by_somebody_else_ends_sessions(house, agent):
    set_password(user_id=house.staff[Role.AGENT].pk, password="another long word")
    assert is_out(agent)


def test_signing_out_ends_the_session_on_the_server_too(house, agent):
    stolen = agent.cookies[settings.SESSION_COOKIE_NAME].value
    agent.post("/logout")
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = stolen
    assert is_out(thief)


def test_signing_in_gives_a_new_id(house):
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = "fixed-by-somebody-else-00000000"
    client.post("/login", RIGHT)
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != "fixed-by-somebody-else-00000000"


def test_sessions_last_twelve_hours_at_most():
    assert settings.SESSION_COOKIE_AGE <= 12 * 3600
