"""Writing down what became of a hand-over, with its touchpoint, in one transaction (promises, section 4, step 4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from regard.act.channels.base import Handed, Outcome
from regard.act.channels.registry import carrier_of
from regard.act.models import Message
from regard.collect.deeds import record_deeds
from regard.decide.models import Decision
from regard.decide.services import record_outcome
from regard.kernel.sampling import SCALE, draw

LET_GO = "let_go"
State = Message.State


def record_end(message: Message, handed: Handed, *, tries: int, transport: str, worker: str, now: datetime) -> str:
    """Write down how a hand-over ended; return the state, or 'let_go' where the message is not ours any more.

    The row must still be ours: where the lease ran out meanwhile and somebody settled it, a known outcome still
    replaces 'uncertain', since it is the truth; nothing else is touched. `tries`: this one counted.
    """
    ended: dict[str, Any] = {"note": handed.note}
    ended |= _ENDS[handed.outcome](message, handed, tries, now)
    ended |= {"note": ended["note"][:400], "transport": transport, "lease_until": None}
    ours = Q(state=State.CLAIMED, claimed_by=worker) | Q(state=State.UNCERTAIN)
    with transaction.atomic():
        if not Message.objects.filter(ours, id=message.pk).update(tries=tries, **ended):
            return LET_GO
        record_outcome(outcomes={message.decision_id: _OUTCOMES[ended["state"]].value}, now=now)
        if ended["state"] == State.SENT:
            record_deeds(deeds=carrier_of(message.channel).deeds(message), now=now)
    return str(ended["state"].value)


def _sent(_: Message, __: Handed, ___: int, now: datetime) -> dict[str, Any]:
    return {"state": State.SENT, "sent_at": now}


def _refused(*_: object) -> dict[str, Any]:
    return {"state": State.REFUSED}


def _deferred(message: Message, handed: Handed, tries: int, now: datetime) -> dict[str, Any]:
    carrier = carrier_of(message.channel)
    if tries > len(carrier.pauses):
        return {"state": State.REFUSED, "note": f"given up after {tries} tries: {handed.note}"}
    share = draw(message.pk, f"retry:{tries}") / SCALE
    minutes = carrier.pauses[max(tries, 1) - 1] * (1 - carrier.spread + 2 * carrier.spread * share)
    pause = max(timedelta(minutes=minutes), timedelta(seconds=handed.rest_s))
    return {"state": State.DEFERRED, "claimed_by": "", "begun_at": None, "due_at": now + pause}


def _unknown(message: Message, handed: Handed, tries: int, now: datetime) -> dict[str, Any]:
    if not message.may_repeat:
        return {"state": State.UNCERTAIN}
    # The same id lets the other side drop a second one.
    return _deferred(message, handed, tries, now)


_ENDS: dict[Outcome, Callable[[Message, Handed, int, datetime], dict[str, Any]]] = {
    Outcome.SENT: _sent,
    Outcome.REFUSED: _refused,
    Outcome.DEFERRED: _deferred,
    Outcome.UNKNOWN: _unknown,
}
_OUTCOMES = {
    State.SENT: Decision.Outcome.SENT,
    State.REFUSED: Decision.Outcome.FAILED,
    State.DEFERRED: Decision.Outcome.PLANNED,
    State.UNCERTAIN: Decision.Outcome.UNCERTAIN,
}
