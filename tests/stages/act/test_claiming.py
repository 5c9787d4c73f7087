"""The claim decides: guardrails again, in its own transaction; a withdrawal is wholly before or wholly after (C3, C5, D1)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from regard.act.channels.email.transport import Outbox
from regard.act.models import Message
from regard.act.services import (
    NewTask,
    begin,
    claim,
    close_task,
    deliver,
    leave_purpose,
    open_task,
)
from regard.consent.models import Consent
from regard.consent.services import suppress
from regard.identify.services import merge_people
from regard.playbooks.model import Playbook
from tests.cast.consents import withdraws
from tests.cast.sending import send_all
from tests.mailserver import MailServer

Maker = Callable[..., int]
Queue = Callable[..., Message]
MINUTE = timedelta(minutes=1)


def state_of(message: Message) -> str:
    return Message.objects.get(id=message.id).state


@pytest.mark.parametrize(
    "leave",
    [
        lambda person, now: leave_purpose(person=person, purpose="offers", source="one-click", now=now),
        lambda person, now: withdraws(person=person, purpose="offers", source="api", now=now),
        lambda person, now: withdraws(person=person, source="phone", now=now),
        lambda person, now: suppress(address="ok-1@example.org", channel="email", reason="complaint", now=now),
    ],
)
def test_who_leaves_while_a_message_waits_does_not_get_it(
    playbook: Playbook,
    make_person: Maker,
    queue: Queue,
    mail_server: MailServer,
    as_of: datetime,
    leave: Callable[[int, datetime], object],
) -> None:
    person = make_person("ok-1@example.org")
    message = queue(person)

    leave(person, as_of)
    send_all(playbook, mail_server, as_of + MINUTE)

    assert (state_of(message), mail_server.box.taken) == ("cancelled", [])


@pytest.mark.parametrize("by_page", [True, False])
def test_who_leaves_between_claim_and_hand_over_does_not_get_it(
    playbook: Playbook,
    make_person: Maker,
    queue: Queue,
    mail_server: MailServer,
    as_of: datetime,
    by_page: bool,
) -> None:
    person = make_person("ok-1@example.org")
    message = queue(person)
    claimed = claim(playbook=playbook, now=as_of, worker="w1")

    if by_page:
        leave_purpose(person=person, purpose="offers", source="one-click", now=as_of)
    else:
        withdraws(person=person, purpose="offers", source="api", now=as_of)
    done = deliver(
        messages=claimed.messages,
        playbook=playbook,
        opened=lambda _: Outbox(),
        worker="w1",
        clock=lambda: as_of + MINUTE,
    )
    send_all(playbook, mail_server, as_of + 2 * MINUTE)

    assert done.let_go == 1
    assert (state_of(message), mail_server.box.taken) == ("cancelled", [])


def test_another_persons_withdrawal_holds_nobody_up(
    playbook: Playbook, make_person: Maker, queue: Queue, as_of: datetime
) -> None:
    message = queue(make_person("ok-1@example.org"))
    other = make_person("ok-2@example.org")
    claimed = claim(playbook=playbook, now=as_of, worker="w1")

    withdraws(person=other, purpose="offers", source="api", now=as_of)

    assert begin(message_id=claimed.messages[0], worker="w1", now=as_of + MINUTE)
    assert state_of(message) == "claimed"


def test_a_complaint_opened_while_a_message_waits_holds_it_until_it_is_closed(
    playbook: Playbook, make_person: Maker, queue: Queue, mail_server: MailServer, as_of: datetime
) -> None:
    person = make_person("ok-1@example.org")
    message = queue(person)
    task = open_task(new=NewTask(person, "k", "complaint", "Make it right", pauses_promotions=True), now=as_of)
    assert task is not None

    send_all(playbook, mail_server, as_of + MINUTE)
    held = Message.objects.get(id=message.id)
    close_task(
        task_id=task.id,
        outcome="sent a new one",
        told_customer=True,
        by="staff:1",
        now=as_of + MINUTE,
    )
    send_all(playbook, mail_server, as_of + 2 * MINUTE)

    assert (held.state, held.due_at > as_of) == ("queued", True)
    assert "complaint" in held.note
    assert state_of(message) == "sent"


def test_quiet_hours_hold_a_message_and_it_goes_out_once_after(
    playbook: Playbook, make_person: Maker, queue: Queue, mail_server: MailServer
) -> None:
    night = datetime(2026, 11, 17, 3, tzinfo=UTC)
    message = queue(make_person("ok-1@example.org", time_zone="Europe/London"))

    send_all(playbook, mail_server, night)
    held = Message.objects.get(id=message.id)
    for minutes in (-5, 1, 2, 3):
        send_all(playbook, mail_server, held.due_at + minutes * MINUTE)

    assert (held.state, held.due_at.hour) == ("queued", 9)
    assert len(mail_server.box.taken) == 1


def test_the_cap_holds_for_messages_claimed_together_and_one_after_the_other(
    playbook: Playbook, make_person: Maker, queue: Queue, mail_server: MailServer, as_of: datetime
) -> None:
    person = make_person("ok-1@example.org")
    queue(person, "offer", key="one")
    queue(person, "offer", key="two")
    queue(person, "invite", key="three")

    for minutes in range(4):
        send_all(playbook, mail_server, as_of + minutes * MINUTE)

    assert len(mail_server.box.taken) == 1
    assert sorted(Message.objects.values_list("state", flat=True)) == ["queued", "queued", "sent"]


def test_two_records_of_one_person_share_a_cap_after_a_merge(
    playbook: Playbook, make_person: Maker, queue: Queue, mail_server: MailServer, as_of: datetime
) -> None:
    one, other = make_person("ok-1@example.org"), make_person("ok-2@example.org")
    merge_people(survivor=one, absorbed=other, by="staff:1", evidence={}, now=as_of)
    queue(one, key="one")
    queue(other, key="two")

    for minutes in range(3):
        send_all(playbook, mail_server, as_of + minutes * MINUTE)

    assert len(mail_server.box.taken) == 1


def test_a_message_can_show_what_it_rests_on(
    playbook: Playbook, make_person: Maker, queue: Queue, mail_server: MailServer, as_of: datetime
) -> None:
    person = make_person("ok-1@example.org")
    message = queue(person)
    send_all(playbook, mail_server, as_of)

    basis = Message.objects.get(id=message.id).basis
    row = Consent.objects.get(seq=basis["consent"])
    assert (row.person_id, row.purpose, row.state) == (person, "offers", "granted")
    assert basis["wording"] == playbook.purposes["offers"].wordings[-1].version
    assert basis["wording_text"] == playbook.purposes["offers"].wordings[-1].texts["en"]
    assert (basis["source"], basis["channel"], basis["state"]) == ("checkout", "email", "granted")
    assert datetime.fromisoformat(basis["occurred_at"]) == row.occurred_at
