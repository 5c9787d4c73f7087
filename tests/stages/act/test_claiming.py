"""The claim decides: guardrails again, in its own transaction; a withdrawal is wholly before or wholly after (C3, C5, D1)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regard.act.channels.email.handover import Handed
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
    render_samples,
    settle_leases,
    settle_uncertain,
)
from regard.collect.models import Touchpoint
from regard.consent.models import Consent
from regard.consent.services import grant, suppress, withdraw
from regard.decide.models import Decision
from regard.identify.models import Person
from regard.identify.services import merge_people
from regard.playbooks.model import Playbook
from tests.mailserver import MailServer
from tests.stages.act.test_sending import send_all

Maker = Callable[..., int]
Queue = Callable[..., Message]
MINUTE = timedelta(minutes=1)


def state_of(message: Message) -> str:
    return Message.objects.get(id=message.id).state


@pytest.mark.parametrize(
    "leave",
    [
        lambda person, now: leave_purpose(
            person=person, purpose="offers", source="one-click", now=now
        ),
        lambda person, now: withdraw(person=person, purpose="offers", source="api", now=now),
        lambda person, now: withdraw(person=person, source="phone", now=now),
        lambda person, now: suppress(
            address="ok-1@example.org", channel="email", reason="complaint", now=now
        ),
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
        withdraw(person=person, purpose="offers", source="api", now=as_of)
    done = deliver(
        messages=claimed.messages,
        playbook=playbook,
        transport=Outbox(),
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

    withdraw(person=other, purpose="offers", source="api", now=as_of)

    assert begin(message_id=claimed.messages[0], worker="w1", now=as_of + MINUTE)
    assert state_of(message) == "claimed"


def test_a_complaint_opened_while_a_message_waits_holds_it_until_it_is_closed(
    playbook: Playbook, make_person: Maker, queue: Queue, mail_server: MailServer, as_of: datetime
) -> None:
    person = make_person("ok-1@example.org")
    message = queue(person)
    task = open_task(
        new=NewTask(person, "k", "complaint", "Make it right", pauses_promotions=True), now=as_of
    )
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


@pytest.mark.parametrize(
    ("arrived", "state", "outcome"), [(True, "sent", "sent"), (False, "refused", "failed")]
)
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

    assert settle_uncertain(
        message_id=message.id, arrived=arrived, by="staff:1", now=as_of + 20 * MINUTE
    )
    assert not settle_uncertain(
        message_id=message.id, arrived=not arrived, by="staff:1", now=as_of + 21 * MINUTE
    )

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


def test_a_message_is_begun_once(
    playbook: Playbook, make_person: Maker, queue: Queue, as_of: datetime
) -> None:
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


class World(Outbox):
    """One person, one queued letter, and everything that may happen in any order; watches what is handed over."""

    def __init__(
        self, playbook: Playbook, make_person: Maker, queue: Queue, as_of: datetime
    ) -> None:
        self.playbook, self.make_person, self.queue, self.start = (
            playbook,
            make_person,
            queue,
            as_of,
        )
        self.people = 0

    def begin(self) -> None:
        self.people += 1
        self.address = f"ok-{self.people}@example.org"
        self.person = self.make_person(self.address)
        self.queue(self.person)
        self.now, self.may, self.held, self.tasks, self.wrong = self.start, True, (), [], 0

    def hand_over(self, *, sender: str, receiver: str, mail: bytes) -> Handed:
        if receiver == self.address and (not self.may or self.tasks):
            self.wrong += 1
        return super().hand_over(sender=sender, receiver=receiver, mail=mail)

    def claim(self) -> None:
        self.held += claim(playbook=self.playbook, now=self.now, worker="w").messages

    def deliver(self) -> None:
        held, self.held = self.held, ()
        deliver(
            messages=held,
            playbook=self.playbook,
            transport=self,
            worker="w",
            clock=lambda: self.now,
        )

    def withdraw(self) -> None:
        leave_purpose(person=self.person, purpose="offers", source="page", now=self.now)
        self.may = False

    def agree(self) -> None:
        grant(person=self.person, purpose="offers", source="page", now=self.now)
        self.may = True

    def complain(self) -> None:
        key = f"{self.person}-{self.now:%s}"
        task = open_task(
            new=NewTask(self.person, key, "complaint", "x", pauses_promotions=True), now=self.now
        )
        self.tasks += [task]

    def close(self) -> None:
        if self.tasks:
            task = self.tasks.pop()
            close_task(
                task_id=task.id, outcome="done", told_customer=None, by="staff:1", now=self.now
            )

    def settle(self) -> None:
        settle_leases(now=self.now)

    def later(self) -> None:
        self.now += timedelta(hours=13)

    def __repr__(self) -> str:
        return "World()"


@pytest.fixture
def world(playbook: Playbook, make_person: Maker, queue: Queue, as_of: datetime) -> World:
    return World(playbook, make_person, queue, as_of)


HAPPENINGS = ["claim", "deliver", "withdraw", "agree", "complain", "close", "settle", "later"]


@given(steps=st.lists(st.sampled_from(HAPPENINGS), max_size=14))
@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_nothing_is_handed_over_after_a_withdrawal_was_acknowledged(
    world: World, steps: list[str]
) -> None:
    """Whatever the order of claims, deliveries, withdrawals, grants and complaints."""
    world.begin()
    for step in steps:
        world.now += timedelta(seconds=20)
        getattr(world, step)()

    assert world.wrong == 0
    assert Touchpoint.objects.filter(origin=world.person, name="Message Sent").count() <= 1
