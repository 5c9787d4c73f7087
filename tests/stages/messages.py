"""The fixed cast of the identity stories, and messages as they come from intake.

Ana browses and later signs up; Ben shares her tablet; Cleo was imported from a newsletter; Dev never says who he is.
"""

from __future__ import annotations

from itertools import count
from typing import Any

from regard.collect.contracts import Incoming
from regard.collect.models import Source
from regard.kernel.instant import DAY_US

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
    days: float = 0,
    **rest: Any,
) -> Incoming:
    """A message with these ids, `days` after noon of the story's Monday."""
    named = {"user_id": user, "anonymous_id": anonymous, "email": email, "phone": phone}
    ids = tuple((kind, value) for kind, value in named.items() if value is not None)
    ids += tuple((f"foreign:{system}", value) for system, value in (foreign or {}).items())
    at = NOON_US + round(days * DAY_US)
    return Incoming(
        source=source,
        message_id=rest.pop("message_id", None) or f"m-{next(_numbers)}",
        type=type,
        name=name,
        channel="web",
        occurred_us=rest.pop("occurred_us", at),
        received_us=rest.pop("received_us", at),
        ids=ids,
        **rest,
    )
