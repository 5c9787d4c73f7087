"""One decision, one mail: queued once, claimed once, handed over once, and what became of it is written down."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from regard.act.models import Message
from regard.act.services import enqueue
from regard.collect.models import Touchpoint
from regard.decide.models import Decision
from regard.playbooks.model import Playbook
from tests.cast.sending import send_all
from tests.mailserver import MailServer


def test_a_decision_becomes_one_message_however_often_it_is_queued(
    playbook: Playbook,
    make_person: Callable[..., int],
    decide: Callable[..., Decision],
    as_of: datetime,
) -> None:
    decision = decide(make_person("ok-1@example.org"))

    first = enqueue(playbook=playbook, now=as_of)
    again = enqueue(playbook=playbook, now=as_of)
    by_name = enqueue(playbook=playbook, now=as_of, decisions=[decision.id])

    assert (first.messages, again.messages, by_name.messages) == (1, 0, 0)
    assert Message.objects.count() == 1


def test_a_queued_message_reaches_a_real_server_and_the_log(
    playbook: Playbook,
    make_person: Callable[..., int],
    queue: Callable[..., Message],
    mail_server: MailServer,
    as_of: datetime,
) -> None:
    person = make_person("ok-1@example.org")
    message = queue(person)

    send_all(playbook, mail_server, as_of)

    message.refresh_from_db()
    assert message.state == Message.State.SENT, message.note
    (taken,) = mail_server.box.taken
    assert taken.receiver == "ok-1@example.org"
    assert taken.mail["Message-ID"] == message.message_id_header
    assert Touchpoint.objects.filter(origin=person, name="Message Sent").count() == 1


def test_without_a_server_the_mail_is_kept_in_the_outbox(
    playbook: Playbook,
    make_person: Callable[..., int],
    queue: Callable[..., Message],
    as_of: datetime,
) -> None:
    message = queue(make_person("ok-1@example.org"))

    send_all(playbook, None, as_of)

    message.refresh_from_db()
    assert (message.state, message.transport) == (Message.State.SENT, "outbox")
    assert "Hello Ines," in message.text


@pytest.mark.parametrize(
    ("receiver", "state", "arrived"),
    [
        ("ok@example.org", "sent", 1),
        ("slow@example.org", "sent", 1),
        ("refuse@example.org", "refused", 0),
        ("defer@example.org", "deferred", 0),
        ("busy@example.org", "deferred", 0),
        ("lost-before@example.org", "deferred", 0),
        ("lost-after@example.org", "uncertain", 1),
    ],
)
def test_what_the_server_does_is_what_the_message_says(
    playbook: Playbook,
    make_person: Callable[..., int],
    queue: Callable[..., Message],
    mail_server: MailServer,
    as_of: datetime,
    receiver: str,
    state: str,
    arrived: int,
) -> None:
    message = queue(make_person(receiver))

    send_all(playbook, mail_server, as_of)

    message.refresh_from_db()
    assert (message.state, len(mail_server.box.taken)) == (state, arrived), message.note


def test_a_deferred_mail_goes_again_later_under_the_same_message_id(
    playbook: Playbook,
    make_person: Callable[..., int],
    queue: Callable[..., Message],
    mail_server: MailServer,
    as_of: datetime,
) -> None:
    message = queue(make_person("lost-before@example.org"))
    send_all(playbook, mail_server, as_of)
    before = Message.objects.get(id=message.id)

    send_all(playbook, mail_server, as_of + timedelta(seconds=30))
    early = Message.objects.get(id=message.id)
    send_all(playbook, mail_server, as_of + timedelta(minutes=2))
    later = Message.objects.get(id=message.id)

    assert (before.tries, early.tries, later.tries) == (1, 1, 2)
    assert before.message_id_header == later.message_id_header
