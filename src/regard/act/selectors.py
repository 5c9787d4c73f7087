"""Reads of what Act did and is about to do: the outbox, attempts of webhooks, tasks with their context."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from regard import door
from regard.act.contracts import Attempt, Decided, MessageRow, MessageWhole, TaskRow
from regard.act.known.context import words_of
from regard.act.models import Delivery, Endpoint, HumanTask, Message
from regard.collect.values import as_value, read_values
from regard.decide.contracts import DecisionRow, Enrolled
from regard.decide.models import Decision
from regard.identify.selectors import origins_of

MESSAGE_STATES = tuple(Message.State)
_LEAN = Message.objects.defer("html", "text", "given")


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


def recent_messages(person: int, *, since: datetime, limit: int = 10) -> list[MessageRow]:
    """Return what was sent to a person since a time, newest first."""
    rows = Message.objects.filter(person_id__in=origins_of(person), state=Message.State.SENT, sent_at__gte=since).defer(
        "html", "text"
    )
    return [_row(row) for row in rows.select_related("decision").order_by("-sent_at", "-id")[:limit]]


def message_rows(*, state: str = "", before: int | None = None, limit: int = 50) -> list[MessageRow]:
    """Return messages, newest first, of one state or all; `before` is the `pk` of the last one on the page before."""
    rows = _LEAN.select_related("decision").order_by("-id")
    if state in Message.State.values:
        rows = rows.filter(state=state)
    if before is not None:
        rows = rows.filter(id__lt=before)
    return [_row(row) for row in rows[:limit]]


def messages_on_request(origins: Collection[int], *, limit: int) -> list[MessageRow]:
    """Return the newest messages to a person that no journey asked for, newest first."""
    rows = _LEAN.filter(person_id__in=origins, decision__isnull=True).order_by("-id")
    return [_row(row) for row in rows[:limit]]


def message_whole(public_id: UUID) -> MessageWhole | None:
    """Return one message with everything that is known of it, or None."""
    row = Message.objects.select_related("decision__enrolment").filter(public_id=public_id).first()
    if row is None:
        return None
    links = tuple(row.links.order_by("position").values_list("url", flat=True))
    how = (row.address, row.sender, row.message_id_header, row.transport, row.tries, row.text, row.html)
    inside = row.decision.enrolment if row.decision else None
    return MessageWhole(_row(row), *how, links, as_value(Enrolled, inside) if inside else None)


def _row(row: Message) -> MessageRow:
    decision = as_value(DecisionRow, row.decision) if row.decision else None  # a value in place of the row
    return as_value(MessageRow, row)._replace(decision=decision)


def decided_about(origins: Collection[int], *, limit: int) -> list[Decided]:
    """Return the newest decisions about a person, each with the message it led to, in one query."""
    rows = Decision.objects.filter(person_id__in=origins).order_by("-as_of", "-id")
    columns = (*DecisionRow._fields, "message__public_id", "message__state")
    return [Decided(DecisionRow(*row[:-2]), row[-2], row[-1] or "") for row in rows.values_list(*columns)[:limit]]


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


def deliveries_of(message: int) -> list[Attempt]:
    """Return the attempts of one webhook, oldest first."""
    return read_values(Attempt, Delivery.objects.filter(message_id=message).order_by("id"))


def _origin(endpoint: Endpoint) -> str:
    try:
        return door.read_destination(endpoint.url, allowed=endpoint.allowed_range).origin
    except door.Closed as closed:
        return str(closed)


def task_done(person: int, *, kind: str, outcome: str) -> int | None:
    """Return the newest task of a kind that was closed with this outcome, or None."""
    rows = HumanTask.objects.filter(kind=kind, person=person, state=HumanTask.State.DONE, outcome=outcome)
    return rows.order_by("-id").values_list("id", flat=True).first()


def tasks_of(origins: Collection[int]) -> list[TaskRow]:
    """Return the open tasks of a person, soonest due first."""
    rows = HumanTask.objects.filter(person_id__in=origins, state=HumanTask.State.OPEN)
    return read_values(TaskRow, rows.order_by("due_at", "id"))


def task_of(task: int, origins: Collection[int]) -> TaskRow | None:
    """Return one task of a person, open or not, or None."""
    found = read_values(TaskRow, HumanTask.objects.filter(pk=task, person_id__in=origins))
    return found[0] if found else None


def complaints_since(since: datetime, *, most: int = 2000) -> list[tuple[datetime, datetime | None]]:
    """Return (opened, closed) of the complaints since a time, newest first."""
    rows = HumanTask.objects.filter(kind="complaint", opened_at__gt=since).order_by("-opened_at")
    found: list[Any] = list(rows.values_list("opened_at", "closed_at")[:most])
    return found


def offers_since(since: datetime) -> tuple[int, int, int]:
    """Return how many offers were sent since a time, were stopped at the last moment, and may or may not have arrived."""
    # `IN` and not a bare yes: SQLite reads an index for the one and not for the other.
    sent = Message.objects.filter(sent_at__gt=since, is_marketing__in=(True,)).count()
    ends = Message.objects.filter(Q(state="cancelled", due_at__gt=since) | Q(state="uncertain")).aggregate(
        stopped=Count("pk", filter=Q(state="cancelled")),
        uncertain=Count("pk", filter=Q(state="uncertain")),
    )
    return sent, ends["stopped"], ends["uncertain"]
