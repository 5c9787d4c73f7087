"""Handing letters over (promises, section 4, step 3): nothing here holds a transaction open while it talks.

1. Prepare some letters at once, from what is known of their people now, and keep their words.
2. For each: begin; hand over; record. The only stretch in which a killed worker leaves something unknown is from
   `begin` to `record` of one letter.
3. After a minute give the rest of the batch back: what the guardrails saw grows old.
"""

from __future__ import annotations

import sys
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyarrow as pa
from django.db import DatabaseError, transaction

from regard.act.about_people import Known, known_to
from regard.act.addresses import unsubscribe_address
from regard.act.channels.email.handover import Handed, Outcome
from regard.act.channels.email.mime import Envelope, UnfitAddress, build_mail
from regard.act.channels.email.transport import Transport
from regard.act.drafting import Draft, can_be_left, draft_message
from regard.act.models import Link, Message
from regard.act.services.ending import LET_GO, record_end
from regard.act.services.holding import begin, give_back
from regard.decide.facts.columns import update_columns
from regard.kernel.issues import Refused
from regard.playbooks.model import Playbook

Clock = Callable[[], datetime]
GOOD_FOR = timedelta(minutes=1)  # how long a claim is handed over from, so that it is never far from its judgement
PREPARED = 25  # letters whose people are read, and whose words are kept, at once


@dataclass(frozen=True, slots=True)
class Delivered:
    """How many messages ended how."""

    sent: int = 0
    refused: int = 0
    deferred: int = 0
    uncertain: int = 0
    let_go: int = 0


@dataclass(frozen=True, slots=True)
class Prepared:
    """A letter ready to leave, or why it cannot."""

    message: Message
    mail: bytes = b""
    links: tuple[str, ...] = ()
    stuck: Handed | None = None


def deliver(
    *, messages: Sequence[int], playbook: Playbook, transport: Transport, worker: str, clock: Clock
) -> Delivered:
    """Hand over the letters this worker claimed, one after the other, and record what became of each."""
    counts: Counter[str] = Counter()
    ends = clock() + GOOD_FOR
    with transport:
        for place, letter in enumerate(_prepare(messages, playbook, worker, clock)):
            counts[_hand_over(letter, transport, worker, clock) if letter else LET_GO] += 1
            if clock() >= ends:
                rest = messages[place + 1 :]
                counts[LET_GO] += give_back(messages=rest, worker=worker, now=clock())
                break
    return Delivered(**counts)


def _hand_over(letter: Prepared, transport: Transport, worker: str, clock: Clock) -> str:
    message = letter.message
    if letter.stuck is not None:
        tries = message.tries + (letter.stuck.outcome is Outcome.DEFERRED)
        return record_end(message, letter.stuck, tries=tries, transport="", worker=worker, now=clock())
    if not begin(message_id=message.pk, worker=worker, now=clock()):
        return LET_GO
    handed = transport.hand_over(sender=message.sender, receiver=message.address, mail=letter.mail)
    tries, name = message.tries + 1, transport.name
    return record_end(message, handed, tries=tries, transport=name, worker=worker, now=clock())


def _prepare(messages: Sequence[int], playbook: Playbook, worker: str, clock: Clock) -> Iterator[Prepared | None]:
    """Yield each letter in turn, some prepared at once; None for one that is gone (its person was erased)."""
    for start in range(0, len(messages), PREPARED):
        some = messages[start : start + PREPARED]
        found = Message.objects.select_related("person").in_bulk(some)
        known = known_to(found.values(), playbook)
        now = clock()
        letters = {m.pk: _prepare_one(m, playbook, known[m.person_id], now) for m in found.values()}
        ready = [one for one in letters.values() if one.stuck is None]
        keep_words([(one.message, one.links) for one in ready], worker=worker)
        yield from (letters.get(one) for one in some)


def _prepare_one(message: Message, playbook: Playbook, known: Known, now: datetime) -> Prepared:
    """Draft one letter. One that cannot be written holds up no other: it is refused, or tried again where we failed."""
    try:
        draft = draft_message(message, playbook, known)
        set_words(message, draft)
        envelope = _envelope(message, draft, playbook)
        mail = build_mail(envelope, text=draft.text, html=draft.html, at=now)
    except (Refused, UnfitAddress) as error:
        return Prepared(message, stuck=Handed(Outcome.REFUSED, str(error)))
    except DatabaseError:
        raise
    except Exception as error:  # a mistake of ours in one letter must not cost the others theirs
        sys.stderr.write(f"letter {message.pk} could not be written:\n")
        traceback.print_exception(error)
        words = f"could not be written: {type(error).__name__}"
        return Prepared(message, stuck=Handed(Outcome.DEFERRED, words))
    return Prepared(message, mail, draft.links)


def _envelope(message: Message, draft: Draft, playbook: Playbook) -> Envelope:
    purpose = playbook.purposes.get(message.purpose)
    leave = unsubscribe_address(message.person.public_id, message.purpose, message.public_id)
    return Envelope(
        message_id=message.message_id_header or "",
        sender_name=draft.sender.name,
        sender_email=draft.sender.email,
        receiver=message.address,
        subject=draft.subject,
        list_id=f"{message.purpose}.{draft.sender.email.rpartition('@')[2]}",
        list_name=purpose.name if purpose else message.purpose,
        unsubscribe=leave if can_be_left(message, playbook) else "",
        language=draft.language,
    )


def set_words(message: Message, draft: Draft) -> None:
    """Put the words of a draft into a message, without storing it."""
    message.language, message.subject = draft.language, draft.subject
    message.text, message.html, message.sender = draft.text, draft.html, draft.sender.email


_WORDS = ("language", "subject", "text", "html", "sender")


def keep_words(rows: Sequence[tuple[Message, Sequence[str]]], *, worker: str) -> None:
    """Store what letters of this worker say and where their links lead; links only ever grow, clicks may come at any time."""
    columns = {name: pa.array([getattr(m, name) for m, _ in rows], pa.string()) for name in _WORDS}
    columns["id"] = pa.array([m.pk for m, _ in rows], pa.int64())
    columns["claimed_by"] = pa.array([worker] * len(rows), pa.string())
    links = [
        Link(message=message, position=position, url=url) for message, urls in rows for position, url in enumerate(urls)
    ]
    with transaction.atomic():
        update_columns("act_message", pa.table(columns), sets=_WORDS, where=("id", "claimed_by"))
        Link.objects.bulk_create(links, ignore_conflicts=True)
