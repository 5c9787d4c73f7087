"""A small world for the stage's tests: one source, orders and other touchpoints of people known by e-mail."""

from __future__ import annotations

import json
from datetime import datetime
from itertools import count

from regard.collect.contracts import Incoming
from regard.collect.models import Source
from regard.kernel.instant import to_us

_NUMBER = count()


def source(name: str = "shop") -> int:
    made, _ = Source.objects.get_or_create(
        name=name,
        defaults={
            "kind": Source.Kind.API,
            "created_at": datetime.fromisoformat("2026-01-01T00:00:00Z"),
        },
    )
    return made.id


def happened(inbox: int, who: str, name: str, at: datetime, *, ids=None, properties=None, **more) -> Incoming:
    """One touchpoint of a person known by user id and e-mail."""
    us = to_us(at)
    known = ids if ids is not None else (("user_id", who), ("email", f"{who}@example.org"))
    return Incoming(
        source=inbox,
        message_id=f"m{next(_NUMBER)}",
        type="track",
        name=name,
        channel=more.pop("channel", "web"),
        occurred_us=us,
        received_us=us,
        ids=known,
        properties=json.dumps(properties or {}),
        **more,
    )


def order(inbox: int, who: str, at: datetime, amount: float, **properties) -> Incoming:
    return happened(
        inbox,
        who,
        "Order Completed",
        at,
        value_minor=round(amount * 100),
        currency="USD",
        properties=properties,
    )
