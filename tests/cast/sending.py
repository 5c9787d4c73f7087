"""The cast of the sending and listening stories: a shop with its playbook, people who agreed, and a mail server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest

from regard.act.channels.email.handover import parse_smtp_url
from regard.act.channels.email.transport import Outbox, Smtp
from regard.act.models import Message
from regard.act.services import claim, deliver, enqueue
from regard.collect.services import ensure_source
from regard.decide.models import Cycle, Decision
from regard.flow import receive
from regard.playbooks.model import Playbook
from regard.versions.selectors import active_playbook, shipped_text
from regard.versions.services import apply_playbook
from tests.cast.consents import agrees
from tests.cast.log import identify
from tests.mailserver import MailServer


@pytest.fixture
def playbook(db: None, as_of: datetime) -> Playbook:
    """The shipped playbook, active."""
    apply_playbook(text=shipped_text(), by="test", now=as_of - timedelta(days=400))
    return active_playbook().playbook


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    server = MailServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def make_person(playbook: Playbook, as_of: datetime) -> Callable[..., int]:
    """Return a maker of people who have an address, and who agreed to what is named."""

    def make(
        address: str,
        *,
        agreed: tuple[str, ...] = ("offers", "surveys", "referrals"),
        **fields: object,
    ) -> int:
        then = as_of - timedelta(days=300)
        told = identify(
            address,
            source=ensure_source(name="shop", kind="api", now=then),
            message_id=f"identify-{address}",
            channel="server",
            at=then,
            traits={"first_name": "Ines", "time_zone": "Europe/London"} | fields,
        )
        person = receive([told], now=then)[0].origin
        for purpose in agreed:
            agrees(person=person, purpose=purpose, source="checkout", now=then)
        return person

    return make


@pytest.fixture
def decide(playbook: Playbook, as_of: datetime) -> Callable[..., Decision]:
    """Return a maker of go-decisions of the shipped journey."""
    cycle = Cycle.objects.create(as_of=as_of, upto=0, playbook_hash="test", started_at=as_of, finished_at=as_of)
    journey = playbook.journeys["thank-high-value"]
    steps = {step.step: step for step in journey.all_steps()}

    def make(person: int, step: str = "offer", *, key: str = "", at: datetime = as_of) -> Decision:
        chosen = steps[step]
        return Decision.objects.create(
            key=key or f"thank-high-value:{step}:{person}",
            cycle=cycle,
            person_id=person,
            journey="thank-high-value",
            version=journey.version,
            step=step,
            act=chosen.act,
            channel=getattr(chosen, "channel", ""),
            purpose=getattr(chosen, "purpose", ""),
            as_of=at,
            verdict=Decision.Verdict.GO,
            reason="go",
            words="May go",
            counts={"send": 1, "ask": 2}.get(chosen.act, 0),
            asked_at=at,
        )

    return make


@pytest.fixture
def queue(playbook: Playbook, decide: Callable[..., Decision], as_of: datetime) -> Callable[..., Message]:
    """Return a maker of queued messages: decision and message in one."""

    def make(person: int, step: str = "offer", **more: object) -> Message:
        decision = decide(person, step, **more)
        enqueue(playbook=playbook, now=as_of, decisions=[decision.id])
        return Message.objects.get(decision=decision)

    return make


def send_all(playbook: Playbook, server: MailServer | None, now: datetime, worker: str = "w1") -> None:
    """Claim and hand over what is due: to a server, or into the outbox where there is none."""
    transport = Smtp(parse_smtp_url(server.url)) if server else Outbox()
    claimed = claim(playbook=playbook, now=now, worker=worker)
    deliver(
        messages=claimed.messages,
        playbook=playbook,
        opened=lambda _channel: transport,
        worker=worker,
        clock=lambda: now,
    )
