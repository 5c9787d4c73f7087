"""Claiming: the one moment at which it is decided that a message goes (promises, section 4, steps 1 and 2).

1. In one transaction, lock the people who have something due, in the order of their numbers, then their messages. Two
   workers never judge one person at the same time (promise C5), and a withdrawal, which locks the person too, is
   wholly before or wholly after.
2. Run the same guardrails as the plan did, on the facts as this transaction sees them (promise C3).
3. Write the attempt: Message-ID (made from the decision's key), address, basis, lease. Commit.
4. Before each hand-over, `begin` marks the message once more, and only if nothing was written about the person since
   the claim: a withdrawal between claim and hand-over sends the message back to be judged again.
5. A lease that runs out: not begun is known not to have left and is queued again; begun is unknown, so it becomes
   uncertain and a person settles it; only transactional mail goes again, under the same Message-ID (promise C2).

Locks are always taken in this order, by everybody: people, messages, tasks, the sequence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q

from regard.act.judging import Judgement, judge
from regard.act.models import Message
from regard.collect.sequence import last_sequence
from regard.consent.services import lock_people
from regard.decide.models import Decision
from regard.decide.services import record_outcome
from regard.identify.models import Person
from regard.identify.selectors import survivors_of
from regard.kernel.instant import to_us
from regard.playbooks.model import Playbook

LEASE = timedelta(minutes=5)  # longer than a server may take to answer (channels/email/handover.py)
WAITING = (Message.State.QUEUED, Message.State.DEFERRED)
ASK_AGAIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a claim did: the messages this worker now holds, and what became of the others it looked at."""

    messages: tuple[int, ...] = ()
    delayed: int = 0
    cancelled: int = 0


@dataclass(frozen=True, slots=True)
class Settled:
    """What was done about leases that ran out."""

    queued_again: int = 0
    uncertain: int = 0


def claim(
    *, playbook: Playbook, now: datetime, worker: str, limit: int = 200, lease: timedelta = LEASE
) -> Claimed:
    """Take up to `limit` due messages for `worker`, each allowed by every guardrail as of this transaction."""
    with transaction.atomic():
        due = _lock_due(now, limit)
        if not due:
            return Claimed()
        known = last_sequence()
        judgements = judge(due, playbook=playbook, now=now)
        ended: dict[str, list[Message]] = {"go": [], "wait": [], "no": []}
        for message in due:
            judgement = judgements[message.id]
            _ACTS[judgement.verdict](message, judgement, Holder(worker, now, lease, known))
            ended[judgement.verdict].append(message)
        _keep(due)
        outcomes = dict.fromkeys(
            (m.decision_id for m in ended["go"]), Decision.Outcome.CLAIMED.value
        )
        outcomes |= dict.fromkeys(
            (m.decision_id for m in ended["no"]), Decision.Outcome.CANCELLED.value
        )
        record_outcome(outcomes=outcomes, now=now)
    return Claimed(tuple(m.id for m in ended["go"]), len(ended["wait"]), len(ended["no"]))


def begin(*, message_id: int, worker: str, now: datetime, lease: timedelta = LEASE) -> bool:
    """Mark that handing over begins. False: it must not be handed over (lost, cancelled, or to be judged again).

    The mark is one conditional UPDATE. It fails where consent, suppression, restriction or a complaint was written
    about the person since the claim; the message is then queued again, to be judged on what is known now.
    """
    person = Message.objects.values_list("person_id", flat=True).get(id=message_id)
    with transaction.atomic():
        lock_people([person])
        message = (
            Message.objects.select_for_update().filter(id=message_id, claimed_by=worker).first()
        )
        if (
            message is None
            or message.state != Message.State.CLAIMED
            or message.begun_at is not None
        ):
            return False
        if message.lease_until is not None and message.lease_until <= now:
            return False  # another worker may settle it at any moment
        if _heard_since(message):
            _let_go(message)
            message.save()
            record_outcome(outcomes={message.decision_id: Decision.Outcome.PLANNED.value}, now=now)
            return False
        message.begun_at, message.lease_until = now, now + lease
        message.tries += 1
        message.save(update_fields=["begun_at", "lease_until", "tries"])
    return True


