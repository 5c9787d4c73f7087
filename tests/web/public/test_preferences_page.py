"""The preference page: what holds is shown, what is saved holds at once, a pause pauses, and nothing leaks (C7, F14)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client

from regard.act.addresses import preferences_address
from regard.act.channels.email.transport import Outbox
from regard.act.models import HumanTask, Message
from regard.act.services import claim, deliver
from regard.collect.models import Touchpoint
from regard.consent.models import Consent
from regard.identify.models import Person
from regard.playbooks.model import Playbook
from tests.permission import may_contact

ALL_ON = {"offers.email": "on", "surveys.email": "on", "referrals.email": "on", "pace": "normal"}


@pytest.fixture
def person(make_person: Callable[..., int]) -> int:
    return make_person("ines@example.org", last_name="Albrecht", phone="+442071838750")


@pytest.fixture
def page(person: int) -> str:
    return urlsplit(preferences_address(Person.objects.get(id=person).public_id)).path


def may(person: int, purpose: str) -> bool:
    return bool(may_contact(person, purpose, "email", datetime.now(UTC)))


def test_looking_changes_nothing(page: str, client: Client) -> None:
    rows = (Consent.objects.count(), Touchpoint.objects.count(), HumanTask.objects.count())

    for address in (
        page,
        f"{page}?saved=1",
        f"{page}?asked=copy",
        f"{page}?stop=1&offers.email=on",
    ):
        assert client.get(address).status_code == 200
        assert client.head(address).status_code == 200

    assert (Consent.objects.count(), Touchpoint.objects.count(), HumanTask.objects.count()) == rows


def test_saving_without_a_change_writes_no_new_word(page: str, client: Client) -> None:
    before = Consent.objects.count()

    assert client.post(page, ALL_ON).status_code == 303

    assert Consent.objects.count() == before


def test_what_is_unticked_is_withdrawn_at_once_and_what_is_ticked_is_granted_with_its_wording(
    page: str, person: int, playbook: Playbook, client: Client
) -> None:
    client.post(page, {"surveys.email": "on", "pace": "normal"})
    assert (may(person, "offers"), may(person, "surveys"), may(person, "referrals")) == (
        False,
        True,
        False,
    )

    client.post(page, ALL_ON)

    assert may(person, "offers")
    word = Consent.objects.filter(person=person, purpose="offers").latest("seq")
    wording = playbook.purposes["offers"].wordings[-1]
    assert (word.source, word.wording, word.channel) == (
        "preference page",
        wording.version,
        "email",
    )
    assert word.wording_text


def test_stopping_everything_stops_everything_that_can_be_left(page: str, person: int, client: Client) -> None:
    client.post(page, {**ALL_ON, "stop": "1"})

    assert not any(may(person, purpose) for purpose in ("offers", "surveys", "referrals"))
    assert may(person, "order_news")


def send(playbook: Playbook, now: datetime) -> None:
    taken = claim(playbook=playbook, now=now, worker="w").messages
    deliver(messages=taken, playbook=playbook, opened=lambda _: Outbox(), worker="w", clock=lambda: now)


def noon_in(days: int) -> datetime:
    return datetime.now(UTC).replace(hour=12, minute=0) + timedelta(days=days)


def test_a_pause_holds_letters_for_a_month_and_then_lets_them_go(
    page: str, person: int, playbook: Playbook, queue: Callable[..., Message], client: Client
) -> None:
    client.post(page, {**ALL_ON, "pace": "pause"})
    message = queue(person)

    send(playbook, noon_in(1))
    held = Message.objects.get(id=message.id)
    send(playbook, noon_in(32))

    assert (held.state, held.note) == ("queued", "Asked for a pause")
    assert Message.objects.get(id=message.id).state == "sent"


def test_less_often_is_at_most_once_a_month(
    page: str, person: int, playbook: Playbook, queue: Callable[..., Message], client: Client
) -> None:
    client.post(page, {**ALL_ON, "pace": "less"})
    queue(person, key="one")
    send(playbook, noon_in(1))
    second = queue(person, key="two", at=noon_in(20))

    send(playbook, noon_in(20))
    held = Message.objects.get(id=second.id)
    send(playbook, noon_in(32))

    assert (held.state, held.note) == ("queued", "Asked to hear from us at most once a month")
    assert Message.objects.get(id=second.id).state == "sent"


def test_a_wish_for_ones_data_becomes_one_task_a_day(page: str, client: Client) -> None:
    for _ in range(3):
        client.post(page, {"ask": "copy"})
    client.post(page, {"ask": "delete"})
    client.post(page, {"ask": "anything"})

    assert sorted(HumanTask.objects.values_list("kind", flat=True)) == [
        "access_request",
        "erasure_request",
    ]


def test_a_letter_passed_on_shows_no_address(page: str, client: Client) -> None:
    shown = client.get(page).content.decode()

    assert "Albrecht" in shown
    assert "ines@example.org" not in shown
    assert "2071838750" not in shown


def test_every_page_is_strict_and_light(page: str, client: Client) -> None:
    answer = client.get(page)

    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "script-src" not in policy
    assert (answer["Referrer-Policy"], answer["Cache-Control"]) == ("no-referrer", "no-store")
    assert "Set-Cookie" not in answer
    assert "Cookie" not in answer.get("Vary", "")
    assert b"<script" not in answer.content
    assert b"style=" not in answer.content
    assert len(answer.content) + len(client.get("/static/public.css").content) < 30_000


def test_who_reads_german_finds_every_purpose_in_german(
    make_person: Callable[..., int], client: Client, playbook: Playbook
) -> None:
    person = make_person("maren@example.org", language="de", country="AT", postal_code="1010")
    page = urlsplit(preferences_address(Person.objects.get(id=person).public_id)).path

    html = client.get(page).content.decode()

    for purpose in playbook.purposes.values():
        assert purpose.translations["de"].name in html
        assert purpose.name not in html
        assert purpose.why not in html
    for label, value in (
        ("Land", "Österreich"),
        ("Sprache", "Deutsch"),
        ("Postleitzahl", "gespeichert"),
    ):
        assert re.search(f"<dt>{label}</dt><dd><bdi>{value}", html)
