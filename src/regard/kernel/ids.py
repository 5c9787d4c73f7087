"""Public ids: a prefix and a UUIDv7 outside, bigints inside (contract 7 of the architecture).

People and the other things one links to store their UUID. A touchpoint does not: its public id is its
sequence number and arrival time written in the shape of a UUIDv7, so twenty million rows need no second index.
"""

from __future__ import annotations

import uuid

_VERSION_7 = 0x7 << 76
_VARIANT = 0b10 << 62


def uuid7(at_us: int, entropy: bytes) -> uuid.UUID:
    """Return the UUIDv7 (RFC 9562, section 5.7) of an instant in microseconds and 10 random bytes."""
    random = int.from_bytes(entropy[:10], "big")
    rand_a = random >> 68 & 0xFFF
    rand_b = random & ((1 << 62) - 1)
    return uuid.UUID(int=(at_us // 1000) << 80 | _VERSION_7 | rand_a << 64 | _VARIANT | rand_b)


def public_id(prefix: str, value: uuid.UUID) -> str:
    """Return the public form of an id, such as `per_0190f3c2...` (32 hex digits)."""
    return f"{prefix}_{value.hex}"


def parse_public_id(prefix: str, text: str) -> uuid.UUID | None:
    """Return the UUID inside `prefix_<hex>`, or None where the text is not such an id."""
    head, _, tail = text.partition("_")
    if head != prefix or len(tail) not in (32, 36):
        return None
    try:
        return uuid.UUID(tail)
    except ValueError:
        return None


def touchpoint_id(seq: int, received_us: int) -> str:
    """Return `tp_` and a UUIDv7 made of arrival time (ms) and sequence number: no column, no index."""
    value = (received_us // 1000) << 80 | _VERSION_7 | _VARIANT | seq
    return public_id("tp", uuid.UUID(int=value))


def parse_touchpoint_id(text: str) -> tuple[int, int] | None:
    """Return (seq, arrival in ms) of a touchpoint id, or None. The caller compares the arrival with the row's."""
    value = parse_public_id("tp", text)
    if value is None or value.version != 7:
        return None
    return value.int & ((1 << 62) - 1), value.int >> 80
