"""Who waits because of the profile: promises that are late or fall due within two days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from regard.profile.keeping import keep_promise, reopen_promise
from regard.profile.selectors import due_promises
from regard.room import RowVerb, SayWhen, Waiting, Waits

MINUTES = 10


def _rows(now: datetime, most: int, when: SayWhen) -> Sequence[Waiting]:
    return [
        Waiting(
            id=promise.pk,
            group="Promises due",
            person=promise.person_id,
            title=promise.text,
            why=f"Promised {when(promise.made_at)}, due {when(promise.due_at)}.",
            due_at=promise.due_at,
            verb="Keep it",
            at="#promises",
            minutes=MINUTES,
            is_invented=promise.is_invented,
        )
        for promise in due_promises(now).order_by("due_at", "id")[:most]
    ]


def _keep(row_id: int, by: str, now: datetime) -> str:
    keep_promise(promise=row_id, by=by, now=now)
    return "Kept."


def _unkeep(row_id: int, by: str, now: datetime) -> bool:
    reopen_promise(promise=row_id, by=by, now=now)
    return True


PROMISES = Waits("promise", due_promises, _rows, {"done": RowVerb(_keep, _unkeep)})
