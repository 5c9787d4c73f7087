"""Leaving: one tap or one POST by the mail program; a GET never; twice is fine; undo and a reason if they like (C7)."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client

from regard.act.addresses import preferences_address, survey_address, unsubscribe_address
from regard.act.models import Message
from regard.collect.models import Touchpoint
from regard.consent.models import Consent
from regard.identify.models import Person
from regard.kernel.signing import sign
from tests.permission import may_contact

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def message(make_person: Callable[..., int], queue: Callable[..., Message]) -> Message:
    return queue(make_person("ok-1@example.org"))


@pytest.fixture
def page(message: Message) -> str:
    return urlsplit(unsubscribe_address(message.person.public_id, message.purpose, message.public_id)).path


def may(message: Message) -> bool:
    return bool(may_contact(message.person_id, message.purpose, "email", datetime.now(UTC)))


def test_one_click_leaves_at_once_without_cookie_login_or_redirect(page: str, message: Message, client: Client) -> None:
    strict = Client(enforce_csrf_checks=True)

    answer = strict.post(page, ONE_CLICK)

    assert (answer.status_code, dict(answer.cookies)) == (200, {})
    assert not may(message)
    message.refresh_from_db()
    assert message.state == Message.State.CANCELLED


def test_mail_programs_that_post_multipart_or_nothing_leave_too(page: str, message: Message) -> None:
    strict = Client(enforce_csrf_checks=True)

    assert strict.post(page, ONE_CLICK).status_code == 200
    assert strict.post(page, "", content_type="application/x-www-form-urlencoded").status_code == 200
    assert not may(message)


def test_twice_is_fine_and_writes_one_withdrawal(page: str, message: Message, client: Client) -> None:
    for _ in range(3):
        assert client.post(page, ONE_CLICK).status_code == 200

    assert Consent.objects.filter(person=message.person_id, state="withdrawn").count() == 1


def test_opening_or_previewing_the_page_changes_nothing(page: str, message: Message, client: Client) -> None:
    rows = (Consent.objects.count(), Touchpoint.objects.count())

    for _ in range(2):
        assert client.get(page).status_code == 200
        assert client.head(page).status_code == 200
        assert client.options(page).status_code == 405

    assert (Consent.objects.count(), Touchpoint.objects.count()) == rows
    assert may(message)


def test_leaving_by_the_page_can_be_undone(page: str, message: Message, client: Client) -> None:
    assert b"We have stopped" in client.post(page, {"leave": "1"}).content
    assert not may(message)

    assert b"You are back in" in client.post(page, {"undo": "1"}).content

    assert may(message)
    again = Consent.objects.filter(person=message.person_id, purpose="offers").latest("seq")
    assert again.source == "undo of leaving"
    assert again.wording_text == Consent.objects.filter(purpose="offers").earliest("seq").wording_text


def test_an_undo_never_makes_a_consent_that_was_not_there(make_person: Callable[..., int], client: Client) -> None:
    person = Person.objects.get(id=make_person("new@example.org", agreed=()))
    page = urlsplit(unsubscribe_address(person.public_id, "offers")).path

    client.post(page, {"undo": "1"})
    client.post(page, ONE_CLICK)
    client.post(page, {"undo": "1"})

    assert not Consent.objects.filter(person=person, state="granted").exists()


def test_a_reason_is_taken_after_the_fact(page: str, message: Message, client: Client) -> None:
    client.post(page, {"leave": "1"})
    client.post(page, {"reason": "too_many"})
    client.post(page, {"reason": "<script>"})

    reasons = Touchpoint.objects.filter(origin=message.person_id, name="Leaving Reason Given")
    assert [row.properties["reason"] for row in reasons] == ["too_many"]


def test_a_token_opens_its_own_door_only(message: Message, client: Client) -> None:
    person = message.person.public_id
    tokens = {
        "s": survey_address(message.public_id),
        "c": preferences_address(person),
        "u": unsubscribe_address(person, "offers", message.public_id),
    }
    for page in "scu":
        for made_for, address in tokens.items():
            token = address.rsplit("/", 1)[1]
            if made_for != page:
                assert client.get(f"/p/{page}/{token}").status_code == 404
                assert client.post(f"/p/{page}/{token}", ONE_CLICK).status_code == 404
    assert may(message)


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t[:-1] + ("A" if t[-1] != "A" else "B"),
        lambda t: ("A" if t[0] != "A" else "B") + t[1:],
        lambda t: t.replace(".", ""),
        lambda t: t + "x",
        lambda t: "",
        lambda t: "." * 10,
        lambda t: "x" * 4000,
        lambda t: "%00",
        lambda t: "é.é",
    ],
)
def test_a_changed_token_does_nothing(
    page: str, message: Message, client: Client, change: Callable[[str], str]
) -> None:
    head, token = page.rsplit("/", 1)

    answer = client.post(f"{head}/{change(token)}", ONE_CLICK)

    assert answer.status_code == 404
    assert may(message)


def test_a_token_for_another_person_or_list_leaves_only_that(make_person: Callable[..., int], client: Client) -> None:
    one, other = (Person.objects.get(id=make_person(f"ok-{n}@example.org")) for n in (1, 2))

    client.post(urlsplit(unsubscribe_address(one.public_id, "surveys")).path, ONE_CLICK)

    now = datetime.now(UTC)
    assert not may_contact(one.id, "surveys", "email", now)
    assert may_contact(one.id, "offers", "email", now)
    assert may_contact(other.id, "surveys", "email", now)


def test_an_old_link_still_leaves_when_its_message_is_long_gone(page: str, message: Message, client: Client) -> None:
    person = message.person_id
    message.delete()

    assert client.post(page, ONE_CLICK).status_code == 200
    assert not may_contact(person, "offers", "email", datetime.now(UTC))


def test_a_token_signed_with_another_secret_is_worth_nothing(message: Message, client: Client) -> None:
    payload = f"{message.person.public_id.hex}.offers.{uuid.uuid4().hex}"
    forged = sign("unsubscribe", payload, b"another secret of some length ....")
    used_elsewhere = sign("login", payload, settings.SECRET_KEY.encode())

    for token in (forged, used_elsewhere):
        assert client.post(f"/p/u/{token}", ONE_CLICK).status_code == 404
    assert may(message)
