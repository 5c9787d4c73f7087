"""What becomes of a claim: begun once, settled when its lease ran out, uncertain where nobody can know (C1, C2)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from regard.act.models import Message
from regard.act.services import (
    begin,
    claim,
    render_samples,
    settle_leases,
    settle_uncertain,
)
from regard.collect.models import Touchpoint
from regard.decide.models import Decision
from regard.identify.models import Person
from regard.playbooks.model import Playbook
from tests.cast.sending import send_all
from tests.mailserver import MailServer

Maker = Callable[..., int]
Queue = Callable[..., Message]
MINUTE = timedelta(minutes=1)


def state_of(message: Message) -> str:
    return Message.objects.get(id=message.id).state


def test_a_claim_not_begun_is_known_not_to_have_left(
    playbook: Playbook, make_person: Maker, queue: Queue, mail_server: MailServer, as_of: datetime
) -> None:
    message = queue(make_person("ok-1@example.org"))
    claim(playbook=playbook, now=as_of, worker="dead")

    early = settle_leases(now=as_of + MINUTE)
    settled = settle_leases(now=as_of + 10 * MINUTE)
    send_all(playbook, mail_server, as_of + 11 * MINUTE)

    assert (early.queued_again, settled.queued_again, settled.uncertain) == (0, 1, 0)
    assert (state_of(message), len(mail_server.box.taken)) == ("sent", 1)


def test_a_hand_over_begun_and_never_recorded_is_uncertain_and_never_goes_again(
    playbook: Playbook, make_person: Maker, queue: Queue, mail_server: MailServer, as_of: datetime
) -> None:
    message = queue(make_person("ok-1@example.org"))
    claimed = claim(playbook=playbook, now=as_of, worker="dead")
    assert begin(message_id=claimed.messages[0], worker="dead", now=as_of)

    settled = settle_leases(now=as_of + 10 * MINUTE)
    for minutes in range(11, 20):
        send_all(playbook, mail_server, as_of + minutes * MINUTE)

    assert (settled.uncertain, state_of(message), mail_server.box.taken) == (1, "uncertain", [])
    assert Decision.objects.get(id=message.decision_id).outcome == "uncertain"


@pytest.mark.parametrize(("arrived", "state", "outcome"), [(True, "sent", "sent"), (False, "refused", "failed")])
def test_a_person_settles_what_is_uncertain(
    playbook: Playbook,
    make_person: Maker,
    queue: Queue,
    as_of: datetime,
    arrived: bool,
    state: str,
    outcome: str,
) -> None:
    message = queue(make_person("ok-1@example.org"))
    claimed = claim(playbook=playbook, now=as_of, worker="dead")
    begin(message_id=claimed.messages[0], worker="dead", now=as_of)
    settle_leases(now=as_of + 10 * MINUTE)

    assert settle_uncertain(message_id=message.id, arrived=arrived, by="staff:1", now=as_of + 20 * MINUTE)
    assert not settle_uncertain(message_id=message.id, arrived=not arrived, by="staff:1", now=as_of + 21 * MINUTE)

    assert state_of(message) == state
    assert Decision.objects.get(id=message.decision_id).outcome == outcome


def test_transactional_mail_goes_again_under_the_same_message_id(
    playbook: Playbook, make_person: Maker, queue: Queue, mail_server: MailServer, as_of: datetime
) -> None:
    message = queue(make_person("ok-1@example.org"))
    Message.objects.filter(id=message.id).update(may_repeat=True, is_marketing=False)
    claimed = claim(playbook=playbook, now=as_of, worker="dead")
    begin(message_id=claimed.messages[0], worker="dead", now=as_of)
    settle_leases(now=as_of + 10 * MINUTE)

    send_all(playbook, mail_server, as_of + 11 * MINUTE)

    assert state_of(message) == "sent"
    assert mail_server.box.taken[0].mail["Message-ID"] == message.message_id_header


def test_a_worker_whose_lease_ran_out_hands_nothing_over(
    playbook: Playbook, make_person: Maker, queue: Queue, as_of: datetime
) -> None:
    queue(make_person("ok-1@example.org"))
    (taken,) = claim(playbook=playbook, now=as_of, worker="slow").messages

    assert not begin(message_id=taken, worker="slow", now=as_of + 10 * MINUTE)
    assert not begin(message_id=taken, worker="another", now=as_of + MINUTE)


def test_a_message_is_begun_once(playbook: Playbook, make_person: Maker, queue: Queue, as_of: datetime) -> None:
    queue(make_person("ok-1@example.org"))
    (taken,) = claim(playbook=playbook, now=as_of, worker="w1").messages

    assert begin(message_id=taken, worker="w1", now=as_of)
    assert not begin(message_id=taken, worker="w1", now=as_of)


def test_people_of_the_sample_are_never_handed_over(
    playbook: Playbook, make_person: Maker, queue: Queue, mail_server: MailServer, as_of: datetime
) -> None:
    person = make_person("ok-1@example.org")
    Person.objects.filter(id=person).update(is_sample=True)
    message = queue(person)

    render_samples(playbook=playbook)
    send_all(playbook, mail_server, as_of)

    message.refresh_from_db()
    assert (message.state, mail_server.box.taken) == ("sample", [])
    assert "Hello Ines," in message.text
    assert not Touchpoint.objects.filter(name="Message Sent").exists()
