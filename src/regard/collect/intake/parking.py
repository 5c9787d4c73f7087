"""One message that a stage cannot take in must not hold up all others: it is set aside, staff see it, it is tried again.

An accepted message never gets lost by a mistake of ours. What cannot be taken in today (a bug, a bound nobody thought
of) waits here, by itself, until a later try or a later version takes it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

import psycopg
from django.db import InterfaceError, OperationalError, transaction

from regard.collect.contracts import Incoming, Recorded
from regard.collect.intake.absorbing import PARKED, WaitingMessages, unpack
from regard.collect.intake.journal import JournalRow, decode_entry, encode_entry
from regard.collect.models import Parked, Refusal
from regard.kernel.instant import from_us

log = logging.getLogger("regard.intake")

Receive = Callable[[Sequence[Incoming]], list[Recorded]]
# The store's own trouble says nothing about the messages: it is raised, and everything is tried again as it was.
_OF_THE_STORE = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)


def receive_or_park(waiting: WaitingMessages, receive: Receive) -> list[Recorded]:
    """Take all in; where that fails, find those that cannot be taken by halving, and park them. In a transaction."""
    reasons: dict[int, str] = {}
    recorded = _receive_halves(waiting.incomings, 0, receive, reasons)
    for entry, place in waiting.unreadable:
        waiting.refusals.append(_park(entry, place, "", "it could not be read"))
    for at, reason in reasons.items():
        waiting.refusals.append(_park(*waiting.came_in[at], waiting.incomings[at].message_id, reason))
    return recorded


def _receive_halves(
    incomings: Sequence[Incoming], first: int, receive: Receive, reasons: dict[int, str]
) -> list[Recorded]:
    try:
        with transaction.atomic():
            return receive(incomings)
    except _OF_THE_STORE:
        raise
    except Exception as error:  # whatever it is, it is about these messages
        if len(incomings) == 1:
            log.exception("a message could not be taken in and is parked")
            reasons[first] = type(error).__name__
            return [Recorded(None, PARKED)]
    half = len(incomings) // 2
    return [
        *_receive_halves(incomings[:half], first, receive, reasons),
        *_receive_halves(incomings[half:], first + half, receive, reasons),
    ]


def _park(entry: JournalRow, place: int, message_id: str, reason: str) -> Refusal:
    """Set a message aside and return what staff see of it."""
    alone = JournalRow(
        entry.key,
        entry.source,
        entry.received_us,
        entry.sent_at,
        f"{entry.stem}-{place}",
        [entry.messages[place]],
    )
    Parked.objects.create(
        source_id=entry.source,
        received_at=from_us(entry.received_us),
        message_id=message_id,
        entry=encode_entry(alone)[1].decode(),
        reason=reason[:255],
    )
    return Refusal(
        source_id=entry.source,
        received_at=from_us(entry.received_us),
        code="parked",
        message=f"kept aside, tried again later: {reason}"[:255],
        position=place,
        message_id=message_id,
    )


def retry_parked(receive: Receive, *, currency: str, limit: int = 100) -> int:
    """Try parked messages again, oldest first, each in its own transaction; returns how many are in the log now."""
    taken = 0
    for parked in Parked.objects.order_by("id")[:limit]:
        waiting = WaitingMessages()
        unpack(decode_entry(parked.entry.encode()), currency, waiting)
        if waiting.unreadable:
            continue
        try:
            with transaction.atomic():
                receive(waiting.incomings)
                parked.delete()
        except _OF_THE_STORE:
            raise
        except Exception as error:
            log.warning("parked message %s still cannot be taken in: %s", parked.id, type(error).__name__)
        else:
            taken += 1
    return taken


def forget_parked(_: Sequence[int]) -> int:
    """Drop every parked message: after an erasure nobody can say that none of them is the erased person's."""
    return Parked.objects.all().delete()[0]
