"""What people did: messages as they come from intake, and touchpoints as the log keeps them.

In the identity stories Ana browses and later signs up; Ben shares her tablet; Cleo was imported from a newsletter; Dev
never says who he is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from itertools import count
from typing import Any
from uuid import uuid4

from django.db import transaction

from regard.collect.contracts import Incoming
from regard.collect.models import Source, Touchpoint
from regard.collect.sequence import allot_sequence
from regard.kernel.instant import DAY_US, to_us

NOON_US = 1_794_830_400_000_000  # 2026-11-16 12:00 UTC
_numbers = count(1)


def a_source(name: str = "shop", kind: str = Source.Kind.API) -> int:
    return Source.objects.get_or_create(name=name, defaults={"kind": kind, "created_at": NOON_US})[0].id


def message(
    *,
    source: int = 1,
    type: str = "track",
    name: str = "Page Viewed",
    user: str | None = None,
    anonymous: str | None = None,
    email: str | None = None,
    phone: str | None = None,
    foreign: dict[str, str] | None = None,
    at: datetime | None = None,
    days: float = 0,
    properties: Mapping[str, Any] | str | None = None,
    **rest: Any,
) -> Incoming:
    """A message with these ids, `at` an instant or so many `days` after noon of the story's Monday."""
    named = {"user_id": user, "anonymous_id": anonymous, "email": email, "phone": phone}
    ids = tuple((kind, value) for kind, value in named.items() if value is not None)
    ids += tuple((f"foreign:{system}", value) for system, value in (foreign or {}).items())
    at_us = NOON_US + round(days * DAY_US) if at is None else to_us(at)
    if properties is not None:
        rest["properties"] = properties if isinstance(properties, str) else json.dumps(properties)
    return Incoming(
        source=source,
        message_id=rest.pop("message_id", None) or f"m-{next(_numbers)}",
        type=type,
        name=name,
        channel=rest.pop("channel", "web"),
        occurred_us=rest.pop("occurred_us", at_us),
        received_us=rest.pop("received_us", at_us),
        ids=rest.pop("ids", ids),
        **rest,
    )


def order(minor: int, currency: str = "USD", **rest: Any) -> Incoming:
    """An order of that much, else as a message."""
    return message(name="Order Completed", value_minor=minor, currency=currency, **rest)


def identify(email: str, *, traits: Mapping[str, Any] | None = None, **rest: Any) -> Incoming:
    """Somebody is told of by an address, which is also theirs to be written to; else as a message."""
    known = {"email": email, **(traits or {})}
    return message(type="identify", name="identify", email=email, traits=known, **rest)


def does(
    person: int,
    name: str,
    *,
    now: datetime,
    kind: str = Source.Kind.PRODUCT,
    score: int | None = None,
    actor: str = "customer",
    direction: str = "in",
    told: dict[str, object] | None = None,
    **properties: object,
) -> int:
    """Something happens with them; `told` holds properties whose names are taken here."""
    properties |= told or {}
    source, _ = Source.objects.get_or_create(name=f"source-{kind}", defaults={"kind": kind, "created_at": now})
    with transaction.atomic():
        seq = allot_sequence()
        Touchpoint.objects.create(
            seq=seq,
            source=source,
            message_id=f"t-{next(_numbers)}-{uuid4()}",
            origin=person,
            occurred_at=now,
            received_at=now,
            name=name,
            channel="web",
            direction=direction,
            actor=actor,
            score_milli=None if score is None else score * 1000,
            properties=properties,
        )
    assert json.dumps(properties)
    return seq
