"""Signing in: limits without locking the owner out (F4), links that work once, no way to another site (F9)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from regard.staff.models import LoginTry, Role
from regard.staff.services import (
    TRIES_PER_ACCOUNT,
    TooManyTries,
    check_password,
    create_login_link,
    use_login_link,
)

pytestmark = pytest.mark.django_db
WRONG = {"email": "owner@example.org", "password": "not the word"}
RIGHT = {"email": "owner@example.org", "password": "a long enough word"}


def test_the_tenth_wrong_try_is_refused_and_so_is_the_right_word_after_it(house):
    client = Client()
    codes = [client.post("/login", WRONG).status_code for _ in range(12)]
    assert codes == [401] * 9 + [429] * 3
    assert client.post("/login", RIGHT).status_code == 429


def test_unknown_people_get_the_same_words_and_status(house):
    known = Client().post("/login", WRONG)
    unknown = Client().post("/login", {**WRONG, "email": "nobody@example.org"})
    assert known.status_code == unknown.status_code == 401
    strip = [
        page.content.decode().replace("nobody@", "owner@").split("csrfmiddlewaretoken")[0] for page in (known, unknown)
    ]
    assert strip[0] == strip[1]


def test_an_unknown_persons_password_is_hashed_all_the_same(house, monkeypatch):
    hashed = []
    original = type(house.staff[Role.OWNER]).set_password
    monkeypatch.setattr(
        type(house.staff[Role.OWNER]),
        "set_password",
        lambda self, raw: (hashed.append(raw), original(self, raw)),
    )
    Client().post("/login", {"email": "nobody@example.org", "password": "whatever it is"})
    assert hashed == ["whatever it is"]


def test_the_next_quarter_hour_starts_anew(house):
    client = Client()
    for _ in range(10):
        client.post("/login", WRONG)
    LoginTry.objects.update(at=house.now - timedelta(minutes=16))
    assert client.post("/login", RIGHT).status_code == 302


def test_strangers_cannot_lock_the_owner_out_of_a_device_they_used_before(house):
    mine = Client()
    mine.post("/login", RIGHT)
    mine.post("/logout")

    def strange(number: int) -> None:
        check_password(
            email=RIGHT["email"],
            password="guess",
            address=f"198.51.100.{number}",
            is_known_device=False,
            secret=b"s" * 32,
            now=house.now,
        )

    for number in range(TRIES_PER_ACCOUNT):
        strange(number)
    with pytest.raises(TooManyTries):
        strange(250)
    assert mine.post("/login", RIGHT).status_code == 302


def test_a_link_signs_in_once_and_looking_at_it_does_not_use_it_up(house):
    client = Client()
    address = f"/login/{house.link}"
    assert client.get(address).status_code == 200
    assert Client().get(address).status_code == 200
    assert client.post(address).headers["Location"] == "/today"
    assert client.get("/today").status_code == 200
    assert Client().post(address).status_code == 401


def test_a_link_dies_with_its_time_and_with_its_user(house):
    user = house.staff[Role.AGENT]
    token = create_login_link(user_id=user.pk, now=house.now)
    assert use_login_link(token=token, now=house.now + timedelta(minutes=31)) is None
    user.is_active = False
    user.save()
    assert use_login_link(token=token, now=house.now) is None


@pytest.mark.parametrize(
    "goal",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "http:evil.example",
        "\t//evil",
    ],
)
def test_after_signing_in_nobody_is_sent_elsewhere(house, goal):
    reply = Client().post("/login", {**RIGHT, "next": goal})
    assert reply.headers["Location"] == "/today"


def test_after_signing_in_one_comes_where_one_wanted_to_go(house):
    reply = Client().post("/login", {**RIGHT, "next": "/customers?sort=value"})
    assert reply.headers["Location"] == "/customers?sort=value"
