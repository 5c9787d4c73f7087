"""Who waits because of what was said: delighted people whom nobody has thanked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from regard.act.selectors import task_done
from regard.act.services.tasks import NewTask, close_task, open_task, reopen_task
from regard.listen.models import Answer
from regard.listen.selectors import thanks_due
from regard.room import RowVerb, SayWhen, Waiting, Waits

MINUTES = 5
THANKED = "Thanked by a person"
_KIND = "thank_you"


def _rows(now: datetime, most: int, when: SayWhen) -> Sequence[Waiting]:
    return [
        Waiting(
            id=answer.pk,
            group="Worth a thank-you",
            person=answer.person_id,
            title=f"Gave us {answer.score} of 10",
            why=f"Answered {when(answer.answered_at)}. Nobody has thanked them yet.",
            due_words="this week",
            verb="Thank",
            quote=answer.comment,
            minutes=MINUTES,
            is_invented=answer.is_invented,
        )
        for answer in thanks_due(now).order_by("-answered_at")[:most]
    ]


def _thank(row_id: int, by: str, now: datetime) -> str | None:
    """Write down that a person was thanked: a task opened and closed at once, so the log tells it."""
    answer = Answer.objects.filter(pk=row_id).first()
    if answer is None:
        return None
    title = f"Thank for {answer.score} of 10"
    new = NewTask(answer.person_id, f"thank:{row_id}", _KIND, title, minutes=MINUTES)
    task = open_task(new=new, now=now, by=by)
    if task is None:
        return None
    close_task(task_id=task.pk, outcome=THANKED, told_customer=True, by=by, now=now)
    return "Thanked. It is on their timeline."


def _unthank(row_id: int, by: str, now: datetime) -> bool:
    answer = Answer.objects.filter(pk=row_id).first()
    task = task_done(answer.person_id, kind=_KIND, outcome=THANKED) if answer else None
    if task is None:
        return False
    reopen_task(task_id=task, by=by, now=now)
    return True


THANKS = Waits("thanks", thanks_due, _rows, {"done": RowVerb(_thank, _unthank)}, place=1)
