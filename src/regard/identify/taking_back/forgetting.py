"""Keyed hashes of erased ids: enough to refuse an erased person, worthless without the installation's secret."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b, sha256

from django.conf import settings

from regard.identify.models import Forgotten
from regard.identify.normalise import Key


@lru_cache(maxsize=4)
def _derived(secret: str) -> bytes:
    """The secret of this one use, so that a hash found elsewhere cannot be compared with these."""
    return hmac.new(secret.encode(), b"regard: erased ids", sha256).digest()


def id_hash(key: Key) -> str:
    """Return the keyed hash (BLAKE2b-256, RFC 7693) of an id as 64 hex digits."""
    kind, value = key
    return blake2b(f"{kind}\0{value}".encode(), key=_derived(settings.SECRET_KEY), digest_size=32).hexdigest()


def forget_hashes(*, hashes: Iterable[str], now: datetime) -> None:
    """Remember erased ids by hashes kept elsewhere (the list outside the database)."""
    Forgotten.objects.bulk_create(
        (Forgotten(id_hash=digest, erased_at=now) for digest in hashes), ignore_conflicts=True
    )
