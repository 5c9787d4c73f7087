"""Signed tokens for public links: bound to one use, compact, and worthless without the secret (HMAC, RFC 2104)."""

from __future__ import annotations

import base64
import hmac
from hashlib import blake2b, sha256

_MAC_BYTES = 16  # 128 bits, promise F14


def sign(use: str, payload: str, secret: bytes) -> str:
    """Return a URL-safe token of `payload` that only `unsign` with the same use and secret accepts."""
    body = base64.urlsafe_b64encode(payload.encode()).rstrip(b"=").decode()
    return f"{body}.{_mac(use, payload, secret)}"


def unsign(use: str, token: str, secret: bytes) -> str | None:
    """Return the payload of a token made for this use, or None for any other text."""
    body, dot, mac = token.partition(".")
    if not dot or len(token) > 2048:
        return None
    try:
        payload = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True).decode()
    except ValueError:
        return None
    # compare_digest needs ASCII on both sides; a token from outside may carry anything.
    return payload if hmac.compare_digest(_mac(use, payload, secret).encode(), mac.encode()) else None


def _mac(use: str, payload: str, secret: bytes) -> str:
    key = blake2b(use.encode(), key=secret[:64], digest_size=32).digest()
    return base64.urlsafe_b64encode(hmac.new(key, payload.encode(), sha256).digest()[:_MAC_BYTES]).rstrip(b"=").decode()


def keyed_hash(value: str, secret: bytes) -> str:
    """Return the keyed hash (hex, 256 bits) under which an erased or suppressed address is remembered."""
    return hmac.new(secret, value.encode(), sha256).hexdigest()