def renew(*, messages: Sequence[int], worker: str, now: datetime, lease: timedelta = LEASE) -> None:
    """Hold on to claims whose turn has not come yet: a slow server must not cost the rest of a batch its lease."""
    rows = Message.objects.filter(id__in=messages, claimed_by=worker, state=Message.State.CLAIMED)
    rows.filter(begun_at__isnull=True, lease_until__gt=now).update(lease_until=now + lease)


def settle_leases(*, now: datetime, limit: int = 1000) -> Settled:
    """Deal with claims past their lease, as the module's fifth point says."""
    outcomes: dict[int, str] = {}
    with transaction.atomic():
        rows = Message.objects.select_for_update(skip_locked=_can_skip()).filter(
            state=Message.State.CLAIMED, lease_until__lte=now
        )
        for message in rows.order_by("id")[:limit]:
            if message.begun_at is not None and not message.may_repeat:
                message.state = Message.State.UNCERTAIN
                message.note = "The worker stopped between handing over and writing down: it may or may not have left"
                outcomes[message.decision_id] = Decision.Outcome.UNCERTAIN.value
            else:
                _let_go(message)
                outcomes[message.decision_id] = Decision.Outcome.PLANNED.value
            message.save()
        record_outcome(outcomes=outcomes, now=now)
    uncertain = sum(outcome == Decision.Outcome.UNCERTAIN for outcome in outcomes.values())
    return Settled(len(outcomes) - uncertain, uncertain)


def settle_uncertain(*, message_id: int, arrived: bool, by: str, now: datetime) -> bool:
    """Write down what a person found out about an uncertain message. It is never sent again either way."""
    note = f"settled by {by}: it {'arrived' if arrived else 'did not arrive'}"
    with transaction.atomic():
        rows = Message.objects.select_for_update().filter(
            id=message_id, state=Message.State.UNCERTAIN
        )
        message = rows.first()
        if message is None:
            return False
        message.state = Message.State.SENT if arrived else Message.State.REFUSED
        message.sent_at, message.note = (now if arrived else None), note[:400]
        message.save()
        outcome = Decision.Outcome.SENT if arrived else Decision.Outcome.FAILED
        record_outcome(outcomes={message.decision_id: outcome.value}, now=now)
    return True


def cancel_messages(*, people: Sequence[int], purpose: str | None, why: str, now: datetime) -> int:
    """Cancel what waits for these origins (of one purpose, or all), unless handing over has begun.

    Call in the transaction that writes the withdrawal, after locking the people and before writing it.
    """
    waiting = Q(state__in=WAITING) | Q(state=Message.State.CLAIMED, begun_at__isnull=True)
    rows = Message.objects.filter(waiting, person_id__in=people)
    if purpose is not None:
        rows = rows.filter(purpose=purpose)
    found = dict(rows.select_for_update().order_by("id").values_list("id", "decision_id"))
    record_outcome(
        outcomes=dict.fromkeys(found.values(), Decision.Outcome.CANCELLED.value), now=now
    )
    return Message.objects.filter(id__in=found).update(
        state=Message.State.CANCELLED, note=why[:400], claimed_by="", lease_until=None
    )


def _lock_due(now: datetime, limit: int) -> list[Message]:
    """Lock the people who have something due, then what is due to them.

    All that is due to a person is judged together: of several messages the best goes first, and the next is judged
    with that one counted. Whom another worker holds is left out; the look ahead is longer than the limit, so that
    workers find different people.
    """
    due = Message.objects.filter(state__in=WAITING, due_at__lte=now).order_by("due_at", "id")
    candidates = list(due.values_list("id", "person_id")[: limit * 4])
    survivors = survivors_of(person for _, person in candidates)
    locked = set(_lock_people(sorted(set(survivors.values())), limit))
    wanted = [message_id for message_id, person in candidates if survivors[person] in locked][
        :limit
    ]
    rows = Message.objects.select_for_update(of=("self",)) if _can_skip() else Message.objects.all()
    still_due = rows.filter(id__in=wanted, state__in=WAITING, due_at__lte=now)
    return list(still_due.select_related("person").order_by("id"))


