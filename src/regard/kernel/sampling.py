"""Chance that can be repeated: which arm a person is in, as a pure hash of a key given at their creation."""

from __future__ import annotations

from hashlib import blake2b

SCALE = 1_000_000


def draw(key: int, salt: str) -> int:
    """Return a number in 0..999,999, uniform over keys, equal for equal (key, salt) for ever."""
    digest = blake2b(
        key.to_bytes(8, "big", signed=True),
        salt=b"",
        person=salt.encode()[:16].ljust(16, b"\0"),
        digest_size=8,
    )
    digest.update(salt.encode())
    return int.from_bytes(digest.digest(), "big") * SCALE >> 64


def is_held_out(key: int, salt: str, share: float) -> bool:
    """Say whether the person with this key is in the holdout of `share` (0..1) named by `salt`."""
    return draw(key, salt) < round(share * SCALE)
