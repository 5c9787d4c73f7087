"""What a worker may do with the messages it holds, and what becomes of them when it stops (promises, section 4).

1. Before each hand-over, `begin` marks the message once more, and only if nothing was written about the person since
   the claim: a withdrawal between claim and hand-over sends the message back to be judged again.
2. `give_back` lets go of what has not begun: it is known not to have left.
3. A lease that runs out: not begun is queued again; begun is unknown, so it becomes uncertain and a person settles it.
   Only transactional mail and webhooks go again, under the same id (promise C2).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from regard.act.models import Message
from regard.consent.services import lock_people
from regard.consent.suppression import address_hash
from regard.decide.models import Decision
from regard.decide.services import record_outcome
from regard.kernel.instant import to_us

LEASE = timedelta(minutes=5)  # longer than a server may take to answer (channels/email/handover.py)
NOBODY_KNOWS = "The worker stopped between handing over and writing down: it may or may not have left"


@dataclass(frozen=True, slots=True)
class Settled:
    """What was done about leases that ran out."""

    queued_again: int = 0
    uncertain: int = 0


def begin(*, message_id: int, worker: str, now: datetime, lease: timedelta = LEASE) -> bool:
    """Mark that handing over begins. False: it must not be handed over (lost, cancelled, or to be judged again).

    The mark is one conditional UPDATE. It fails where consent, suppression, restriction, a wish or a complaint was
    written about the person since the claim, somebody was joined with them, or the journey was paused; the message is
    then queued again, to be judged on what is known now.
    """
    rows = Message.objects.filter(id=message_id).values_list("person_id", "channel", "address")
    held = rows.first()
    if held is None:
        return False  # the person was erased
    person, channel, address = held
    values: dict[str, str | int | None] = {
        "message": message_id,
        "worker": worker,
        "now": to_us(now),
        "until": to_us(now + lease),
        "written_to": address_hash(channel, address),
    }
    with transaction.atomic():
        lock_people([person])
        with connection.cursor() as cursor:
            cursor.execute(_BEGIN, values)
            if cursor.rowcount == 1:
                return True
        give_back(messages=[message_id], worker=worker, now=now)
    return False


def give_back(*, messages: Sequence[int], worker: str, now: datetime) -> int:
    """Queue again what this worker holds and has not begun, to be judged anew. Returns how many.

    Where a lease ran out another worker may settle it at any moment: that one is left alone.
    """
    rows = Message.objects.filter(
        id__in=messages,
        claimed_by=worker,
        state=Message.State.CLAIMED,
        begun_at__isnull=True,
        lease_until__gt=now,
    )
    with transaction.atomic():
        locked = rows.select_for_update().order_by("id").values_list("id", "decision_id")
        return _queue_again(dict(locked), now)


def settle_leases(*, now: datetime, limit: int = 1000) -> Settled:
    """Deal with claims past their lease, as the module's third point says."""
    rows = Message.objects.filter(state=Message.State.CLAIMED, lease_until__lte=now)
    with transaction.atomic():
        locked = rows.select_for_update(skip_locked=can_skip()).order_by("id")
        unknown: dict[int, int | None] = {}
        again: dict[int, int | None] = {}
        for message, decision, begun_at, may_repeat in locked.values_list(
            "id", "decision_id", "begun_at", "may_repeat"
        )[:limit]:
            is_unknown = begun_at is not None and not may_repeat
            (unknown if is_unknown else again)[message] = decision
        if unknown:
            Message.objects.filter(id__in=unknown).update(state=Message.State.UNCERTAIN, note=NOBODY_KNOWS)
            _keep(unknown, Decision.Outcome.UNCERTAIN, now)
        return Settled(_queue_again(again, now), len(unknown))


def settle_uncertain(*, message_id: int, arrived: bool, by: str, now: datetime) -> bool:
    """Write down what a person found out about an uncertain message. It is never sent again either way."""
    note = f"settled by {by}: it {'arrived' if arrived else 'did not arrive'}"
    rows = Message.objects.filter(id=message_id, state=Message.State.UNCERTAIN)
    with transaction.atomic():
        found = dict(rows.select_for_update().values_list("id", "decision_id"))
        if not found:
            return False
        rows.update(
            state=Message.State.SENT if arrived else Message.State.REFUSED,
            sent_at=now if arrived else None,
            note=note[:400],
        )
        _keep(found, Decision.Outcome.SENT if arrived else Decision.Outcome.FAILED, now)
    return True


def can_skip() -> bool:
    """PostgreSQL locks rows and skips those another worker holds; SQLite lets one writer in at a time anyway."""
    return connection.vendor == "postgresql"


def _queue_again(found: Mapping[int, int | None], now: datetime) -> int:
    """Queue locked messages again; `found` is message -> the decision behind it, if any."""
    if not found:
        return 0
    Message.objects.filter(id__in=found).update(
        state=Message.State.QUEUED, claimed_by="", lease_until=None, begun_at=None
    )
    _keep(found, Decision.Outcome.PLANNED, now)
    return len(found)


def _keep(found: Mapping[int, int | None], outcome: Decision.Outcome, now: datetime) -> None:
    record_outcome(outcomes=dict.fromkeys(found.values(), outcome.value), now=now)


# Everybody behind the person of the message, and what may forbid it, written since its claim.
_FAMILY = (
    "(SELECT o.id FROM identify_person AS me JOIN identify_person AS o"
    " ON o.id = COALESCE(me.survivor_id, me.id) OR o.survivor_id = COALESCE(me.survivor_id, me.id)"
    " WHERE me.id = m.person_id)"
)
_JOURNEY = "(SELECT d.journey FROM decide_decision AS d WHERE d.id = m.decision_id)"  # none where nobody decided
_HEARD = " UNION ALL ".join(
    f"SELECT 1 FROM {table} AS x WHERE x.{seq} > m.claimed_seq{whose}"  # noqa: S608
    for table, seq, whose in (
        ("consent_consent", "seq", f" AND x.person_id IN {_FAMILY}"),
        ("consent_restriction", "seq", f" AND x.person_id IN {_FAMILY}"),
        ("consent_suppression", "seq", " AND x.address_hash = %(written_to)s"),
        ("profile_fieldchange", "seq", f" AND x.person_id IN {_FAMILY}"),  # a wish, another address
        ("identify_joining", "seq", f" AND (x.survivor_id IN {_FAMILY} OR x.absorbed_id IN {_FAMILY})"),
        ("decide_steering", "seq", " AND x.kind = 'pause' AND x.journey = " + _JOURNEY),
        ("act_humantask", "opened_seq", f" AND x.pauses_promotions AND x.person_id IN {_FAMILY}"),
    )
)
_BEGIN = (
    "UPDATE act_message AS m SET begun_at = %(now)s, lease_until = %(until)s, tries = tries + 1"  # noqa: S608
    " WHERE m.id = %(message)s AND m.claimed_by = %(worker)s AND m.state = 'claimed' AND m.begun_at IS NULL"
    f" AND m.lease_until > %(now)s AND NOT EXISTS ({_HEARD})"
)
