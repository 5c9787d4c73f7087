"""Leaving and coming back: a withdrawal with everything that waits, in one transaction, in force when it returns."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from regard.act.models import Message
from regard.act.vocabulary import LEAVING_REASON_GIVEN
from regard.collect.deeds import Deed, record_deeds
from regard.consent.folding import EVERY, has_left
from regard.consent.models import Consent
from regard.consent.selectors import words_among, words_of
from regard.consent.services import ToldWord, lock_people, record_consents, withdraw
from regard.consent.vocabulary import UNSUBSCRIBED
from regard.decide.models import Decision
from regard.decide.services import record_outcome
from regard.identify.selectors import families_of, origins_of
from regard.kernel.instant import to_us
from regard.versions.selectors import active_playbook

WITHDRAWN = "Withdrawn before it was handed over"


def withdraw_consents(*, told: Sequence[ToldWord], now: datetime, source: int | None = None) -> list[int | None]:
    """Write withdrawals down: the one way there is, for pages, imports and clients of the API. In force when it returns.

    1. Lock the people, then what waits for them: a claim is wholly before or after (promise C3).
    2. Write the words down; one that was told before under its key is no new word.
    3. Cancel what may not go any more. A word of long ago, with a grant since, forbids nothing and cancels nothing.
    4. Tell the log who left what, where they had not left it before.

    `source`: of the words in the log, by default the product itself. Returns the number of each, None where told before.
    """
    people = {word.person for word in told}
    with transaction.atomic():
        lock_people(people)
        families = families_of(people)
        waiting = _lock_waiting(families.values())
        before = words_among(people)
        seqs = withdraw(told=told, now=now, source=source)
        now_said = words_among(people)
        holding = [
            (word, seq)
            for word, seq in zip(told, seqs, strict=True)
            if seq is not None and has_left(now_said[word.person], word.purpose, word.channel)
        ]
        _cancel(waiting, [(word, families[word.person]) for word, _ in holding], now)
        left = [one for one in holding if not has_left(before[one[0].person], one[0].purpose, one[0].channel)]
        record_deeds(deeds=[_left(word, seq) for word, seq in left], now=now)
    return seqs


def leave_purpose(
    *,
    person: int,
    purpose: str,
    source: str,
    now: datetime,
    message: uuid.UUID | None = None,
    channel: str = EVERY,
) -> int | None:
    """Withdraw a person from a purpose ('*': from all) on their own page, by one tap.

    Twice is fine: a second withdrawal within the same state writes nothing. Returns the number of the withdrawal.
    """
    word = ToldWord(
        person=person,
        purpose=purpose,
        channel=channel,
        is_granted=False,
        source=source,
        occurred_us=to_us(now),
        evidence={"message": message.hex} if message else {},
    )
    with transaction.atomic():
        lock_people([person])
        if has_left(words_of(origins_of(person)), purpose, channel):
            return None
        return withdraw_consents(told=[word], now=now)[0]


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
        again = ToldWord(
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


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A message whose handing over has not begun."""

    id: int
    decision: int | None
    person: int
    purpose: str
    channel: str


def _lock_waiting(families: Iterable[Sequence[int]]) -> list[_Waiting]:
    """Lock what waits for these people on their word, in order. Call with the people locked.

    Not what rests on no word of theirs: what belongs to an order, and an answer to what they asked.
    """
    origins = [origin for family in families for origin in family]
    waiting = Q(state__in=(Message.State.QUEUED, Message.State.DEFERRED))
    waiting |= Q(state=Message.State.CLAIMED, begun_at__isnull=True)
    rows = Message.objects.filter(waiting, person_id__in=origins).exclude(kind=Message.Kind.REPLY)
    found = rows.select_for_update().order_by("id")
    listed = [_Waiting(*told) for told in found.values_list("id", "decision_id", "person_id", "purpose", "channel")]
    if not listed:
        return []
    declared = active_playbook().playbook.purposes
    return [one for one in listed if one.purpose not in declared or declared[one.purpose].can_be_left]


def _cancel(waiting: Sequence[_Waiting], left: Iterable[tuple[ToldWord, Sequence[int]]], now: datetime) -> None:
    """Cancel what these words of these people forbid."""
    gone: dict[int, int | None] = {}
    for word, family in left:
        for one in waiting:
            if one.person in family and word.purpose in (one.purpose, EVERY) and word.channel in (one.channel, EVERY):
                gone[one.id] = one.decision
    if gone:
        record_outcome(outcomes=dict.fromkeys(gone.values(), Decision.Outcome.CANCELLED.value), now=now)
        Message.objects.filter(id__in=gone).update(
            state=Message.State.CANCELLED, note=WITHDRAWN, claimed_by="", lease_until=None
        )


def _left(word: ToldWord, seq: int) -> Deed:
    """Tell the log that somebody left; an import that is undone takes it back with its words."""
    said = {"message": word.evidence["message"]} if "message" in word.evidence else {}
    return Deed(
        person=word.person,
        kind=UNSUBSCRIBED,
        key=f"unsubscribed:{seq}",
        channel=word.via,
        actor=word.actor,
        properties={"purpose": word.purpose, "source": word.source} | said,
        batch=word.batch,
    )
