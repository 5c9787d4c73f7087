"""Writing consents: at once, once, and without telling the writer anything."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from regard.identify.models import Person
from regard.identify.selectors import find_person
from tests.api.conftest import Api
from tests.cast.consents import an_offer_waits, told_of_leaving
from tests.permission import may_contact

ADA = {"identifiers": {"email": "ada@tideline.example"}, "purpose": "offers"}


def may(who: str) -> bool:
    return bool(may_contact(find_person(who), "offers", "email", datetime.now(UTC)))


def test_a_grant_and_a_withdrawal_hold_when_they_are_answered(writer: Api):
    assert not may("ada")
    assert writer.post("consents", {**ADA, "state": "granted"}).status_code == 201
    assert may("ada")
    assert writer.post("consents", {**ADA, "state": "withdrawn"}).status_code == 201
    assert not may("ada")


def test_a_withdrawal_cancels_what_waits_and_is_told_once(writer: Api):
    writer.post("consents", {**ADA, "state": "granted"})
    ada = find_person("ada")
    offer = an_offer_waits(ada, now=datetime.now(UTC))

    writer.post("consents", {**ADA, "state": "withdrawn"}, idempotency_key="gone")
    writer.post("consents", {**ADA, "state": "withdrawn"}, idempotency_key="gone")

    offer.refresh_from_db()
    assert (offer.state, offer.note) == ("cancelled", "Withdrawn before it was handed over")
    assert told_of_leaving(ada) == ["Withdrew offers", "Agreed to offers"]


def test_a_withdrawal_of_long_ago_with_a_grant_since_cancels_nothing(writer: Api):
    writer.post("consents", {**ADA, "state": "granted"})
    ada = find_person("ada")
    offer = an_offer_waits(ada, now=datetime.now(UTC))

    old = (datetime.now(UTC) - timedelta(days=3)).isoformat()
    assert writer.post("consents", {**ADA, "state": "withdrawn", "occurred_at": old}).status_code == 201

    offer.refresh_from_db()
    assert offer.state == "queued"
    assert may("ada")


def test_the_same_key_writes_once_and_answers_the_same(writer: Api):
    first = writer.post("consents", {**ADA, "state": "granted"}, idempotency_key="a1")
    again = writer.post("consents", {**ADA, "state": "granted"}, idempotency_key="a1")
    assert first.json() == again.json()
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"


def test_the_same_key_for_another_word_is_refused(writer: Api):
    writer.post("consents", {**ADA, "state": "granted"}, idempotency_key="a1")
    other = writer.post("consents", {**ADA, "state": "withdrawn"}, idempotency_key="a1")
    assert other.status_code == 422
    assert other.json()["errors"][0]["code"] == "key_reused"
    assert may("ada")


def test_a_late_grant_never_undoes_a_later_withdrawal(writer: Api):
    writer.post("consents", {**ADA, "state": "withdrawn"})
    old = (datetime.now(UTC) - timedelta(days=3)).isoformat()
    assert writer.post("consents", {**ADA, "state": "granted", "occurred_at": old}).status_code == 201
    assert not may("ada")


def test_the_answer_is_the_same_for_known_and_unknown_people(writer: Api):
    known = writer.post("consents", {**ADA, "state": "granted"})
    unknown = writer.post("consents", {**ADA, "identifiers": {"email": "new@tideline.example"}, "state": "granted"})
    assert known.status_code == unknown.status_code == 201
    assert set(known.json()) == set(unknown.json()) == {"id", "purpose", "channel", "state"}
    assert may("new@tideline.example")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"purpose": "of nobody"}, "#/purpose"),
        ({"channel": "pigeon"}, "#/channel"),
        ({"wording": "v99"}, "#/wording"),
        ({"state": "maybe"}, "#/state"),
        ({"occurred_at": "2999-01-01T00:00:00Z"}, "#/occurred_at"),
        ({"occurred_at": "soon"}, "#/occurred_at"),
        ({"identifiers": {"user_id": "null"}}, "#/identifiers"),
        ({"identifiers": {}}, "#/"),
        ({"is_admin": True}, "#/is_admin"),
    ],
)
def test_what_does_not_fit_is_pointed_at_and_nothing_is_written(writer: Api, change: dict, pointer: str):
    people = Person.objects.count()
    answer = writer.post("consents", {**ADA, "state": "granted", **change})
    assert answer.status_code == 422
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]
    assert Person.objects.count() == people
    assert not may("ada")


@pytest.mark.parametrize("body", ["", "{", "[]", '"x"', "{}", "\x00", '{"purpose": "\\ud800"}', '{"a":' * 500])
def test_a_body_that_is_no_consent_is_refused(writer: Api, body: str):
    assert writer.post("consents", body).status_code in (400, 422)