def _lock_people(people: list[int], limit: int) -> list[int]:
    rows = Person.objects.select_for_update(skip_locked=_can_skip(), no_key=_can_skip())
    return list(rows.filter(id__in=people).order_by("id").values_list("id", flat=True)[:limit])


@dataclass(frozen=True, slots=True)
class Holder:
    """Who claims, when, for how long, and the last number known at the time."""

    worker: str
    now: datetime
    lease: timedelta
    known: int


def _take(message: Message, judgement: Judgement, holder: Holder) -> None:
    message.state, message.claimed_by = Message.State.CLAIMED, holder.worker
    message.claimed_at, message.lease_until = holder.now, holder.now + holder.lease
    message.claimed_seq, message.begun_at, message.note = holder.known, None, ""
    message.address = judgement.address
    message.basis = judgement.basis | {"judged_us": to_us(holder.now), "known_seq": holder.known}


def _delay(message: Message, judgement: Judgement, holder: Holder) -> None:
    message.due_at = max(
        judgement.retry_at or holder.now + ASK_AGAIN, holder.now + timedelta(seconds=1)
    )
    message.note = judgement.words[:400]


def _cancel(message: Message, judgement: Judgement, _: Holder) -> None:
    message.state, message.note = Message.State.CANCELLED, judgement.words[:400]
    message.basis = message.basis | {"cancelled_by": judgement.code}


_ACTS = {"go": _take, "wait": _delay, "no": _cancel}


_CLAIM_WRITES = (
    "state", "claimed_by", "claimed_at", "lease_until", "claimed_seq", "begun_at", "note", "address", "basis", "due_at",
)  # fmt: skip


def _keep(messages: Sequence[Message]) -> None:
    """Write what a claim changed in locked messages."""
    fields = [field for field in Message._meta.concrete_fields if field.name in _CLAIM_WRITES]
    rows = [
        [*(f.get_db_prep_save(getattr(m, f.attname), connection) for f in fields), m.id]
        for m in messages
    ]
    setting = ", ".join(f"{field.column} = %s" for field in fields)
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE act_message SET {setting} WHERE id = %s", rows)  # noqa: S608


def _let_go(message: Message) -> None:
    message.state, message.claimed_by = Message.State.QUEUED, ""
    message.lease_until = message.begun_at = None


def _heard_since(message: Message) -> bool:
    """Say whether anything that may forbid the message was written about its person since the claim."""
    with connection.cursor() as cursor:
        cursor.execute(_HEARD, {"person": message.person_id, "known": message.claimed_seq})
        return cursor.fetchone() is not None


_BEHIND = (
    "(SELECT o.id FROM identify_person o, identify_person me WHERE me.id = %(person)s"
    " AND COALESCE(o.survivor_id, o.id) = COALESCE(me.survivor_id, me.id))"
)
_HEARD = (
    f"SELECT 1 FROM consent_consent WHERE seq > %(known)s AND person_id IN {_BEHIND}"  # noqa: S608
    f" UNION ALL SELECT 1 FROM consent_restriction WHERE seq > %(known)s AND person_id IN {_BEHIND}"
    " UNION ALL SELECT 1 FROM consent_suppression WHERE seq > %(known)s"
    f" UNION ALL SELECT 1 FROM act_humantask WHERE opened_seq > %(known)s AND pauses_promotions AND person_id IN {_BEHIND}"
    " LIMIT 1"
)


def _can_skip() -> bool:
    """PostgreSQL locks rows and skips those another worker holds; SQLite lets one writer in at a time anyway."""
    return connection.vendor == "postgresql"


__all__ = [
    "Claimed",
    "Settled",
    "begin",
    "cancel_messages",
    "claim",
    "renew",
    "settle_leases",
    "settle_uncertain",
]
