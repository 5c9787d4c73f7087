"""Signs webhooks as Standard Webhooks 1.0 asks: id, time and body under HMAC-SHA256, so that any library can verify them.

The key of an endpoint is derived from the installation's secret, its public id and its generation: nothing to store,
nothing to leak with a backup of the database. Whoever exchanges it gets another generation.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Sequence
from hashlib import sha256
from uuid import UUID

from regard.kernel.signing import keyed_hash

PREFIX = "whsec_"


def key_of(endpoint: UUID, generation: int, secret: bytes) -> bytes:
    """Return the 32 bytes an endpoint's webhooks are signed with in a generation."""
    return bytes.fromhex(keyed_hash(f"webhook:{endpoint.hex}:{generation}", secret))


def shown_key(key: bytes) -> str:
    """Return a key as it is handed to the other side, once."""
    return PREFIX + base64.b64encode(key).decode()


def event_id(decision_key: str, secret: bytes) -> str:
    """Return the id of what a decision tells, the same at every try: by it the other side drops a second one."""
    return "msg_" + keyed_hash(f"webhook:{decision_key}", secret)[:40]


def signed_headers(*, event: str, at_s: int, body: bytes, keys: Sequence[bytes]) -> dict[str, str]:
    """Return the three headers of a webhook; `at_s` is the time of this try, in seconds since 1970."""
    content = f"{event}.{at_s}.".encode() + body
    signatures = ["v1," + base64.b64encode(hmac.new(key, content, sha256).digest()).decode() for key in keys]
    return {
        "webhook-id": event,
        "webhook-timestamp": str(at_s),
        "webhook-signature": " ".join(signatures),
    }
