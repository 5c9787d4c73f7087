"""Webhooks in Settings: a system is named, its key shown once, tried and switched off, by the owner alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest

from regard.act.models import Delivery, Endpoint, Message
from regard.audit_log.models import Entry
from regard.decide.models import Cycle, Decision
from regard.identify.selectors import find_person
from regard.staff.models import Role
from tests.receiver import Receiver

pytestmark = pytest.mark.django_db
KEY = re.compile(r"whsec_[A-Za-z0-9+/=]{40,}")
ALLOWED = "127.0.0.1/32"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    running = Receiver()
    running.start()
    yield running
    running.stop()


def test_a_key_is_shown_once_and_a_trial_says_what_was_answered(owner, receiver):
    url = receiver.url("/hooks/with-a-secret")
    made = owner.post("/settings/webhooks/add", {"name": "crm", "url": url, "range": ALLOWED})
    key = KEY.search(made.content.decode())
    endpoint = Endpoint.objects.get(name="crm")

    assert key is not None
    later = owner.get("/settings/webhooks").content.decode()
    assert KEY.search(later) is None
    assert f"127.0.0.1:{receiver.port}" in later
    assert "with-a-secret" not in later

    tried = owner.post(f"/settings/webhooks/{endpoint.pk}/try").content.decode()
    assert "Answered 204, in" in tried
    assert len(receiver.inbox.taken) == 1
    assert Delivery.objects.get(endpoint=endpoint).status == 204
    assert Entry.objects.filter(verb="webhook try").exists()


def test_another_key_is_another_key(owner, house):
    page = owner.post(f"/settings/webhooks/{house.endpoint}/exchange").content.decode()
    again = owner.post(f"/settings/webhooks/{house.endpoint}/exchange").content.decode()
    assert KEY.search(page)[0] != KEY.search(again)[0]


@pytest.mark.parametrize(
    ("name", "url", "allowed", "words"),
    [
        ("crm", "http://crm.example/", "", "https"),
        ("crm", "https://crm.example:22/", "", "Port 22"),
        ("crm", "https://crm.example/", "0.0.0.0/0", "private"),
        ("CRM!", "https://crm.example/", "", "small letters"),
        ("erp", "https://crm.example/", "", "already"),
    ],
)
def test_what_cannot_be_one_is_refused_with_the_reason_and_kept_in_the_form(owner, name, url, allowed, words):
    page = owner.post("/settings/webhooks/add", {"name": name, "url": url, "range": allowed})
    told = page.content.decode()
    assert words in told
    assert f'value="{url}"' in told
    assert not Endpoint.objects.filter(name="crm").exists()


def test_switched_off_stands_so_and_on_again(owner, house):
    address = f"/settings/webhooks/{house.endpoint}/switch"
    owner.post(address, {"active": "no"})
    assert "Switch on" in owner.get("/settings/webhooks").content.decode()
    owner.post(address, {"active": "yes"})
    assert Endpoint.objects.get(pk=house.endpoint).off_at is None


@pytest.mark.parametrize("role", [r for r in Role if r != Role.OWNER])
def test_nobody_but_the_owner_sees_them(as_role, house, role):
    client = as_role(role)
    assert client.get("/settings/webhooks").status_code == 404
    assert client.post(f"/settings/webhooks/{house.endpoint}/try").status_code == 404


def test_the_outbox_shows_what_was_told_and_every_attempt(owner, house):
    cycle = Cycle.objects.create(as_of=house.now, upto=0, playbook_hash="x", started_at=house.now)
    decision = Decision.objects.create(
        key="told",
        cycle=cycle,
        person_id=find_person("wen@example.org"),
        journey="thank-high-value",
        version="v",
        step="tell",
        act="webhook",
        channel="webhook",
        purpose="order_news",
        asked_at=house.now,
        as_of=house.now,
        verdict="go",
        reason="go",
        words="May go",
    )
    message = Message.objects.create(
        key=f"decision:{decision.id}",
        kind="call",
        cause_kind="decision",
        cause_id=str(decision.id),
        asked_by="journey:thank-high-value",
        decision=decision,
        public_id=uuid4(),
        person_id=decision.person_id,
        channel="webhook",
        purpose="order_news",
        template="gift.earned",
        sender="erp",
        subject="gift.earned to erp",
        text='{"type": "gift.earned"}',
        state="refused",
        note="answered 404",
        queued_at=house.now,
        due_at=house.now,
        message_id_header="msg_1",
    )
    Delivery.objects.create(
        endpoint_id=house.endpoint,
        message=message,
        at=house.now,
        outcome="refused",
        status=404,
        took_ms=12,
        note="answered 404",
    )

    page = owner.get(f"/outbox/{message.public_id.hex}").content.decode()

    assert "<dt>Tells</dt><dd><bdi>erp</bdi>" in page
    assert "&quot;gift.earned&quot;" in page
    assert "Attempts" in page
    assert "gift.earned to erp" in owner.get("/outbox?state=refused").content.decode()
