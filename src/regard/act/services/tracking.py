"""Opens and clicks: access records marked unconfirmed, since scanners open and follow too (contract 13).

They are written at most once an hour for a message (and link), so a scanner that hammers fills nothing.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction

from regard.act.models import Link, Message
from regard.collect.deeds import Deed, record_deeds
from regard.kernel.ids import public_id
from regard.playbooks.vocabulary import EMAIL_LINK_CLICKED, EMAIL_OPENED, TouchpointKind

_UNCONFIRMED = {"confirmed": False}


def follow_link(*, message: uuid.UUID, position: int, now: datetime, record: bool = True) -> str | None:
    """Record a click (unless a HEAD only looks) and return the stored address it leads to, or None where nothing is stored (promise F9)."""
    link = Link.objects.select_related("message").filter(message__public_id=message, position=position).first()
    if link is None:
        return None
    if record:
        _record(
            link.message,
            EMAIL_LINK_CLICKED,
            f"clicked:{message.hex}:{position}",
            now,
            {"url": link.url[:500]},
        )
    return link.url


def note_open(*, message: uuid.UUID, now: datetime) -> bool:
    """Record that a mail's picture was loaded. False where there is no such message."""
    found = Message.objects.filter(public_id=message).first()
    if found is None:
        return False
    _record(found, EMAIL_OPENED, f"opened:{message.hex}", now, {})
    return True


def _record(message: Message, kind: TouchpointKind, key: str, now: datetime, more: dict[str, object]) -> None:
    if message.state == Message.State.SAMPLE:
        return
    about = {"message": public_id("msg", message.public_id), "template": message.template} | more
    deed = Deed(
        person=message.person_id,
        kind=kind,
        key=f"{key}:{now:%Y%m%d%H}",
        channel=message.channel,
        properties=about,
        context=dict(_UNCONFIRMED),
    )
    with transaction.atomic():
        record_deeds(deeds=[deed], now=now)
