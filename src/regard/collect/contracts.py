"""What crosses into the log, one message, normalised and frozen; and what is told of keys and of what was refused."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

import msgspec


class Incoming(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One message on its way into the log. Times are microseconds since 1970, money minor units, scores thousandths.

    `ids` are (kind, value) pairs, already normalised (e-mail lower case, phone E.164); `origin` is given instead
    where the product itself speaks of a person it knows. `properties` and `context` are JSON text.
    """

    source: int
    message_id: str
    type: str  # track, page, screen, identify, group, alias, or "import"/"product"
    name: str
    channel: str
    direction: str = "in"
    actor: str = "customer"
    occurred_us: int
    received_us: int
    sent_us: int | None = None
    stamped_us: int | None = None
    ids: tuple[tuple[str, str], ...] = ()
    origin: int | None = None
    previous_id: str | None = None  # alias: the anonymous id that was this person
    group_id: str | None = None
    traits: dict[str, Any] | None = None  # fields told with this message
    group_traits: dict[str, Any] | None = None
    value_minor: int | None = None
    currency: str = ""
    score_milli: int | None = None
    properties: str = "{}"
    context: str = "{}"
    batch: int | None = None


class Recorded(msgspec.Struct, frozen=True, gc=False):
    """What became of one message: its sequence number and origin, or None where it was a duplicate."""

    seq: int | None
    origin: int


class KeyRow(NamedTuple):
    """A key of the API without its hash; `source`: the name of what it writes into, empty where it only reads."""

    pk: int
    scope: str
    name: str
    prefix: str
    source: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class RefusalRow(NamedTuple):
    """A message that was refused: what was wrong and at which place of its batch."""

    received_at: datetime
    source: str
    code: str
    message: str
    position: int | None
