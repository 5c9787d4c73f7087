"""Claims, hand-overs, withdrawals and complaints in any order: nothing leaves after a withdrawal was acknowledged (C3, G4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regard.act.channels.base import Handed
from regard.act.channels.email.transport import Outbox
from regard.act.models import Message
from regard.act.services import (
    NewTask,
    claim,
    close_task,
    deliver,
    leave_purpose,
    open_task,
    settle_leases,
)
from regard.collect.models import Touchpoint
from regard.playbooks.model import Playbook
from tests.cast.consents import agrees

Maker = Callable[..., int]
Queue = Callable[..., Message]
MINUTE = timedelta(minutes=1)


class World(Outbox):
    """One person, one queued letter, and everything that may happen in any order; watches what is handed over."""

    def __init__(self, playbook: Playbook, make_person: Maker, queue: Queue, as_of: datetime) -> None:
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
            opened=lambda _: self,
            worker="w",
            clock=lambda: self.now,
        )

    def withdraw(self) -> None:
        leave_purpose(person=self.person, purpose="offers", source="page", now=self.now)
        self.may = False

    def agree(self) -> None:
        agrees(person=self.person, purpose="offers", source="page", now=self.now)
        self.may = True

    def complain(self) -> None:
        key = f"{self.person}-{self.now:%s}"
        task = open_task(new=NewTask(self.person, key, "complaint", "x", pauses_promotions=True), now=self.now)
        self.tasks += [task]

    def close(self) -> None:
        if self.tasks:
            task = self.tasks.pop()
            close_task(task_id=task.id, outcome="done", told_customer=None, by="staff:1", now=self.now)

    def settle(self) -> None:
        settle_leases(now=self.now)

    def later(self) -> None:
        self.now += timedelta(hours=13)

    def back(self) -> None:
        self.now -= timedelta(hours=1)

    def forward(self) -> None:
        self.now += timedelta(days=1)

    def __repr__(self) -> str:
        return "World()"


@pytest.fixture
def world(playbook: Playbook, make_person: Maker, queue: Queue, as_of: datetime) -> World:
    return World(playbook, make_person, queue, as_of)


HAPPENINGS = [
    "claim",
    "deliver",
    "withdraw",
    "agree",
    "complain",
    "close",
    "settle",
    "later",
    "back",
    "forward",
]


@given(steps=st.lists(st.sampled_from(HAPPENINGS), max_size=14))
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_is_handed_over_after_a_withdrawal_was_acknowledged(world: World, steps: list[str]) -> None:
    """Whatever the order of claims, deliveries, withdrawals, grants and complaints, and whatever the clock does (G4)."""
    world.begin()
    for step in steps:
        world.now += timedelta(seconds=20)
        getattr(world, step)()

    assert world.wrong == 0
    assert Touchpoint.objects.filter(origin=world.person, name="Message Sent").count() <= 1
