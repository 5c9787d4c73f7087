"""Which key a request carries, and what that key may still send this second."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from regard.collect.intake.keys import Key, hash_of
from regard.collect.intake.limits import RateLimit, TokenBucket

# A found key is looked up again after this long; that it was not revoked is checked in every commit anyway.
_FOUND_SECONDS = 30.0
_UNKNOWN_SECONDS = 2.0
_MOST_REMEMBERED = 10_000
_LONGEST_KEY = 512


class Rates(NamedTuple):
    """What each key may send."""

    requests: RateLimit
    messages: RateLimit


@dataclass(slots=True)
class _Buckets:
    requests: TokenBucket
    messages: TokenBucket


@dataclass(slots=True)
class Keyring:
    """Remembers keys by their hash for a short while, and each key's buckets. Belongs to one event loop."""

    rates: Rates
    _known: dict[str, tuple[Key | None, float]] = field(default_factory=dict)
    _buckets: dict[int, _Buckets] = field(default_factory=dict)

    async def find(self, secret: str, look_up: Callable[[str], Awaitable[Key | None]], now: float) -> Key | None:
        """Return the write key, or None. `now` is monotonic seconds."""
        if not secret.startswith("rgd_write_") or len(secret) > _LONGEST_KEY:
            return None
        key_hash = hash_of(secret)
        known = self._known.get(key_hash)
        if known and known[1] > now:
            return known[0]
        key = await look_up(key_hash)
        if len(self._known) >= _MOST_REMEMBERED:
            self._known.clear()
        self._known[key_hash] = (key, now + (_FOUND_SECONDS if key else _UNKNOWN_SECONDS))
        return key

    def forget(self, secret: str) -> None:
        """Forget a key that turned out to be revoked."""
        self._known.pop(hash_of(secret), None)

    def wait_for_request(self, key: Key, now: float) -> int:
        """Take one request of the key's share: 0, or the whole seconds to wait."""
        return self._of(key).requests.take(1, now)

    def wait_for_messages(self, key: Key, count: int, now: float) -> int:
        """Take messages of the key's share: 0, or the whole seconds to wait."""
        return self._of(key).messages.take(count, now)

    def _of(self, key: Key) -> _Buckets:
        found = self._buckets.get(key.id)
        if found is None:
            found = _Buckets(TokenBucket(self.rates.requests), TokenBucket(self.rates.messages))
            self._buckets[key.id] = found
        return found


def key_in_header(authorization: bytes) -> str | None:
    """Return the key of `Basic base64(key:)` or `Bearer key`, or None where the header carries none."""
    scheme, _, rest = authorization.strip().partition(b" ")
    if scheme.lower() == b"bearer":
        return rest.strip().decode("latin-1") or None
    if scheme.lower() != b"basic":
        return None
    try:
        name = base64.b64decode(rest.strip(), validate=True).decode().partition(":")[0]
    except (binascii.Error, ValueError):
        return None
    return name.strip() or None
