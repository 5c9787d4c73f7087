"""Leaving and coming back: a withdrawal with everything that waits, in one transaction, in force when it returns."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from regard.act.models import Message
from regard.act.vocabulary import LEAVING_REASON_GIVEN
from regard.collect.deeds import Deed, record_deeds
from regard.consent.folding import EVERY, has_left
from regard.consent.models import Consent
from regard.consent.selectors import words_of
from regard.consent.services import Told, lock_people, record_consents, withdraw
from regard.consent.vocabulary import UNSUBSCRIBED
from regard.decide.models import Decision
from regard.decide.services import record_outcome
from regard.identify.selectors import origins_of
from regard.kernel.instant import to_us
from regard.versions.selectors import active_playbook

WITHDRAWN = "Withdrawn before it was handed over"


def leave_purpose(
    *,
    person: int,
    purpose: str,
    source: str,
    now: datetime,
    message: uuid.UUID | None = None,
    channel: str = EVERY,
) -> int | None:
    """Withdraw a person from a purpose ('*': from all) and cancel what waits; in force when this returns.

    Twice is fine: a second withdrawal within the same state writes nothing. Returns the number of the withdrawal.
    """
    with transaction.atomic():
        lock_people([person])
        origins = origins_of(person)
        if has_left(words_of(origins), purpose, channel):
            return None
        _cancel_waiting(origins, purpose, now)
        evidence: dict[str, object] = {"message": message.hex} if message else {}
        seq = withdraw(
            person=person,
            purpose=purpose,
            channel=channel,
            source=source,
            now=now,
            evidence=evidence,
        )
        about = {"purpose": purpose, "source": source} | evidence
        deed = Deed(person=person, kind=UNSUBSCRIBED, key=f"unsubscribed:{seq}", properties=about)
        record_deeds(deeds=[deed], now=now)
    return seq


def come_back(*, person: int, purpose: str, source: str, now: datetime) -> bool:
    """Undo a withdrawal on the person's own word: the grant that stood before it is told again, as a new row.

    False where they never agreed, or have not left: an undo never makes a consent that was not there.
    """
    with transaction.atomic():
        lock_people([person])
        rows = Consent.objects.filter(person_id__in=origins_of(person), purpose__in=(purpose, EVERY)).order_by("-seq")
        newest = rows.first()
        before = rows.filter(state=Consent.State.GRANTED, purpose=purpose).first()
        if newest is None or newest.state != Consent.State.WITHDRAWN or before is None:
            return False
        again = Told(
            person=person,
            purpose=purpose,
            channel=before.channel,
            is_granted=True,
            source=source,
            occurred_us=to_us(now),
            wording=before.wording,
            wording_text=before.wording_text,
            evidence={"undoes": newest.seq, "agreed_first": before.seq},
        )
        record_consents(told=[again], now=now)
    return True


def note_reason(*, person: int, purpose: str, reason: str, now: datetime, message: uuid.UUID | None) -> None:
    """Write down why somebody left, told after the fact and only if they liked."""
    about = {"purpose": purpose, "reason": reason} | ({"message": message.hex} if message else {})
    key = f"left-because:{person}:{purpose}:{now:%Y%m%d}"
    with transaction.atomic():
        record_deeds(
            deeds=[Deed(person=person, kind=LEAVING_REASON_GIVEN, key=key, properties=about)],
            now=now,
        )


def _cancel_waiting(people: Sequence[int], purpose: str, now: datetime) -> None:
    """Cancel what waits for these origins, of one purpose or ('*') all, unless handing over has begun.

    Not what rests on no word of theirs: what belongs to an order, and an answer to what they asked. After the people
    are locked, and before the withdrawal takes its number.
    """
    waiting = Q(state__in=(Message.State.QUEUED, Message.State.DEFERRED))
    waiting |= Q(state=Message.State.CLAIMED, begun_at__isnull=True)
    declared = active_playbook().playbook.purposes
    bound = [name for name, one in declared.items() if not one.can_be_left]
    rows = Message.objects.filter(waiting, person_id__in=people)
    rows = rows.exclude(kind=Message.Kind.REPLY).exclude(purpose__in=bound)
    if purpose != EVERY:
        rows = rows.filter(purpose=purpose)
    found = dict(rows.select_for_update().order_by("id").values_list("id", "decision_id"))
    cancelled = Decision.Outcome.CANCELLED.value
    record_outcome(outcomes=dict.fromkeys(found.values(), cancelled), now=now)
    Message.objects.filter(id__in=found).update(
        state=Message.State.CANCELLED, note=WITHDRAWN, claimed_by="", lease_until=None
    )
