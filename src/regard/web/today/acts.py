"""What a row's buttons do, and how each is taken back."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from regard.act.models import HumanTask
from regard.act.services.tasks import NewTask, close_task, open_task, reopen_task, snooze_task
from regard.kernel.issues import Refused
from regard.listen.models import Answer
from regard.profile.keeping import keep_promise, reopen_promise

# A word on an approval is not taken back: the journey goes on by the first. The page holds it some seconds instead.
UNDO = frozenset({"done", "snooze", "dismiss"})
APPROVAL = "approval"
THANKED = "Thanked by a person"


def do_row(*, kind: str, row_id: int, verb: str, by: int, now: datetime) -> str | None:
    """Do what the button says; return the words of the toast, or None where there is no such row or verb."""
    does = _VERBS.get((kind, verb))
    try:
        return does(row_id, f"staff:{by}", now) if does else None
    except Refused:
        return None


def undo_row(*, kind: str, row_id: int, verb: str, by: int, now: datetime) -> bool:
    """Take back what `do_row` did; False where there is nothing to take back."""
    undoes = _UNDOES.get((kind, verb))
    try:
        return undoes(row_id, f"staff:{by}", now) if undoes else False
    except Refused:
        return False


def next_morning(now: datetime) -> datetime:
    """Return nine o'clock of the next day in the reader's zone."""
    local = timezone.localtime(now) + timedelta(days=1)
    return local.replace(hour=9, minute=0, second=0, microsecond=0)


def _close(task_id: int, by: str, now: datetime) -> str | None:
    """Close a task as done; an approval is granted or refused, never merely done."""
    if HumanTask.objects.filter(pk=task_id, kind=APPROVAL).exists():
        return None
    close_task(task_id=task_id, outcome="Done", told_customer=None, by=by, now=now)
    return "Done."


def _dismiss(task_id: int, by: str, now: datetime) -> str:
    close_task(task_id=task_id, outcome="Not needed", told_customer=None, by=by, now=now, dismissed=True)
    return "Put aside as not needed."


def _approve(task_id: int, by: str, now: datetime) -> str | None:
    return _decide(task_id, by, now, is_yes=True)


def _refuse(task_id: int, by: str, now: datetime) -> str | None:
    return _decide(task_id, by, now, is_yes=False)


def _decide(task_id: int, by: str, now: datetime, *, is_yes: bool) -> str | None:
    if not HumanTask.objects.filter(pk=task_id, kind=APPROVAL).exists():
        return None
    outcome = "Approved" if is_yes else "Refused"
    close_task(task_id=task_id, outcome=outcome, told_customer=None, by=by, now=now, dismissed=not is_yes)
    return f"{outcome}."


def _reopen(task_id: int, by: str, now: datetime) -> bool:
    reopen_task(task_id=task_id, by=by, now=now)
    return True


def _snooze(task_id: int, by: str, now: datetime) -> str:
    until = next_morning(now)
    snooze_task(task_id=task_id, until=until, now=now)
    return f"Back tomorrow at {until:%H:%M}."


def _wake(task_id: int, by: str, now: datetime) -> bool:
    snooze_task(task_id=task_id, until=None, now=now)
    return True


def _thank(answer_id: int, by: str, now: datetime) -> str | None:
    """Write down that a person was thanked: a task opened and closed at once, so the log tells it."""
    answer = Answer.objects.filter(pk=answer_id).first()
    if answer is None:
        return None
    new = NewTask(
        answer.person_id,
        f"thank:{answer_id}",
        "thank_you",
        f"Thank for {answer.score} of 10",
        minutes=5,
    )
    task = open_task(new=new, now=now, by=by)
    if task is None:
        return None
    close_task(task_id=task.pk, outcome=THANKED, told_customer=True, by=by, now=now)
    return "Thanked. It is on their timeline."


def _unthank(answer_id: int, by: str, now: datetime) -> bool:
    answer = Answer.objects.filter(pk=answer_id).first()
    tasks = HumanTask.objects.filter(kind="thank_you", person=answer.person_id if answer else None)
    task = tasks.filter(state="done", outcome=THANKED).order_by("-id").first()
    return _reopen(task.pk, by, now) if task else False


def _keep(promise_id: int, by: str, now: datetime) -> str:
    keep_promise(promise=promise_id, by=by, now=now)
    return "Kept."


def _unkeep(promise_id: int, by: str, now: datetime) -> bool:
    reopen_promise(promise=promise_id, by=by, now=now)
    return True


_VERBS = {
    ("promise", "done"): _keep,
    ("task", "done"): _close,
    ("task", "dismiss"): _dismiss,
    ("task", "approve"): _approve,
    ("task", "refuse"): _refuse,
    ("task", "snooze"): _snooze,
    ("thanks", "done"): _thank,
}
_UNDOES = {
    ("promise", "done"): _unkeep,
    ("task", "done"): _reopen,
    ("task", "dismiss"): _reopen,
    ("task", "snooze"): _wake,
    ("thanks", "done"): _unthank,
}
