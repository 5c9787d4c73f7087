"""The cast of the webhook stories: an ERP that listens on loopback, a journey that tells it, people who come by."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from regard import flow
from regard.act.models import Endpoint, Message
from regard.act.services.endpoints import NewSigningKey, add_endpoint
from regard.decide.services import let_in
from regard.playbooks.editing.parts import put_part
from regard.playbooks.model import Playbook
from regard.versions.selectors import active_playbook, shipped_text
from regard.versions.services import apply_playbook
from tests.receiver import Inbox, Receiver

LOOPBACK = "127.0.0.1/32"


def journey(purpose: str, *fields: str, **more: object) -> dict[str, object]:
    """Return a journey of one step, which tells the ERP."""
    step = {
        "step": "tell",
        "do": "webhook",
        "endpoint": "erp",
        "purpose": purpose,
        "event": "customer.thanked",
        "fields": list(fields),
        **more,
    }
    return {"name": "Tell the ERP", "entry": [{"on": "by_hand"}], "exit_on": [], "steps": [step]}


def text_with(value: dict[str, object]) -> str:
    """Return the shipped playbook with that journey in it."""
    return put_part(shipped_text(), "journeys", "tell-erp", value)


@dataclass
class Erp:
    """The ERP: what it is told, what it answers, and how it comes to be told."""

    receiver: Receiver
    key: NewSigningKey
    make_person: Callable[..., int]
    now: datetime

    @property
    def inbox(self) -> Inbox:
        return self.receiver.inbox

    @property
    def endpoint(self) -> Endpoint:
        return self.key.endpoint

    def answers(self, *answers: int | tuple[int, dict[str, str]]) -> None:
        """Answer this, one after the other; the last one stays."""
        self.inbox.answers["/in"] = [a if isinstance(a, tuple) else (a, {}) for a in answers]

    def is_told(self, purpose: str = "order_news", *fields: str, **more: object) -> Playbook:
        """Make a playbook active whose journey tells the ERP, and return it."""
        wanted = fields or ("first_name", "country")
        value = journey(purpose, *wanted, **more)
        apply_playbook(text=text_with(value), by="test", now=self.now - timedelta(days=1))
        return active_playbook().playbook

    def sees(self, person: int, *, at: datetime | None = None) -> None:
        """Let a person into the journey and decide about them."""
        at, playbook = at or self.now, active_playbook().playbook
        let_in(journey="tell-erp", person=person, playbook=playbook, by="staff:1", now=at)
        flow.run_cycle(as_of=at)

    def come_by(self, name: str = "ines@example.org", *, at: datetime | None = None) -> Message:
        """Return what is queued to be told of somebody who comes by."""
        person = self.make_person(name, country="GB")
        self.sees(person, at=at)
        return Message.objects.get(person_id=person, channel="webhook")

    def verified(self, secret: str = "", place: int = -1) -> Any:
        """Verify what arrived with the published library of Standard Webhooks, and return what it tells."""
        taken = self.inbox.taken[place]
        return Webhook(secret or self.key.secret).verify(taken.body, dict(taken.headers))


@pytest.fixture
def erp(make_person: Callable[..., int], as_of: datetime, monkeypatch: pytest.MonkeyPatch) -> Iterator[Erp]:
    """The ERP listens, which the owner allowed for it; the library that verifies lives at the time of the stories."""
    receiver = Receiver()
    receiver.start()
    key = add_endpoint(name="erp", url=receiver.url("/in"), by="staff:1", now=as_of, allowed_range=LOOPBACK)
    made = Erp(receiver, key, make_person, as_of)

    class Clock(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:
            return made.now

    monkeypatch.setattr("standardwebhooks.webhooks.datetime", Clock)
    yield made
    receiver.inbox.go_on.set()
    receiver.stop()


def send(at: datetime) -> None:
    """Do what is due, until nothing is."""
    while flow.send_due(clock=lambda: at, worker="w1"):
        pass


def now_of(message: Message) -> Message:
    return Message.objects.get(id=message.id)
