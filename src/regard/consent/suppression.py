"""Addresses that are not to be written to, kept as keyed hashes: a hash says nothing to who has no secret."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from hashlib import sha256

from django.conf import settings
from django.db import connection, transaction

from regard.collect.sequence import allot_sequence
from regard.consent.models import Suppression
from regard.identify.normalise import clean_key
from regard.kernel.signing import keyed_hash
from regard.playbooks.channels import MAY_SUPPRESS, REACHED_BY

MARKETING, ALL = "marketing", "all"
HASHES_A_QUERY = 500  # each is a bound value, and SQLite takes a limited number of them


@lru_cache(maxsize=4)
def _derived(secret: str) -> bytes:
    return hmac.new(secret.encode(), b"regard: suppressed addresses", sha256).digest()


def address_hash(channel: str, address: str) -> str:
    """Return the keyed hash of an address on a channel, the same however the address is written."""
    kind, _ = REACHED_BY.get(channel, ("", ""))
    known = clean_key(kind, address) if kind else None
    return keyed_hash(f"{channel}:{known[1] if known else address.strip().lower()}", _derived(settings.SECRET_KEY))


@transaction.atomic
def suppress(*, address: str, channel: str, reason: str, now: datetime, scope: str = MARKETING) -> None:
    """Stop writing to an address: marketing only, or everything. `reason`: hard_bounce, complaint, staff, erased."""
    _append(address_hash(channel, address), channel, reason, scope, now, lifted=False)


@transaction.atomic
def lift_suppression(*, address: str, channel: str, reason: str, now: datetime, scope: str = MARKETING) -> None:
    """Allow an address again, for one scope."""
    _append(address_hash(channel, address), channel, reason, scope, now, lifted=True)


def _append(digest: str, channel: str, reason: str, scope: str, now: datetime, *, lifted: bool) -> None:
    if channel not in MAY_SUPPRESS:
        raise ValueError(f"addresses of '{channel}' are on no list")
    Suppression.objects.create(
        seq=allot_sequence(),
        address_hash=digest,
        channel=channel,
        scope=scope,
        reason=reason,
        lifted=lifted,
        at=now,
    )


def suppressed_addresses(
    addresses: Iterable[tuple[str, str]], *, as_of: datetime | None = None, upto: int | None = None
) -> dict[tuple[str, str], dict[str, str]]:
    """Return (channel, address) -> scope -> reason, for those of the addresses that are suppressed.

    `as_of`, `upto`: by the list of then; without them by everything written down, whatever the clock says now.
    """
    by_hash = {address_hash(channel, address): (channel, address) for channel, address in addresses}
    newest: dict[tuple[str, str], tuple[bool, str]] = {}
    hashes = list(by_hash)
    for start in range(0, len(hashes), HASHES_A_QUERY):
        rows = Suppression.objects.filter(address_hash__in=hashes[start : start + HASHES_A_QUERY])
        if as_of is not None:
            rows = rows.filter(at__lte=as_of)
        if upto is not None:
            rows = rows.filter(seq__lte=upto)
        for row in rows.order_by("seq"):
            newest[row.address_hash, row.scope] = (row.lifted, row.reason)
    found: dict[tuple[str, str], dict[str, str]] = {}
    for (digest, scope), (lifted, reason) in newest.items():
        if not lifted:
            found.setdefault(by_hash[digest], {})[scope] = reason
    return found


def has_suppressions() -> bool:
    """Say whether any address was ever suppressed: most installations need hash nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM consent_suppression LIMIT 1")
        return cursor.fetchone() is not None
