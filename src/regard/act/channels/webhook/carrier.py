"""How webhooks are carried: each system in a lane of its own, told again for three days, and no person is reached."""

from __future__ import annotations

from regard.act.channels.base import PREFIX, Carrier, OwnLane
from regard.act.channels.webhook.telling import draft_call, tell_others
from regard.act.models import Message
from regard.collect.deeds import Deed
from regard.kernel.ids import public_id
from regard.playbooks.vocabulary import WEBHOOK_SENT


def told_deeds(message: Message) -> list[Deed]:
    """Return what the log is told: a webhook reached no person, so it has no channel and no direction."""
    named = public_id(PREFIX, message.public_id)
    about = {"message": named, "purpose": message.purpose, "event": message.template, "endpoint": message.sender}
    return [Deed(person=message.person_id, kind=WEBHOOK_SENT, key=f"sent:{message.public_id.hex}", properties=about)]


CARRIER = Carrier(
    draft=draft_call,
    lane=OwnLane(tell_others),
    deeds=told_deeds,
    pauses=(1, 5, 15, 60, 180, 360, 720, 1440, 1440),
    spread=0.2,
)
