"""Handing over and writing down (promises, section 4, steps 3 and 4): nothing here holds a transaction open while it talks.

For each claimed message: draft it and keep the words; begin; hand over; record. The only stretch in which a killed
worker leaves something unknown is from `begin` to `record` of one message. Webhooks come after the mail of a batch: a
slow endpoint holds up no letter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from regard.act.addresses import unsubscribe_address
from regard.act.channels.email.handover import Handed, Outcome
from regard.act.channels.email.mime import Envelope, UnfitAddress, build_mail
from regard.act.channels.email.transport import Transport
from regard.act.channels.webhook.call import CHANNEL as WEBHOOK
from regard.act.drafting import draft_message
from regard.act.models import Link, Message
from regard.act.recording import Deed, record_deeds
from regard.act.services.claim import LEASE, begin, renew
from regard.act.services.endpoints import note_attempt, tell_endpoint
from regard.act.services.telling import prepare_call, put_off
from regard.decide.models import Decision
from regard.decide.services import record_outcome
from regard.kernel.ids import public_id
from regard.kernel.issues import Refused
from regard.kernel.sampling import SCALE, draw
from regard.playbooks.model import Playbook

PREFIX = "msg"
# Minutes after each deferral; one try more than there are pauses. A webhook is worth three days of trying.
BACK_OFF = (1, 5, 15, 60, 180, 360, 720)
BACK_OFF_WEBHOOK = (1, 5, 15, 60, 180, 360, 720, 1440, 1440)
SPREAD = 0.2  # of a webhook's pause: those that failed together do not come back together


@dataclass(frozen=True, slots=True)
class Delivered:
    """How many messages ended how."""

    sent: int = 0
    refused: int = 0
    deferred: int = 0
    uncertain: int = 0
    let_go: int = 0


def deliver(
    *,
    messages: Sequence[int],
    playbook: Playbook,
    transport: Transport,
    worker: str,
    clock: Callable[[], datetime],
) -> Delivered:
    """Hand over the messages this worker claimed, one after the other, and record what became of each."""
    counts = dict.fromkeys(("sent", "refused", "deferred", "uncertain", "let_go"), 0)
    held_until = clock()
    with transport:
        ordered = _mail_first(messages)
        for place, message_id in enumerate(ordered):
            if clock() >= held_until:
                renew(messages=ordered[place:], worker=worker, now=clock())
                held_until = clock() + LEASE / 5
            counts[_deliver_one(message_id, playbook, transport, worker, clock)] += 1
    return Delivered(**counts)


def _deliver_one(
    message_id: int,
    playbook: Playbook,
    transport: Transport,
    worker: str,
    clock: Callable[[], datetime],
) -> str:
    message = Message.objects.select_related("person", "decision").get(id=message_id)
    if message.channel == WEBHOOK:
        return _tell_one(message, playbook, worker, clock)
    try:
        mail = _prepare(message, playbook, clock())
    except (Refused, UnfitAddress) as error:
        return _record(message, Handed(Outcome.REFUSED, str(error)), "", worker, clock())
    if not begin(message_id=message_id, worker=worker, now=clock()):
        return "let_go"
    handed = transport.hand_over(sender=message.sender, receiver=message.address, mail=mail)
    return _record(message, handed, transport.name, worker, clock())


def _mail_first(messages: Sequence[int]) -> list[int]:
    webhooks = set(
        Message.objects.filter(id__in=messages, channel=WEBHOOK).values_list("id", flat=True)
    )
    return sorted(messages, key=lambda message_id: message_id in webhooks)


def _tell_one(
    message: Message, playbook: Playbook, worker: str, clock: Callable[[], datetime]
) -> str:
    try:
        call = prepare_call(message, playbook, clock())
    except Refused as error:
        return _record(message, Handed(Outcome.REFUSED, str(error)), "", worker, clock())
    if call.rests_until is not None:
        put_off(message_id=message.id, worker=worker, until=call.rests_until, now=clock())
        return "let_go"
    if not begin(message_id=message.id, worker=worker, now=clock()):
        return "let_go"
    told = tell_endpoint(call.endpoint, event=call.event, body=call.body, now=clock())
    note_attempt(endpoint=call.endpoint.pk, told=told, message=message.id, now=clock())
    name = f"webhook:{call.endpoint.name}"
    return _record(message, told.handed, name, worker, clock())


def _prepare(message: Message, playbook: Playbook, now: datetime) -> bytes:
    """Draft the letter and keep its words and links with the message; return the mail to hand over."""
    draft = draft_message(message, playbook)
    message.language, message.subject = draft.language, draft.subject
    message.text, message.html, message.sender = draft.text, draft.html, draft.sender.email
    purpose = playbook.purposes.get(message.purpose)
    may_leave = purpose is None or purpose.can_be_left
    domain = draft.sender.email.rpartition("@")[2]
    envelope = Envelope(
        message_id=message.message_id_header or "",
        sender_name=draft.sender.name,
        sender_email=draft.sender.email,
        receiver=message.address,
        subject=draft.subject,
        list_id=f"{message.purpose}.{domain}",
        list_name=purpose.name if purpose else message.purpose,
        unsubscribe=unsubscribe_address(
            message.person.public_id, message.purpose, message.public_id
        )
        if may_leave
        else "",
        language=draft.language,
    )
    mail = build_mail(envelope, text=draft.text, html=draft.html, at=now)
    with transaction.atomic():
        keep_words(message, draft.links)
    return mail


def keep_words(message: Message, links: Sequence[str]) -> None:
    """Store what a message says and where its links lead; links only ever grow, clicks may come at any time."""
    message.save(update_fields=["language", "subject", "text", "html", "sender"])
    rows = [Link(message=message, position=position, url=url) for position, url in enumerate(links)]
    Link.objects.bulk_create(rows, ignore_conflicts=True)


def _record(message: Message, handed: Handed, transport: str, worker: str, now: datetime) -> str:
    """Write down what became of a hand-over, with the touchpoint, in one transaction.

    The row must still be ours: where the lease ran out meanwhile and somebody settled it, a known outcome still
    replaces 'uncertain', since it is the truth; nothing else is touched.
    """
    with transaction.atomic():
        row = Message.objects.select_for_update().get(id=message.id)
        is_ours = row.state == Message.State.CLAIMED and row.claimed_by == worker
        if not is_ours and row.state != Message.State.UNCERTAIN:
            return "let_go"
        row.note, row.transport, row.lease_until = handed.note[:400], transport, None
        ended = _END[handed.outcome](row, now)
        if ended == "deferred" and handed.rest_s:
            row.due_at = max(row.due_at, now + timedelta(seconds=handed.rest_s))
        row.save()
        record_outcome(outcomes={row.decision_id: _OUTCOMES[Message.State(row.state)]}, now=now)
        if row.state == Message.State.SENT:
            record_deeds(deeds=_sent_deeds(row), now=now)
    return ended


def _sent(row: Message, now: datetime) -> str:
    row.state, row.sent_at = Message.State.SENT, now
    return "sent"


def _refused(row: Message, _: datetime) -> str:
    row.state = Message.State.REFUSED
    return "refused"


def _deferred(row: Message, now: datetime) -> str:
    pauses = BACK_OFF_WEBHOOK if row.channel == WEBHOOK else BACK_OFF
    if row.tries > len(pauses):
        row.state = Message.State.REFUSED
        row.note = f"given up after {row.tries} tries: {row.note}"[:400]
        return "refused"
    row.state, row.claimed_by, row.begun_at = Message.State.DEFERRED, "", None
    minutes: float = pauses[max(row.tries, 1) - 1]
    if row.channel == WEBHOOK:
        share = draw(row.id, f"retry:{row.tries}") / SCALE
        minutes *= 1 - SPREAD + 2 * SPREAD * share
    row.due_at = now + timedelta(minutes=minutes)
    return "deferred"


def _unknown(row: Message, now: datetime) -> str:
    if not row.may_repeat:
        row.state = Message.State.UNCERTAIN
        return "uncertain"
    return _deferred(row, now)  # the same Message-ID lets the other side drop a second one


_END: dict[Outcome, Callable[[Message, datetime], str]] = {
    Outcome.SENT: _sent,
    Outcome.REFUSED: _refused,
    Outcome.DEFERRED: _deferred,
    Outcome.UNKNOWN: _unknown,
}


_OUTCOMES = {
    Message.State.SENT: Decision.Outcome.SENT.value,
    Message.State.REFUSED: Decision.Outcome.FAILED.value,
    Message.State.DEFERRED: Decision.Outcome.PLANNED.value,
    Message.State.UNCERTAIN: Decision.Outcome.UNCERTAIN.value,
}


def _sent_deeds(message: Message) -> list[Deed]:
    if message.channel == WEBHOOK:
        return [_told_deed(message)]
    about = {
        "message": public_id(PREFIX, message.public_id),
        "template": message.template,
        "purpose": message.purpose,
        "marketing": message.is_marketing,
        "subject": message.subject,
        "language": message.language,
    }
    key = message.public_id.hex
    deeds = [
        Deed(
            message.person_id,
            "Message Sent",
            f"sent:{key}",
            message.channel,
            "out",
            properties=about,
        )
    ]
    if message.survey:
        asked = {"survey": message.survey, "message": about["message"]}
        deeds.append(
            Deed(
                message.person_id,
                "Survey Asked",
                f"asked:{key}",
                message.channel,
                "out",
                properties=asked,
            )
        )
    return deeds


def _told_deed(message: Message) -> Deed:
    """Tell the log that another system was told: nothing reached the person, so no channel and no direction."""
    about = {
        "message": public_id(PREFIX, message.public_id),
        "event": message.template,
        "endpoint": message.sender,
        "purpose": message.purpose,
    }
    return Deed(
        message.person_id, "Webhook Sent", f"sent:{message.public_id.hex}", properties=about
    )
