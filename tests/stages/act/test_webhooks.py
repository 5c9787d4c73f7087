"""Webhooks: signed, told once by their id, within the purpose, tried again by schedule and stopped for good (C10)."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from uuid import UUID

import pytest
from django.conf import settings
from standardwebhooks.webhooks import WebhookVerificationError

from regard import flow
from regard.act.channels.webhook.handover import rest_of
from regard.act.channels.webhook.signing import signed_headers
from regard.act.models import Delivery, Endpoint, Message
from regard.act.services import Lanes, begin, claim, prune_deliveries, render_samples, settle_leases
from regard.act.services.endpoints import (
    PAUSE_AFTER,
    add_endpoint,
    exchange_key,
    switch_endpoint,
    try_endpoint,
)
from regard.collect.models import Touchpoint
from regard.decide.models import Decision
from regard.identify.models import Person
from regard.kernel.issues import Refused
from regard.playbooks.editing.parts import write_part
from regard.playbooks.load import load_playbook, read_yaml
from regard.privacy.erasing import erase_person
from regard.versions.selectors import active_text
from regard.versions.services import apply_playbook
from tests.cast.consents import withdraws
from tests.stages.act.erp import LOOPBACK, Erp, journey, now_of, send, text_with

pytestmark = pytest.mark.django_db(transaction=True)  # what is due is told in lanes: threads see what was committed
MOMENT = threading.Event()  # never set: a short wait
HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)


def test_the_signature_is_that_of_the_published_example() -> None:
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    headers = signed_headers(
        event="msg_p5jXN8AQM9LWM0D4loKWxJek", at_s=1614265330, body=b'{"test": 2432232314}', keys=[key]
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_step_tells_the_endpoint_once_signed_and_within_its_purpose(erp: Erp, as_of: datetime) -> None:
    erp.is_told()
    message = erp.come_by()

    send(as_of)
    flow.run_cycle(as_of=as_of + HOUR)
    send(as_of + HOUR)

    (taken,) = erp.inbox.taken
    told = erp.verified()  # by the library, within its five minutes
    assert told["type"] == "customer.thanked"
    assert told["data"]["fields"] == {"first_name": "Ines", "country": "GB"}
    assert told["data"]["person"] == f"per_{message.person.public_id.hex}"
    assert b"ines@example.org" not in taken.body
    assert (now_of(message).state, now_of(message).transport) == ("sent", "webhook:erp")
    assert Decision.objects.get(id=message.decision_id).outcome == "sent"
    (deed,) = Touchpoint.objects.filter(name="Webhook Sent")
    assert (deed.direction, deed.properties["endpoint"]) == ("none", "erp")
    (row,) = Delivery.objects.all()
    assert (row.status, row.outcome, row.message_id) == (204, "sent", message.id)
    assert not Touchpoint.objects.filter(name="Message Sent").exists()


def test_a_field_outside_of_the_purpose_is_refused_by_the_check() -> None:
    loaded = load_playbook(text_with(journey("order_news", "first_name", "birth_date")))

    assert any("does not allow 'birth_date'" in str(issue) for issue in loaded.issues)
    assert [i.code for i in loaded.issues if "birth_date" in str(i)] == ["field_not_allowed"]


def test_a_purpose_narrowed_since_stops_what_is_decided_and_what_is_queued(erp: Erp, as_of: datetime) -> None:
    erp.is_told()
    message = erp.come_by()
    narrow = read_yaml((active_text() or ("", ""))[0])
    narrow["purposes"]["order_news"]["fields"].remove("country")
    narrow["journeys"]["tell-erp"] = journey("order_news", "first_name")
    apply_playbook(text=write_part(narrow), by="test", now=as_of)

    send(as_of)

    assert erp.inbox.taken == []
    assert now_of(message).state == "cancelled"
    assert "country" in now_of(message).note


@pytest.mark.parametrize("agreed", [(), ("offers",)])
def test_without_a_yes_nothing_of_a_consent_purpose_is_told(
    erp: Erp, make_person: Callable[..., int], as_of: datetime, agreed: tuple[str, ...]
) -> None:
    erp.is_told("offers", "first_name")
    person = make_person("ben@example.org", agreed=agreed)
    erp.sees(person)
    send(as_of)

    decision = Decision.objects.get(person_id=person, step="tell")
    assert (decision.verdict == "go") == bool(agreed)
    assert len(erp.inbox.taken) == len(agreed)


def test_who_withdraws_while_it_waits_is_not_told_of(erp: Erp, as_of: datetime) -> None:
    erp.is_told("offers", "first_name")
    message = erp.come_by()

    withdraws(person=message.person_id, purpose="offers", source="api", now=as_of)
    send(as_of)

    assert erp.inbox.taken == []
    assert now_of(message).state == "cancelled"


@pytest.mark.parametrize("status", [500, 502, 503, 429, 408])
def test_what_may_pass_is_tried_again_under_the_same_id_with_a_new_time(erp: Erp, as_of: datetime, status: int) -> None:
    erp.is_told()
    message = erp.come_by()
    erp.answers(status, 200)

    send(as_of)
    first = now_of(message)
    send(as_of + timedelta(seconds=30))
    early = now_of(message)
    send(as_of + 2 * MINUTE)

    assert (first.state, early.tries, now_of(message).state) == ("deferred", 1, "sent")
    one, two = erp.inbox.taken
    assert one.headers["webhook-id"] == two.headers["webhook-id"]
    assert one.headers["webhook-timestamp"] < two.headers["webhook-timestamp"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 302])
def test_what_cannot_pass_fails_at_once_and_says_why(erp: Erp, as_of: datetime, status: int) -> None:
    erp.is_told()
    message = erp.come_by()
    erp.answers((status, {"Location": erp.receiver.url("/inside")}))

    send(as_of)
    send(as_of + 5 * DAY)

    assert (now_of(message).state, len(erp.inbox.taken)) == ("refused", 1)
    assert str(status) in now_of(message).note
    assert Decision.objects.get(id=message.decision_id).outcome == "failed"


def test_410_switches_the_endpoint_off(erp: Erp, as_of: datetime) -> None:
    erp.is_told()
    erp.answers(410)
    erp.come_by("one@example.org")
    send(as_of)
    second = erp.come_by("two@example.org", at=as_of + HOUR)

    send(as_of + HOUR)

    assert len(erp.inbox.taken) == 1
    assert "410" in Endpoint.objects.get().off_because
    assert (now_of(second).state, "switched off" in now_of(second).note) == ("refused", True)


def test_it_is_given_up_after_days_of_trying(erp: Erp, as_of: datetime) -> None:
    erp.is_told()
    message = erp.come_by()
    erp.answers(500)

    at, times = as_of, []
    while now_of(message).state in ("queued", "deferred"):
        send(at)
        times.append(at)
        at = max(now_of(message).due_at, at)
        assert len(times) < 50

    assert now_of(message).state == "refused"
    assert "given up after 10 tries" in now_of(message).note
    assert len(erp.inbox.taken) == 10
    assert 2 * DAY < times[-1] - times[0] < 5 * DAY
    assert len({taken.headers["webhook-id"] for taken in erp.inbox.taken}) == 1


def test_retry_after_is_honoured(erp: Erp, as_of: datetime) -> None:
    erp.is_told()
    first, other = erp.come_by("one@example.org"), erp.come_by("two@example.org")
    erp.answers((429, {"Retry-After": "7200"}), 200)

    send(as_of)
    send(as_of + HOUR)

    assert len(erp.inbox.taken) == 1, "the whole endpoint is left alone, as it asked"
    assert min(now_of(first).due_at, now_of(other).due_at) >= as_of + 2 * HOUR
    send(as_of + 2 * HOUR + MINUTE)
    assert {now_of(first).state, now_of(other).state} == {"sent"}


@pytest.mark.parametrize(
    ("told", "seconds"),
    [("120", 120), ("0", 0), ("", 0), ("soon", 0), ("-5", 0), ("99999999999", 86_400), ("²", 0)],
)
def test_every_retry_after_is_read_or_ignored(told: str, seconds: int, as_of: datetime) -> None:
    assert rest_of(told, as_of) == seconds
    assert rest_of(format_datetime(as_of + HOUR, usegmt=True), as_of) == 3600
    assert rest_of(format_datetime(as_of - HOUR, usegmt=True), as_of) == 0


def test_an_endpoint_that_fails_in_a_row_rests_and_costs_nobody_a_try(erp: Erp, as_of: datetime) -> None:
    erp.is_told()
    erp.answers(500)
    messages = [erp.come_by(f"p{n}@example.org") for n in range(PAUSE_AFTER + 3)]

    send(as_of)

    assert len(erp.inbox.taken) == PAUSE_AFTER
    waiting = [now_of(m) for m in messages if now_of(m).tries == 0]
    assert len(waiting) == 3
    assert {m.state for m in waiting} == {"queued"}
    erp.answers(200)
    send(as_of + 10 * MINUTE)
    assert {now_of(m).state for m in messages} == {"sent"}
    assert Endpoint.objects.get().failures == 0


def test_what_a_killed_worker_began_goes_again_under_the_same_id(erp: Erp, as_of: datetime) -> None:
    playbook = erp.is_told()
    message = erp.come_by()
    claimed = claim(playbook=playbook, now=as_of, worker="killed")
    assert begin(message_id=claimed.messages[0], worker="killed", now=as_of)

    settle_leases(now=as_of + HOUR)
    send(as_of + HOUR)

    assert (now_of(message).state, len(erp.inbox.taken)) == ("sent", 1)
    assert erp.inbox.taken[0].headers["webhook-id"] == message.message_id_header


def test_an_endpoint_that_does_not_answer_holds_up_neither_letters_nor_other_endpoints(
    erp: Erp, queue: Callable[..., Message], make_person: Callable[..., int], as_of: datetime
) -> None:
    erp.is_told()
    held = erp.come_by()
    Endpoint.objects.filter(id=erp.endpoint.pk).update(url=erp.receiver.url("/held"))
    add_endpoint(name="desk", url=erp.receiver.url("/desk"), by="x", now=as_of, allowed_range=LOOPBACK)
    erp.is_told(endpoint="desk")
    other, letter = erp.come_by("two@example.org"), queue(make_person("letter@example.org"))
    lanes = Lanes()
    flow.tell_others(clock=lambda: as_of, worker="w1", lanes=lanes)
    erp.inbox.wait_for("/held", 1)

    flow.send_letters(clock=lambda: as_of, worker="w1")
    erp.inbox.wait_for("/desk", 1)
    third = erp.come_by("three@example.org", at=as_of + HOUR)
    while now_of(other).state != "sent":
        MOMENT.wait(0.01)
    flow.tell_others(clock=lambda: as_of + HOUR, worker="w1", lanes=lanes)
    erp.inbox.wait_for("/desk", 2)

    assert (now_of(held).state, now_of(letter).state) == ("claimed", "sent")
    erp.inbox.go_on.set()
    lanes.close()
    assert {now_of(m).state for m in (held, other, third)} == {"sent"}


def test_an_endpoint_is_read_strictly_and_its_key_is_nowhere_in_the_database(as_of: datetime) -> None:
    for name, url, allowed in (
        ("erp", "http://example.org/", ""),
        ("ERP", "https://example.org/", ""),
        ("erp", "https://user:pw@example.org/", ""),
        ("erp", "https://example.org/", "0.0.0.0/0"),
    ):
        with pytest.raises(Refused):
            add_endpoint(name=name, url=url, by="x", now=as_of, allowed_range=allowed)

    made = add_endpoint(name="erp", url="https://example.org/in", by="x", now=as_of)
    with pytest.raises(Refused):
        add_endpoint(name="erp", url="https://example.org/other", by="x", now=as_of)
    assert len(base64.b64decode(made.secret.removeprefix("whsec_"))) == 32
    row = Endpoint.objects.values().get()
    assert made.secret.removeprefix("whsec_") not in str(row)
    assert isinstance(row["public_id"], UUID)
    assert settings.SECRET_KEY not in str(row)


def test_an_exchanged_key_signs_beside_the_old_one_for_a_day(erp: Erp, as_of: datetime) -> None:
    old, new = erp.key, exchange_key(endpoint_id=erp.endpoint.pk, now=as_of)
    assert new.secret != old.secret

    erp.now = as_of + HOUR
    try_endpoint(endpoint_id=erp.endpoint.pk, now=erp.now)
    erp.verified(old.secret)
    erp.verified(new.secret)
    erp.now = as_of + 25 * HOUR
    try_endpoint(endpoint_id=erp.endpoint.pk, now=erp.now)
    erp.verified(new.secret)
    with pytest.raises(WebhookVerificationError):
        erp.verified(old.secret)


def test_what_was_tampered_with_or_is_old_does_not_verify(erp: Erp, as_of: datetime) -> None:
    try_endpoint(endpoint_id=erp.endpoint.pk, now=as_of)
    erp.verified()
    taken = erp.inbox.taken[0]

    erp.inbox.taken[0] = replace(taken, body=taken.body.replace(b"true", b"null"))
    with pytest.raises(WebhookVerificationError, match="signature"):
        erp.verified()
    erp.inbox.taken[0], erp.now = taken, as_of + 6 * MINUTE
    with pytest.raises(WebhookVerificationError, match="too old"):
        erp.verified()


def test_a_trial_says_what_came_of_it_and_is_about_nobody(erp: Erp, as_of: datetime) -> None:
    erp.answers(200, 404)

    good, bad = (try_endpoint(endpoint_id=erp.endpoint.pk, now=as_of) for _ in range(2))

    assert (good.status, bad.status) == (200, 404)
    assert json.loads(erp.inbox.taken[0].body)["data"] == {"is_test": True}
    assert set(Delivery.objects.values_list("message_id", flat=True)) == {None}


def test_switched_off_fails_with_the_reason_and_on_again_goes_on(erp: Erp, as_of: datetime) -> None:
    erp.is_told()
    switch_endpoint(endpoint_id=erp.endpoint.pk, is_on=False, because="moving house", now=as_of)
    first = erp.come_by("one@example.org")
    send(as_of)
    assert "moving house" in now_of(first).note

    switch_endpoint(endpoint_id=erp.endpoint.pk, is_on=True, because="", now=as_of)
    second = erp.come_by("two@example.org", at=as_of + HOUR)
    send(as_of + HOUR)
    assert [now_of(m).state for m in (first, second)] == ["refused", "sent"]


def test_an_endpoint_nobody_added_is_a_failure_with_a_hint(erp: Erp, as_of: datetime) -> None:
    Endpoint.objects.all().delete()
    erp.is_told()
    message = erp.come_by()

    send(as_of)

    assert now_of(message).state == "refused"
    assert "no endpoint is called 'erp'" in now_of(message).note


def test_people_of_the_sample_are_never_told_of_but_one_sees_what_would_be(
    erp: Erp, make_person: Callable[..., int], as_of: datetime
) -> None:
    playbook = erp.is_told()
    person = make_person("made@example.org", country="GB")
    Person.objects.filter(id=person).update(is_sample=True)
    erp.sees(person)
    send(as_of)
    render_samples(playbook=playbook)

    message = Message.objects.get(person_id=person, channel="webhook")
    assert (message.state, erp.inbox.taken) == ("sample", [])
    assert json.loads(message.text)["data"]["fields"] == {"first_name": "Ines", "country": "GB"}


def test_the_log_of_attempts_is_short_and_goes_with_the_person(erp: Erp, as_of: datetime) -> None:
    erp.is_told()
    one, two = erp.come_by("one@example.org"), erp.come_by("two@example.org")
    send(as_of)
    assert Delivery.objects.count() == 2

    erase_person(person=one.person_id, by="staff:1", now=as_of)
    assert set(Delivery.objects.values_list("message_id", flat=True)) == {two.id}
    assert prune_deliveries(now=as_of + 29 * DAY) == 0
    assert prune_deliveries(now=as_of + 31 * DAY) == 1
