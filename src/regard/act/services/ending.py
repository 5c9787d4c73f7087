"""Writing down what became of a hand-over, with its touchpoint, in one transaction (promises, section 4, step 4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from regard.act.channels.email.handover import Handed, Outcome
from regard.act.channels.webhook.call import CHANNEL as WEBHOOK
from regard.act.models import Message
from regard.collect.deeds import Deed, record_deeds
from regard.decide.contracts import sent_key
from regard.decide.models import Decision
from regard.decide.services import record_outcome
from regard.kernel.ids import public_id
from regard.kernel.sampling import SCALE, draw
from regard.playbooks.vocabulary import MESSAGE_SENT, SURVEY_ASKED, WEBHOOK_SENT

PREFIX = "msg"
# Minutes after each deferral; one try more than there are pauses. A webhook is worth three days of trying.
BACK_OFF = (1, 5, 15, 60, 180, 360, 720)
BACK_OFF_WEBHOOK = (1, 5, 15, 60, 180, 360, 720, 1440, 1440)
SPREAD = 0.2  # of a webhook's pause: those that failed together do not come back together
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
            record_deeds(deeds=_sent_deeds(message), now=now)
    return str(ended["state"].value)


def _sent(_: Message, __: Handed, ___: int, now: datetime) -> dict[str, Any]:
    return {"state": State.SENT, "sent_at": now}


def _refused(*_: object) -> dict[str, Any]:
    return {"state": State.REFUSED}


def _deferred(message: Message, handed: Handed, tries: int, now: datetime) -> dict[str, Any]:
    pauses = BACK_OFF_WEBHOOK if message.channel == WEBHOOK else BACK_OFF
    if tries > len(pauses):
        return {"state": State.REFUSED, "note": f"given up after {tries} tries: {handed.note}"}
    minutes: float = pauses[max(tries, 1) - 1]
    if message.channel == WEBHOOK:
        share = draw(message.pk, f"retry:{tries}") / SCALE
        minutes *= 1 - SPREAD + 2 * SPREAD * share
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


_ACTORS = {Message.Kind.REPLY.value: "staff"}  # a colleague wrote it: a human was in touch


def _sent_deeds(message: Message) -> list[Deed]:
    """Tell the log what was sent. A webhook reached no person, so it has no channel and no direction."""
    person, key = message.person_id, message.public_id.hex
    named = public_id(PREFIX, message.public_id)
    about: dict[str, Any] = {"message": named, "purpose": message.purpose}
    if message.channel == WEBHOOK:
        about |= {"event": message.template, "endpoint": message.sender}
        return [Deed(person=person, kind=WEBHOOK_SENT, key=f"sent:{key}", properties=about)]
    about |= {
        "template": message.template,
        "marketing": message.is_marketing,
        "subject": message.subject,
        "language": message.language,
    }
    channel, actor, sent = message.channel, "", f"sent:{key}"
    if message.decision_id is None:  # it says what it was, so that caps count it and the timeline tells it
        sent, actor = sent_key(message.kind, key), _ACTORS.get(message.kind, "")
        about |= {
            "kind": message.kind,
            "cause": f"{message.cause_kind}:{message.cause_id}",
            "asked_by": message.asked_by,
        }
    deeds = [Deed(person=person, kind=MESSAGE_SENT, key=sent, channel=channel, actor=actor, properties=about)]
    if message.survey:
        asked = {"survey": message.survey, "message": named}
        deeds.append(Deed(person=person, kind=SURVEY_ASKED, key=f"asked:{key}", channel=channel, properties=asked))
    return deeds
