"""Reads of what Act did and is about to do: the outbox, attempts of webhooks, tasks with their context."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from regard import door
from regard.act.known.context import words_of
from regard.act.models import Delivery, Endpoint, HumanTask, Message
from regard.identify.selectors import origins_of


@dataclass(frozen=True, slots=True)
class TaskDetail:
    """A task with its context as it opened, and the person's newest words as they are now."""

    task: HumanTask
    words: list[dict[str, Any]]


def outbox(
    *,
    states: Collection[str] = (),
    person: int | None = None,
    limit: int = 50,
    older_than: int | None = None,
) -> list[Message]:
    """Return messages, newest first; `older_than` is the id of the last one on the page before."""
    rows = Message.objects.select_related("person", "decision").defer("html", "text")
    if states:
        rows = rows.filter(state__in=states)
    if person is not None:
        rows = rows.filter(person_id__in=origins_of(person))
    if older_than is not None:
        rows = rows.filter(id__lt=older_than)
    return list(rows.order_by("-id")[:limit])


def outbox_counts() -> dict[str, int]:
    """Return how many messages are in each state."""
    return dict(Message.objects.values_list("state").annotate(times=Count("id")).order_by("state"))


def recent_messages(person: int, *, since: datetime, limit: int = 10) -> list[Message]:
    """Return what was sent to a person since a time, newest first."""
    rows = Message.objects.filter(person_id__in=origins_of(person), state=Message.State.SENT, sent_at__gte=since).defer(
        "html", "text"
    )
    return list(rows.order_by("-sent_at", "-id")[:limit])


def open_tasks(now: datetime) -> QuerySet[HumanTask]:
    """Return the tasks that are open and not snoozed."""
    awake = Q(snoozed_until=None) | Q(snoozed_until__lte=now)
    return HumanTask.objects.filter(awake, state=HumanTask.State.OPEN)


def task_detail(public_id: UUID | str) -> TaskDetail | None:
    """Return a task with its context and the person's newest words, or None."""
    task = HumanTask.objects.select_related("person").filter(public_id=public_id).first()
    return TaskDetail(task, words_of(task.person_id)) if task else None


@dataclass(frozen=True, slots=True)
class EndpointRow:
    """An endpoint and the part of its address that may be shown: a path can carry somebody's secret."""

    endpoint: Endpoint
    origin: str


def endpoint_list() -> list[EndpointRow]:
    """Return every endpoint, by name."""
    return [EndpointRow(row, _origin(row)) for row in Endpoint.objects.order_by("name")]


def endpoint_names() -> list[str]:
    """Return the names a webhook step may name."""
    return list(Endpoint.objects.order_by("name").values_list("name", flat=True))


def newest_deliveries(*, limit: int = 20) -> list[Delivery]:
    """Return the newest attempts to tell an endpoint something, newest first."""
    rows = Delivery.objects.select_related("endpoint", "message").defer("message__html", "message__text")
    return list(rows.order_by("-id")[:limit])


def deliveries_of(message: int) -> list[Delivery]:
    """Return the attempts of one webhook, oldest first."""
    return list(Delivery.objects.filter(message_id=message).order_by("id"))


def _origin(endpoint: Endpoint) -> str:
    try:
        return door.read_destination(endpoint.url, allowed=endpoint.allowed_range).origin
    except door.Closed as closed:
        return str(closed)


def task_done(person: int, *, kind: str, outcome: str) -> int | None:
    """Return the newest task of a kind that was closed with this outcome, or None."""
    rows = HumanTask.objects.filter(kind=kind, person=person, state=HumanTask.State.DONE, outcome=outcome)
    return rows.order_by("-id").values_list("id", flat=True).first()
