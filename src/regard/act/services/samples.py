"""Messages to people of the sample: rendered so that one can read them, and never handed to anything."""

from __future__ import annotations

from django.db import transaction

from regard.act.channels.webhook.call import CHANNEL as WEBHOOK
from regard.act.drafting import draft_message
from regard.act.models import Message
from regard.act.services.deliver import keep_words
from regard.act.services.telling import render_call
from regard.consent.models import Consent
from regard.identify.selectors import origins_of
from regard.kernel.issues import Refused
from regard.playbooks.model import Playbook


def render_samples(*, playbook: Playbook, limit: int = 2000) -> int:
    """Draft the letters of sample messages that have no words yet; returns how many. One that fails keeps the reason."""
    waiting = Message.objects.filter(state=Message.State.SAMPLE, text="", note="").select_related(
        "person", "decision"
    )
    done = 0
    for message in list(waiting.order_by("id")[:limit]):
        message.basis = _basis_of(message)
        if message.channel == WEBHOOK:
            done += _told(message, playbook)
            continue
        try:
            draft = draft_message(message, playbook)
        except Refused as error:
            Message.objects.filter(id=message.id).update(note=str(error)[:400])
            continue
        message.language, message.subject, message.text = draft.language, draft.subject, draft.text
        message.html, message.sender, message.note = (
            draft.html,
            draft.sender.email,
            "sample: nothing is sent",
        )
        with transaction.atomic():
            Message.objects.filter(id=message.id).update(note=message.note, basis=message.basis)
            keep_words(message, draft.links)
        done += 1
    return done


def _told(message: Message, playbook: Playbook) -> bool:
    try:
        render_call(message, playbook)
    except Refused as error:
        Message.objects.filter(id=message.id).update(note=str(error)[:400])
        return False
    Message.objects.filter(id=message.id).update(
        note="sample: nothing is sent", basis=message.basis
    )
    return True


def _basis_of(message: Message) -> dict[str, object]:
    """Return what the letter would have rested on then.

    The sample is loaded in one go: its words were given long before they were written down, so they are read by when
    they were given. A live message reads what had reached us (`judging.judge`).
    """
    words = Consent.objects.filter(
        person_id__in=origins_of(message.person_id), purpose=message.purpose
    )
    row = words.filter(occurred_at__lte=message.queued_at).order_by("-occurred_at", "-seq").first()
    about: dict[str, object] = {
        "purpose": message.purpose,
        "channel": message.channel,
        "basis": "consent",
    }
    if row is None:
        return about | {"state": "unknown"}
    return about | {
        "state": row.state,
        "consent": row.seq,
        "source": row.source,
        "wording": row.wording,
        "wording_text": row.wording_text,
        "occurred_at": row.occurred_at.isoformat(),
    }
