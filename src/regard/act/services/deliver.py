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
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

import pyarrow as pa
from django.db import DatabaseError, transaction

from regard.act.channels.base import Clock, Draft, Handed, Outcome, Transport, Unfit
from regard.act.channels.registry import carrier_of, in_turn
from regard.act.known.people import LetterFacts, known_to
from regard.act.models import Link, Message
from regard.act.services.ending import LET_GO, record_end
from regard.act.services.holding import begin, give_back
from regard.decide.facts.columns import update_columns
from regard.kernel.issues import Refused
from regard.playbooks.model import Playbook

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
    content: bytes = b""
    links: tuple[str, ...] = ()
    stuck: Handed | None = None


def open_transport(channel: str) -> Transport:
    """Return what letters of a channel leave by. Raises Refused where nobody carries it."""
    return in_turn(channel).open_transport()


def deliver(
    *,
    messages: Sequence[int],
    playbook: Playbook,
    worker: str,
    clock: Clock,
    opened: Callable[[str], Transport] = open_transport,
) -> Delivered:
    """Hand over the letters this worker claimed, one after the other, and record what became of each.

    `opened` returns the transport of a channel; it is asked once a batch.
    """
    counts: Counter[str] = Counter()
    ends = clock() + GOOD_FOR
    with ExitStack() as open_until_the_end:
        transport_of = cache(lambda channel: open_until_the_end.enter_context(opened(channel)))
        for place, letter in enumerate(_prepare(messages, playbook, worker, clock)):
            counts[_hand_over(letter, transport_of, worker, clock) if letter else LET_GO] += 1
            if clock() >= ends:
                rest = messages[place + 1 :]
                counts[LET_GO] += give_back(messages=rest, worker=worker, now=clock())
                break
    return Delivered(**counts)


def _hand_over(letter: Prepared, transport_of: Callable[[str], Transport], worker: str, clock: Clock) -> str:
    message = letter.message
    if letter.stuck is not None:
        tries = message.tries + (letter.stuck.outcome is Outcome.DEFERRED)
        return record_end(message, letter.stuck, tries=tries, transport="", worker=worker, now=clock())
    transport = transport_of(message.channel)
    if not begin(message_id=message.pk, worker=worker, now=clock()):
        return LET_GO
    handed = transport.hand_over(sender=message.sender, receiver=message.address, mail=letter.content)
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


def _prepare_one(message: Message, playbook: Playbook, known: LetterFacts, now: datetime) -> Prepared:
    """Draft one letter. One that cannot be written holds up no other: it is refused, or tried again where we failed."""
    try:
        pack = in_turn(message.channel).pack
        draft = carrier_of(message.channel).draft(message, playbook, known)
        set_words(message, draft)
        content = pack(message, draft, playbook, now)
    except (Refused, Unfit) as error:
        return Prepared(message, stuck=Handed(Outcome.REFUSED, str(error)))
    except DatabaseError:
        raise
    except Exception as error:  # a mistake of ours in one letter must not cost the others theirs
        sys.stderr.write(f"letter {message.pk} could not be written:\n")
        traceback.print_exception(error)
        words = f"could not be written: {type(error).__name__}"
        return Prepared(message, stuck=Handed(Outcome.DEFERRED, words))
    return Prepared(message, content, draft.links)


def set_words(message: Message, draft: Draft) -> None:
    """Put the words of a draft into a message, without storing it."""
    message.language, message.subject = draft.language, draft.subject
    message.text, message.html, message.sender = draft.text, draft.html, draft.sender


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
