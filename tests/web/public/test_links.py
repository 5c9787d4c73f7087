"""Clicks lead only to what is stored for that message; opens and clicks are access records and nothing more (F9)."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client

from regard.act.addresses import click_address, open_address
from regard.act.models import Link, Message
from regard.collect.models import Touchpoint
from regard.consent.models import Consent
from regard.kernel.signing import sign

SHOP = "https://harbour-records.example/find?number=7"


@pytest.fixture
def message(make_person: Callable[..., int], queue: Callable[..., Message]) -> Message:
    message = queue(make_person("ok-1@example.org"))
    Link.objects.create(message=message, position=0, url=SHOP)
    return message


def path_of(address: str) -> str:
    return urlsplit(address).path


def test_a_click_leads_on_to_the_stored_link(message: Message, client: Client) -> None:
    answer = client.get(path_of(click_address(message.public_id, 0)))

    assert (answer.status_code, answer["Location"]) == (302, SHOP)
    assert answer["Referrer-Policy"] == "no-referrer"


def test_a_click_is_an_unconfirmed_access_record_once_an_hour(message: Message, client: Client) -> None:
    for _ in range(5):
        client.get(path_of(click_address(message.public_id, 0)))
    client.head(path_of(click_address(message.public_id, 0)))

    (row,) = Touchpoint.objects.filter(name="Email Link Clicked")
    assert row.context == {"confirmed": False}


def test_an_open_is_an_unconfirmed_access_record_and_a_picture(message: Message, client: Client) -> None:
    for _ in range(3):
        answer = client.get(path_of(open_address(message.public_id)))

    assert (answer["Content-Type"], answer.content[:6]) == ("image/gif", b"GIF89a")
    (row,) = Touchpoint.objects.filter(name="Email Opened")
    assert row.context == {"confirmed": False}


def test_a_picture_without_a_message_tells_nothing(client: Client, message: Message) -> None:
    ours = client.get(path_of(open_address(message.public_id)))
    stranger = client.get("/p/o/nonsense.gif")

    assert (ours.status_code, ours.content) == (stranger.status_code, stranger.content)


def test_neither_changes_consent(message: Message, client: Client) -> None:
    before = list(Consent.objects.values_list("seq", flat=True))

    client.get(path_of(click_address(message.public_id, 0)))
    client.get(path_of(open_address(message.public_id)))

    assert list(Consent.objects.values_list("seq", flat=True)) == before


ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "https://harbour-records.example@evil.example/",
    "https://evil.example/https://harbour-records.example/",
    "\thttps://evil.example",
    "https://evil.example%2f@harbour-records.example",
    "http://127.0.0.1/",
    "ftp://evil.example/",
    "https://evil.example/?u=https://harbour-records.example",
    "%2f%2fevil.example",
    "https://ⓔvil.example/",
    "https://harbour-records.example.evil.example/",
]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_no_address_from_outside_is_ever_followed(message: Message, client: Client, target: str) -> None:
    token = path_of(click_address(message.public_id, 0)).rsplit("/", 1)[1]
    signed = sign("click", target, settings.SECRET_KEY.encode())
    smuggled = sign("click", f"{message.public_id.hex}.{target}", settings.SECRET_KEY.encode())

    assert client.get(f"/p/l/{token}", {"u": target, "next": target, "url": target})["Location"] == SHOP
    for made in (signed, smuggled):
        answer = client.get(f"/p/l/{made}")
        assert (answer.status_code, answer.get("Location")) == (404, None)


def test_a_signature_is_bound_to_message_and_link(
    message: Message,
    make_person: Callable[..., int],
    queue: Callable[..., Message],
    client: Client,
    as_of: datetime,
) -> None:
    other = queue(make_person("ok-2@example.org"))
    Link.objects.create(message=other, position=1, url="https://harbour-records.example/other")
    token = path_of(click_address(message.public_id, 0)).rsplit("/", 1)[1]
    mac = token.partition(".")[2]
    body = path_of(click_address(other.public_id, 1)).rsplit("/", 1)[1].partition(".")[0]

    assert client.get(f"/p/l/{body}.{mac}").status_code == 404
    assert client.get(path_of(click_address(message.public_id, 1))).status_code == 404
    assert client.get(path_of(click_address(uuid.uuid4(), 0))).status_code == 404
