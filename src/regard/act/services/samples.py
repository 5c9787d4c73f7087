"""Messages to people of the sample: rendered so that one can read them, and never handed to anything."""

from __future__ import annotations

from regard.act.channels.registry import carrier_of
from regard.act.known.people import known_to
from regard.act.models import Message
from regard.act.services.deliver import keep_words, set_words
from regard.consent.models import Consent
from regard.identify.selectors import origins_of
from regard.kernel.issues import Refused
from regard.playbooks.model import Playbook

SAID = "sample: nothing is sent"


def render_samples(*, playbook: Playbook, limit: int = 2000) -> int:
    """Draft the letters of sample messages that have no words yet; returns how many. One that fails keeps the reason."""
    waiting = Message.objects.filter(state=Message.State.SAMPLE, text="", note="").select_related("person", "decision")
    messages = list(waiting.order_by("id")[:limit])
    known = known_to(messages, playbook)
    done = 0
    for message in messages:
        message.basis = _basis_of(message)
        try:
            draft = carrier_of(message.channel).draft(message, playbook, known[message.person_id])
            set_words(message, draft)
            keep_words([(message, draft.links)], worker="")
        except Refused as error:
            Message.objects.filter(id=message.id).update(note=str(error)[:400])
            continue
        Message.objects.filter(id=message.id).update(note=SAID, basis=message.basis)
        done += 1
    return done


def _basis_of(message: Message) -> dict[str, object]:
    """Return what the letter would have rested on then.

    The sample is loaded in one go: its words were given long before they were written down, so they are read by when
    they were given. A live message reads what had reached us (`judging.judge`).
    """
    words = Consent.objects.filter(person_id__in=origins_of(message.person_id), purpose=message.purpose)
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
