"""The second half of the intake: what waits in the journal, as `Incoming`s, and the position that moves with them.

with transaction.atomic():
    waiting = take_waiting(journal, ...)      # holds the absorber's position
    recorded = <whose is it, write it down, learn the fields told>
    settle_waiting(waiting, recorded)         # the position moves in the same transaction
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from regard.collect.contracts import Incoming, Recorded
from regard.collect.intake.journal import Journal, JournalRow, lock_cursor, move_cursor
from regard.collect.intake.keys import note_use
from regard.collect.intake.times import read_time
from regard.collect.intake.wire import Parcel, Unread, normalise
from regard.collect.models import Refusal
from regard.collect.services import record_refusals
from regard.kernel.instant import from_us

log = logging.getLogger("regard.intake")

PARKED = -1  # origin of a message that could not be taken in and was set aside (parking.py)


@dataclass(slots=True)
class WaitingMessages:
    """Messages taken from the journal together, and what is to be settled when they are in the log."""

    position: int = 0
    incomings: list[Incoming] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    used_us: dict[int, int] = field(default_factory=dict)  # key -> when it was last used
    unreadable: list[tuple[JournalRow, int]] = field(default_factory=list)  # to be parked
    came_in: list[tuple[JournalRow, int]] = field(default_factory=list)  # of each incoming: entry, place in it


def take_waiting(journal: Journal, *, most_messages: int, currency: str) -> WaitingMessages | None:
    """Return the next messages of the journal, or None where none wait. Call inside a transaction.

    `currency` is the company's, for amounts that name none. The position stays locked until the transaction ends.
    """
    stored = journal.read(lock_cursor(), most_messages)
    if not stored:
        return None
    waiting = WaitingMessages(position=stored[-1].position)
    for _, entry in stored:
        unpack(entry, currency, waiting)
    return waiting


def unpack(entry: JournalRow, currency: str, waiting: WaitingMessages) -> None:
    """Add what an entry holds to what waits."""
    if entry.key is not None:
        before = waiting.used_us.get(entry.key, 0)
        waiting.used_us[entry.key] = max(before, entry.received_us)
    for refused in entry.refused:
        waiting.refusals.append(_refusal(entry, refused.position, refused.code, refused.message, refused.message_id))
    if not entry.messages or entry.source is None:
        return
    parcel = Parcel(entry.source, entry.received_us, read_time(entry.sent_at), entry.stem, currency)
    unread: list[Unread] = []
    for place, raw in enumerate(entry.messages):
        try:
            waiting.incomings.append(normalise(raw, place, parcel, unread))
            waiting.came_in.append((entry, place))
        except Exception:  # a bound nobody thought of; its neighbours go on
            log.exception("a message could not be read and is parked")
            waiting.unreadable.append((entry, place))
    for position, message_id, name in unread:
        words = f"'{name}' is no number: it stays a property and counts for nothing"
        waiting.refusals.append(_refusal(entry, position, "unread_number", words, message_id))


def settle_waiting(waiting: WaitingMessages, recorded: Sequence[Recorded]) -> int:
    """Move the position behind what was recorded, keep the refusals and the keys' last use; returns rows stored."""
    for incoming, row in zip(waiting.incomings, recorded, strict=True):
        if row.seq is None and row.origin <= 0 and row.origin != PARKED:
            waiting.refusals.append(_nobody(incoming) if row.origin else _erased(incoming))
    if waiting.refusals:
        record_refusals(waiting.refusals)
    for key, used_us in waiting.used_us.items():
        note_use(key_id=key, at=from_us(used_us))
    move_cursor(waiting.position)
    return sum(row.seq is not None for row in recorded)


def _refusal(entry: JournalRow, position: int | None, code: str, message: str, message_id: str) -> Refusal:
    return Refusal(
        source_id=entry.source,
        received_at=from_us(entry.received_us),
        code=code,
        message=message[:255],
        position=position,
        message_id=message_id[:255],
    )


def _nobody(incoming: Incoming) -> Refusal:
    return Refusal(
        source_id=incoming.source,
        received_at=from_us(incoming.received_us),
        code="missing_identity",
        message="none of the ids means somebody",
        message_id=incoming.message_id,
    )


def _erased(incoming: Incoming) -> Refusal:
    """Count it, and keep nothing of it: even the message's id may name them (promise D5)."""
    return Refusal(
        source_id=incoming.source,
        received_at=from_us(incoming.received_us),
        code="erased",
        message="speaks of an erased person",
    )
