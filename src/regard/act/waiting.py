"""Who waits because of an act: tasks for people, and steps that go on only when a colleague says so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils import timezone

from regard.act.models import HumanTask
from regard.act.selectors import open_tasks
from regard.act.services.tasks import close_task, reopen_task, snooze_task
from regard.room import RowVerb, SayWhen, Waiting, Waits

APPROVAL = "approval"
_VERBS = {"complaint": "Take over", "check_in": "Write", APPROVAL: "Decide", "thank_you": "Thank"}
_GROUPS = {APPROVAL: "Approve before it goes out", "thank_you": "Worth a thank-you"}


def _rows(now: datetime, most: int, when: SayWhen) -> Sequence[Waiting]:
    # Several headings share these rows, so as many are read as may fill them.
    tasks = open_tasks(now).order_by("due_at", "id")[: 4 * most]
    return [_row(task, when) for task in tasks]


def _row(task: HumanTask, when: SayWhen) -> Waiting:
    return Waiting(
        id=task.pk,
        group=_GROUPS.get(task.kind, "People who need a person"),
        person=task.person_id,
        title=task.title,
        why=str(task.context.get("why") or f"Opened {when(task.opened_at)}."),
        due_at=task.due_at,
        verb=_VERBS.get(task.kind, "Open"),
        at=f"?task={task.pk}",
        quote=str(task.context.get("quote") or task.context.get("comment") or ""),
        minutes=task.minutes,
        is_invented=task.is_invented,
        verbs=("snooze", "refuse", "approve") if task.kind == APPROVAL else ("snooze", "done"),
    )


def next_morning(now: datetime) -> datetime:
    """Return nine o'clock of the next day in the reader's zone."""
    local = timezone.localtime(now) + timedelta(days=1)
    return local.replace(hour=9, minute=0, second=0, microsecond=0)


def _is_approval(row_id: int) -> bool:
    return HumanTask.objects.filter(pk=row_id, kind=APPROVAL).exists()


def _close(row_id: int, by: str, now: datetime) -> str | None:
    """Close a task as done; an approval is granted or refused, never merely done."""
    if _is_approval(row_id):
        return None
    close_task(task_id=row_id, outcome="Done", told_customer=None, by=by, now=now)
    return "Done."


def _dismiss(row_id: int, by: str, now: datetime) -> str:
    close_task(task_id=row_id, outcome="Not needed", told_customer=None, by=by, now=now, dismissed=True)
    return "Put aside as not needed."


def _approve(row_id: int, by: str, now: datetime) -> str | None:
    return _decide(row_id, by, now, is_yes=True)


def _refuse(row_id: int, by: str, now: datetime) -> str | None:
    return _decide(row_id, by, now, is_yes=False)


def _decide(row_id: int, by: str, now: datetime, *, is_yes: bool) -> str | None:
    if not _is_approval(row_id):
        return None
    outcome = "Approved" if is_yes else "Refused"
    close_task(task_id=row_id, outcome=outcome, told_customer=None, by=by, now=now, dismissed=not is_yes)
    return f"{outcome}."


def _reopen(row_id: int, by: str, now: datetime) -> bool:
    reopen_task(task_id=row_id, by=by, now=now)
    return True


def _snooze(row_id: int, by: str, now: datetime) -> str:  # noqa: ARG001 (sleeping is nobody's deed)
    until = next_morning(now)
    snooze_task(task_id=row_id, until=until, now=now)
    return f"Back tomorrow at {until:%H:%M}."


def _wake(row_id: int, by: str, now: datetime) -> bool:  # noqa: ARG001
    snooze_task(task_id=row_id, until=None, now=now)
    return True


TASKS = Waits(
    "task",
    open_tasks,
    _rows,
    {
        "done": RowVerb(_close, _reopen),
        "dismiss": RowVerb(_dismiss, _reopen),
        # A word on an approval is not taken back: the journey goes on by the first.
        "approve": RowVerb(_approve),
        "refuse": RowVerb(_refuse),
        "snooze": RowVerb(_snooze, _wake),
    },
)
