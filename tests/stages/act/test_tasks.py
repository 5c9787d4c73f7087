"""A task carries the whole context; it pauses promotions while open; closing says what came of it; undo reopens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from regard.act.models import HumanTask, Message
from regard.act.selectors import open_tasks, task_detail
from regard.act.services import (
    NewTask,
    assign_task,
    close_task,
    enqueue,
    open_task,
    reopen_task,
    snooze_task,
)
from regard.collect.models import Touchpoint
from regard.collect.services import ensure_source
from regard.decide.models import Decision
from regard.flow import receive
from regard.kernel.issues import Refused
from regard.listen.services import invite_asked, record_answer
from regard.playbooks.model import Playbook
from tests.cast.log import order

Maker = Callable[..., int]
HOUR = timedelta(hours=1)


@pytest.fixture
def person(make_person: Maker, as_of: datetime) -> int:
    person = make_person("ines@example.org", last_name="Albrecht")
    lines = [{"sku": "kb", "name": "Kind of Blue", "price": 11.49, "quantity": 1}]
    at = as_of - timedelta(days=3)
    told = order(
        1149,
        source=ensure_source(name="shop", kind="api", now=at),
        message_id="o1",
        email="ines@example.org",
        at=at,
        properties={"order_id": "A-1", "products": lines},
    )
    receive([told], now=at)
    return person


@pytest.fixture
def task(person: int, as_of: datetime) -> HumanTask:
    new = NewTask(person, "k1", "complaint", "Make it right", pauses_promotions=True, due_in=timedelta(days=1))
    made = open_task(new=new, now=as_of)
    assert made is not None
    return made


def test_an_unhappy_answer_becomes_a_task_with_orders_messages_and_words(
    playbook: Playbook,
    person: int,
    queue: Callable[..., Message],
    decide: Callable[..., Decision],
    as_of: datetime,
) -> None:
    message = queue(person, "ask")
    invite_asked(playbook=playbook, now=as_of)
    record_answer(
        invitation_id=message.survey_invitation.id,
        survey=playbook.surveys["after-order"],
        score=2,
        comment="The sleeve was torn.",
        now=as_of,
    )
    decision = decide(person, "make-it-right")

    enqueue(playbook=playbook, now=as_of + HOUR, decisions=[decision.id])
    enqueue(playbook=playbook, now=as_of + HOUR, decisions=[decision.id])

    task = HumanTask.objects.get(person_id=person)
    assert (task.kind, task.title, task.pauses_promotions) == (
        "complaint",
        "Make it right in person",
        True,
    )
    assert (task.minutes, task.due_at) == (15, as_of + HOUR + timedelta(days=1))
    assert task.context["name"] == "Ines Albrecht"
    assert task.context["orders"][0]["products"] == ["Kind of Blue"]
    assert (task.context["answers"][0]["score"], task.context["answers"][0]["comment"]) == (
        2,
        "The sleeve was torn.",
    )
    opened = Touchpoint.objects.get(name="Task Opened")
    assert (opened.seq, opened.properties["pauses_promotions"]) == (task.opened_seq, True)


def test_what_the_person_adds_later_is_seen_with_the_task(
    playbook: Playbook, person: int, task: HumanTask, queue: Callable[..., Message], as_of: datetime
) -> None:
    message = queue(person, "ask")
    invite_asked(playbook=playbook, now=as_of)
    record_answer(
        invitation_id=message.survey_invitation.id,
        survey=playbook.surveys["after-order"],
        score=1,
        comment="And nobody answered.",
        now=as_of + HOUR,
    )

    detail = task_detail(task.public_id)

    assert detail is not None
    assert detail.words[0]["comment"] == "And nobody answered."
    assert task.context["answers"] == []


def test_closing_says_what_came_of_it_and_is_a_touchpoint(task: HumanTask, as_of: datetime) -> None:
    close_task(
        task_id=task.id,
        outcome="Sent a new one",
        told_customer=True,
        by="staff:7",
        now=as_of + HOUR,
    )

    task.refresh_from_db()
    assert (task.state, task.outcome, task.told_customer, task.closed_by) == (
        "done",
        "Sent a new one",
        True,
        "staff:7",
    )
    closed = Touchpoint.objects.get(name="Task Closed")
    assert (closed.seq, closed.actor, closed.properties["outcome"]) == (
        task.closed_seq,
        "staff",
        "Sent a new one",
    )


def test_a_closed_task_can_be_reopened_and_closed_again(task: HumanTask, as_of: datetime) -> None:
    for hour in range(2):
        close_task(task_id=task.id, outcome="x", told_customer=None, by="staff:7", now=as_of + hour * HOUR)
        reopened = reopen_task(task_id=task.id, by="staff:7", now=as_of + hour * HOUR)
        assert (reopened.state, reopened.closed_at, reopened.outcome) == ("open", None, "")

    assert Touchpoint.objects.filter(name="Task Opened").count() == 3
    assert Touchpoint.objects.filter(name="Task Closed").count() == 2


def test_a_snoozed_task_comes_back_by_itself(task: HumanTask, as_of: datetime) -> None:
    snooze_task(task_id=task.id, until=as_of + 5 * HOUR, now=as_of)

    assert list(open_tasks(as_of + HOUR)) == []
    assert list(open_tasks(as_of + 5 * HOUR)) == [task]


def test_tasks_can_be_given_to_a_colleague(task: HumanTask, as_of: datetime) -> None:
    assign_task(task_id=task.id, owner=7)

    assert list(open_tasks(as_of).filter(owner_id=7)) == [task]
    assert list(open_tasks(as_of).filter(owner_id=8)) == []


def test_what_cannot_be_done_is_refused_in_words(task: HumanTask, as_of: datetime) -> None:
    with pytest.raises(Refused, match="it is open"):
        reopen_task(task_id=task.id, by="staff:7", now=as_of)
    with pytest.raises(Refused, match="this time has passed"):
        snooze_task(task_id=task.id, until=as_of - HOUR, now=as_of)
    close_task(task_id=task.id, outcome="x", told_customer=None, by="staff:7", now=as_of, dismissed=True)
    with pytest.raises(Refused, match="closed already"):
        close_task(task_id=task.id, outcome="x", told_customer=None, by="staff:7", now=as_of)
    with pytest.raises(Refused, match="no such task"):
        close_task(task_id=999, outcome="x", told_customer=None, by="staff:7", now=as_of)
