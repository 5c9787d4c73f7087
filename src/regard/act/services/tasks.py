"""Tasks for people: open, take, snooze, close, reopen. Opening and closing are touchpoints, so the loop sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_bytes

from django.db import transaction

from regard.act.known.context import context_of
from regard.act.models import HumanTask, Message
from regard.collect.deeds import Deed, record_deeds
from regard.identify.selectors import origins_of
from regard.kernel.ids import public_id, uuid7
from regard.kernel.instant import to_us
from regard.kernel.issues import Issue, Refused
from regard.playbooks.vocabulary import TASK_CLOSED, TASK_OPENED, TouchpointKind

PREFIX = "tsk"


@dataclass(frozen=True, slots=True)
class NewTask:
    """What a task is about, before it exists. `key` makes it once for ever."""

    person: int
    key: str
    kind: str
    title: str
    decision: int | None = None
    pauses_promotions: bool = False
    minutes: int = 10
    due_in: timedelta | None = None
    note: str = ""
    is_invented: bool = False


def open_task(*, new: NewTask, now: datetime, by: str = "automation") -> HumanTask | None:
    """Open a task with the person's whole context, and say so in the log. Returns None where it was opened before.

    From the commit on, promotions to the person pause if the task says so; they go on when it is closed.
    """
    context = context_of(new.person, as_of=now) | ({"note": new.note} if new.note else {})
    with transaction.atomic():
        identity = uuid7(to_us(now), token_bytes(10))
        deed = _deed(new.person, TASK_OPENED, f"task-opened:{new.key}", by)
        deed.properties.update(task=public_id(PREFIX, identity), kind=new.kind, pauses_promotions=new.pauses_promotions)
        seq = record_deeds(deeds=[deed], now=now)[0]
        if seq is None:
            return None
        return HumanTask.objects.create(
            public_id=identity,
            person_id=new.person,
            decision_id=new.decision,
            kind=new.kind,
            title=new.title[:200],
            context=context,
            pauses_promotions=new.pauses_promotions,
            minutes=new.minutes,
            opened_at=now,
            opened_seq=seq,
            due_at=now + new.due_in if new.due_in else None,
            is_invented=new.is_invented,
        )


def close_task(
    *,
    task_id: int,
    outcome: str,
    told_customer: bool | None,
    by: str,
    now: datetime,
    dismissed: bool = False,
) -> HumanTask:
    """Close an open task with what came of it and whether the customer was told. Raises Refused if it is not open."""
    with transaction.atomic():
        task = _locked(task_id)
        if task.state != HumanTask.State.OPEN:
            raise Refused(
                Issue(
                    "task",
                    "it is closed already",
                    "reopen it to change what came of it",
                    code="not_open",
                )
            )
        task.state = HumanTask.State.DISMISSED if dismissed else HumanTask.State.DONE
        deed = _deed(task.person_id, TASK_CLOSED, f"task-closed:{task.public_id.hex}:{task.opened_seq}", by)
        deed.properties.update(_about(task), outcome=outcome[:400], told_customer=told_customer, dismissed=dismissed)
        task.closed_seq = record_deeds(deeds=[deed], now=now)[0]
        task.closed_at, task.closed_by = now, by
        task.outcome, task.told_customer, task.snoozed_until = outcome[:400], told_customer, None
        task.save()
        if task.pauses_promotions:
            _wake_messages(task.person_id, now)
    return task


def reopen_task(*, task_id: int, by: str, now: datetime) -> HumanTask:
    """Open a closed task again (undo). What it paused pauses again. Raises Refused if it is open."""
    with transaction.atomic():
        task = _locked(task_id)
        if task.state == HumanTask.State.OPEN:
            raise Refused(Issue("task", "it is open", code="open_already"))
        deed = _deed(task.person_id, TASK_OPENED, f"task-opened:{task.public_id.hex}:{task.closed_seq}", by)
        deed.properties.update(_about(task), reopened=True)
        seq = record_deeds(deeds=[deed], now=now)[0]
        task.state, task.opened_seq = HumanTask.State.OPEN, seq or task.opened_seq
        task.closed_at = task.closed_seq = task.told_customer = None
        task.closed_by = task.outcome = ""
        task.save()
    return task


def snooze_task(*, task_id: int, until: datetime | None, now: datetime) -> HumanTask:
    """Hide an open task until a time (None: show it again). It stays open, and what it pauses stays paused."""
    with transaction.atomic():
        task = _locked(task_id)
        if task.state != HumanTask.State.OPEN:
            raise Refused(Issue("task", "it is closed already", code="not_open"))
        if until is not None and until <= now:
            raise Refused(Issue("until", "this time has passed", "choose a time to come", code="in_the_past"))
        task.snoozed_until = until
        task.save(update_fields=["snoozed_until"])
    return task


def assign_task(*, task_id: int, owner: int | None) -> HumanTask:
    """Give a task to a colleague (staff id), or to nobody."""
    with transaction.atomic():
        task = _locked(task_id)
        task.owner_id = owner
        task.save(update_fields=["owner_id"])
    return task


def _wake_messages(person: int, now: datetime) -> None:
    """Let what the task held back be judged again now, rather than when its wait would have ended."""
    waiting = Message.objects.filter(person_id__in=origins_of(person), state=Message.State.QUEUED, due_at__gt=now)
    waiting.update(due_at=now)


def _locked(task_id: int) -> HumanTask:
    task = HumanTask.objects.select_for_update().filter(id=task_id).first()
    if task is None:
        raise Refused(Issue("task", "there is no such task", code="not_found"))
    return task


def _deed(person: int, kind: TouchpointKind, key: str, by: str) -> Deed:
    return Deed(person=person, kind=kind, key=key, actor="staff" if by.startswith("staff") else "automation")


def _about(task: HumanTask) -> dict[str, object]:
    about: dict[str, object] = {
        "task": public_id(PREFIX, task.public_id),
        "kind": task.kind,
        "pauses_promotions": task.pauses_promotions,
    }
    if task.decision is not None:  # an approval is waited for by the step that asked for it
        about |= {"journey": task.decision.journey, "step": task.decision.step}
    return about
