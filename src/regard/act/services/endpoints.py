"""Endpoints of webhooks: name them, give them a key shown once, test them, pause and switch them off, keep the log short."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_bytes

from django.conf import settings
from django.db import transaction

from regard import door
from regard.act.channels.base import Outcome
from regard.act.channels.webhook.call import trial_body
from regard.act.channels.webhook.handover import GONE, CallTold, hand_over
from regard.act.channels.webhook.signing import key_of, shown_key, signed_headers
from regard.act.models import Delivery, Endpoint
from regard.kernel.ids import public_id, uuid7
from regard.kernel.instant import to_us
from regard.kernel.issues import Issue, Refused

NAME = re.compile(r"[a-z][a-z0-9-]{0,59}")
BOTH_KEYS_FOR = timedelta(hours=24)  # after an exchange the key before signs too
PAUSE_AFTER = 5  # failures in a row
PAUSES = (1, 5, 15, 60)  # minutes, one longer than the other
KEPT_FOR = timedelta(days=30)
WAITS = frozenset({Outcome.DEFERRED, Outcome.UNKNOWN})
AGENT = "Regard/1 (webhooks)"


@dataclass(frozen=True, slots=True)
class NewSigningKey:
    """An endpoint and its signing key, to be shown now and never again."""

    endpoint: Endpoint
    secret: str


def add_endpoint(*, name: str, url: str, by: str, now: datetime, allowed_range: str = "") -> NewSigningKey:
    """Name another system that playbooks may tell. Raises Refused for a name or an address that cannot be one.

    `allowed_range`: private addresses that this endpoint alone may have, such as 10.1.0.0/16; '' for public ones only.
    """
    if not NAME.fullmatch(name):
        raise Refused(Issue("name", "a name is small letters, digits and '-', such as erp"))
    try:
        door.read_destination(url, allowed=allowed_range)
    except door.Closed as closed:
        raise Refused(Issue("url", str(closed), code="closed_door")) from None
    with transaction.atomic():
        if Endpoint.objects.filter(name=name).exists():
            raise Refused(Issue("name", f"there is an endpoint '{name}' already"))
        endpoint = Endpoint.objects.create(
            public_id=uuid7(to_us(now), token_bytes(10)),
            name=name,
            url=url,
            allowed_range=allowed_range.strip(),
            created_at=now,
            created_by=by[:80],
        )
    return NewSigningKey(endpoint, _shown(endpoint))


def exchange_key(*, endpoint_id: int, now: datetime) -> NewSigningKey:
    """Give an endpoint another key; for a day both sign, so that the other side can change over. Raises Refused."""
    with transaction.atomic():
        endpoint = _locked(endpoint_id)
        endpoint.generation += 1
        endpoint.exchanged_at = now
        endpoint.save(update_fields=["generation", "exchanged_at"])
    return NewSigningKey(endpoint, _shown(endpoint))


def switch_endpoint(*, endpoint_id: int, is_on: bool, because: str, now: datetime) -> Endpoint:
    """Switch an endpoint off (what would be told it fails with the reason) or on again. Raises Refused."""
    with transaction.atomic():
        endpoint = _locked(endpoint_id)
        endpoint.off_at, endpoint.off_because = (None, "") if is_on else (now, because[:120])
        endpoint.failures, endpoint.paused_until = 0, None
        endpoint.save(update_fields=["off_at", "off_because", "failures", "paused_until"])
    return endpoint


def try_endpoint(*, endpoint_id: int, now: datetime) -> CallTold:
    """Tell an endpoint a test that is about nobody, and keep how it went. Raises Refused."""
    endpoint = Endpoint.objects.filter(pk=endpoint_id).first()
    if endpoint is None:
        raise Refused(Issue("endpoint", "there is no such endpoint", code="not_found"))
    body, event = trial_body(now).encode(), public_id("msg", uuid7(to_us(now), token_bytes(10)))
    told = tell_endpoint(endpoint, event=event, body=body, now=now)
    note_attempt(endpoint=endpoint.pk, told=told, message=None, now=now)
    return told


def tell_endpoint(endpoint: Endpoint, *, event: str, body: bytes, now: datetime) -> CallTold:
    """Sign and post one webhook, outside of any transaction; never raises for what the other side does."""
    headers = {
        "content-type": "application/json",
        "user-agent": AGENT,
        **signed_headers(event=event, at_s=to_us(now) // 1_000_000, body=body, keys=_keys(endpoint, now)),
    }
    allowed = endpoint.allowed_range
    return hand_over(endpoint.url, allowed=allowed, headers=headers, body=body, now=now)


def note_attempt(*, endpoint: int, told: CallTold, message: int | None, now: datetime) -> bool:
    """Keep how an attempt went, and pause the endpoint after failures in a row or where it asks for rest.

    Returns whether nothing may be told to it for now.
    """
    with transaction.atomic():
        Delivery.objects.create(
            endpoint_id=endpoint,
            message_id=message,
            at=now,
            outcome=told.handed.outcome,
            status=told.status,
            took_ms=told.took_ms,
            note=told.handed.note[:200],
        )
        row = Endpoint.objects.select_for_update().get(pk=endpoint)
        if told.handed.outcome in WAITS:
            row.failures += 1
            rest = timedelta(seconds=told.handed.rest_s)
            if row.failures >= PAUSE_AFTER:
                place = min(row.failures - PAUSE_AFTER, len(PAUSES) - 1)
                rest = max(rest, timedelta(minutes=PAUSES[place]))
            row.paused_until = now + rest if rest else row.paused_until
        elif told.status is not None:
            row.failures, row.paused_until = 0, None
        if told.status == GONE:
            row.off_at, row.off_because = now, "it answered 410: gone for good"
        if told.handed.outcome is Outcome.SENT:
            row.last_yes_at = now
        row.save()
    return row.off_at is not None or (row.paused_until is not None and row.paused_until > now)


def prune_deliveries(*, now: datetime) -> int:
    """Drop attempts older than the log is kept for; returns how many."""
    return Delivery.objects.filter(at__lt=now - KEPT_FOR).delete()[0]


def _keys(endpoint: Endpoint, now: datetime) -> Sequence[bytes]:
    secret, newest = settings.SECRET_KEY.encode(), endpoint.generation
    exchanged = endpoint.exchanged_at
    both = exchanged is not None and now < exchanged + BOTH_KEYS_FOR
    generations = (newest, newest - 1) if both else (newest,)
    return [key_of(endpoint.public_id, generation, secret) for generation in generations]


def _shown(endpoint: Endpoint) -> str:
    return shown_key(key_of(endpoint.public_id, endpoint.generation, settings.SECRET_KEY.encode()))


def _locked(endpoint_id: int) -> Endpoint:
    endpoint = Endpoint.objects.select_for_update().filter(pk=endpoint_id).first()
    if endpoint is None:
        raise Refused(Issue("endpoint", "there is no such endpoint", code="not_found"))
    return endpoint
