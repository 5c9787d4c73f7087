"""Claiming: the one moment at which it is decided that a message goes (promises, section 4, step 2).

1. In one transaction, lock the people who have something due, in the order of their numbers, then their messages. Two
   workers never judge one person at the same time (promise C5), and a withdrawal, which locks the person too, is
   wholly before or wholly after.
2. Run the same guardrails as the plan did, on the facts as this transaction sees them (promise C3).
3. Write the attempt: address, basis, lease (its Message-ID was made from the decision's key). Commit.

What the worker may do with what it holds, and what becomes of it when the worker stops, is in `holding.py`.
Locks are always taken in this order, by everybody: people, messages, tasks, the sequence.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
from django.db import transaction
from django.db.models import Q

from regard.act.channels.registry import own_lanes
from regard.act.contacts import KINDS
from regard.act.judging import Due, Judgement, judge
from regard.act.models import Message
from regard.act.services.holding import LEASE, can_skip
from regard.collect.sequence import last_sequence
from regard.decide.facts.columns import update_columns
from regard.decide.models import Decision
from regard.decide.services import record_outcome
from regard.identify.models import Person
from regard.identify.selectors import survivors_of
from regard.kernel.instant import to_us
from regard.playbooks.model import Playbook

WAITING = (Message.State.QUEUED, Message.State.DEFERRED)
ASK_AGAIN = timedelta(hours=1)
EVERYTHING = Q()


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a claim did: the messages this worker now holds, and what became of the others it looked at."""

    messages: tuple[int, ...] = ()
    delayed: int = 0
    cancelled: int = 0


@dataclass(frozen=True, slots=True)
class Holder:
    """Who claims, when, for how long, and the last number known at the time."""

    worker: str
    now: datetime
    lease: timedelta
    known: int


def letters() -> Q:
    """Return which messages go one after the other: those whose channel has no lane of its own."""
    return ~Q(channel__in=list(own_lanes()))


def claim(
    *,
    playbook: Playbook,
    now: datetime,
    worker: str,
    limit: int = 200,
    lease: timedelta = LEASE,
    among: Q = EVERYTHING,
) -> Claimed:
    """Take up to `limit` due messages for `worker`, each allowed by every guardrail as of this transaction.

    `among`: only such messages, by default letters and calls of every kind.
    """
    with transaction.atomic():
        due = _lock_due(now, limit, among)
        if not due:
            return Claimed()
        holder = Holder(worker, now, lease, last_sequence())
        judgements = judge(due, playbook=playbook, now=now, known=holder.known)
        judged: dict[str, list[Due]] = {verdict: [] for verdict in _WRITES}
        for one in due:
            judged[judgements[one.id].verdict].append(one)
        for verdict, write in _WRITES.items():
            if judged[verdict]:
                write(judged[verdict], judgements, holder)
        outcomes: dict[int | None, str] = dict.fromkeys((one.decision for one in judged["go"]), _CLAIMED)
        outcomes |= dict.fromkeys((one.decision for one in judged["no"]), _CANCELLED)
        record_outcome(outcomes=outcomes, now=now)
    return Claimed(tuple(one.id for one in judged["go"]), len(judged["wait"]), len(judged["no"]))


def _lock_due(now: datetime, limit: int, among: Q) -> list[Due]:
    """Lock the people who have something due, then what is due to them.

    All that is due to a person is judged together: of several messages the best goes first, and the next is judged
    with that one counted. Whom another worker holds is left out; the look ahead is longer than the limit, so that
    workers find different people.
    """
    waiting = Message.objects.filter(among, state__in=WAITING, due_at__lte=now)
    ahead = waiting.order_by("due_at", "id").values_list("id", "person_id")
    candidates = list(ahead[: limit * 4])
    survivors = survivors_of(person for _, person in candidates)
    locked = set(_lock_people(sorted(set(survivors.values())), limit))
    wanted = [message_id for message_id, person in candidates if survivors[person] in locked]
    rows = Message.objects.select_for_update() if can_skip() else Message.objects.all()
    still_due = rows.filter(id__in=wanted[:limit], state__in=WAITING, due_at__lte=now)
    due: Iterable[tuple[Any, ...]] = still_due.order_by("id").values_list(
        "id", "decision_id", "person_id", "channel", "purpose", "kind", "template", "queued_at"
    )
    return [
        Due(number, decision, person, channel, purpose, KINDS[kind], template, to_us(asked_at))
        for number, decision, person, channel, purpose, kind, template, asked_at in due
    ]


def _lock_people(people: list[int], limit: int) -> list[int]:
    rows = Person.objects.select_for_update(skip_locked=can_skip(), no_key=can_skip())
    return list(rows.filter(id__in=people).order_by("id").values_list("id", flat=True)[:limit])


def _take(due: Sequence[Due], judgements: Mapping[int, Judgement], holder: Holder) -> None:
    seen = {"judged_us": to_us(holder.now), "known_seq": holder.known}
    _write(
        due,
        state=Message.State.CLAIMED.value,
        claimed_by=holder.worker,
        claimed_at=to_us(holder.now),
        lease_until=to_us(holder.now + holder.lease),
        claimed_seq=holder.known,
        begun_at=None,
        note="",
        address=[judgements[one.id].address for one in due],
        basis=[_json(judgements[one.id].basis | seen) for one in due],
    )


def _delay(due: Sequence[Due], judgements: Mapping[int, Judgement], holder: Holder) -> None:
    soonest = to_us(holder.now + timedelta(seconds=1))
    retries = [judgements[one.id].retry_at or holder.now + ASK_AGAIN for one in due]
    _write(
        due,
        due_at=[max(to_us(retry), soonest) for retry in retries],
        note=[judgements[one.id].words[:400] for one in due],
    )


def _cancel(due: Sequence[Due], judgements: Mapping[int, Judgement], _: Holder) -> None:
    before = dict(Message.objects.filter(id__in=[o.id for o in due]).values_list("id", "basis"))
    codes = {one.id: {"cancelled_by": judgements[one.id].code} for one in due}
    _write(
        due,
        state=Message.State.CANCELLED.value,
        note=[judgements[one.id].words[:400] for one in due],
        basis=[_json(before[one.id] | codes[one.id]) for one in due],
    )


_Write = Callable[[Sequence[Due], Mapping[int, Judgement], Holder], None]
_WRITES: Mapping[str, _Write] = {"go": _take, "wait": _delay, "no": _cancel}
_CLAIMED, _CANCELLED = Decision.Outcome.CLAIMED.value, Decision.Outcome.CANCELLED.value
_NUMBERS = frozenset({"claimed_at", "lease_until", "claimed_seq", "begun_at", "due_at"})


def _write(due: Sequence[Due], **columns: Any) -> None:
    """Set columns of locked messages in one statement: a list has a value for each, anything else is the same for all."""
    values = {
        name: pa.array(
            value if isinstance(value, list) else [value] * len(due),
            pa.int64() if name in _NUMBERS else pa.string(),
        )
        for name, value in columns.items()
    }
    ids = pa.array([one.id for one in due], pa.int64())
    update_columns("act_message", pa.table(values | {"id": ids}), sets=list(values), where=["id"])


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
