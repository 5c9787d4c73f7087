"""The messages that intake tests send: one good one of each type, as real clients write them."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

ENOUGH = "2026-11-22T04:27:15.973+00:00"


def track(**changes: Any) -> dict[str, Any]:
    """A track message as Segment's Python client writes it: what is missing is null, not absent."""
    return _message("track", **{"event": "Order Completed", "properties": {"total": 27.5}} | changes)


def one_of_each() -> list[dict[str, Any]]:
    """A message of every type, all of one person."""
    return [
        track(),
        _message("identify", traits={"email": "rosa@example.com", "plan": "gold"}),
        _message("page", name="Start", category="Docs", properties={"url": "https://shop.example/"}),
        _message("screen", name="Start", properties={}),
        _message("group", groupId="acme", traits={"employees": 12}),
        _message("alias", previousId=f"anon-{uuid4()}"),
    ]


def _message(of_type: str, **changes: Any) -> dict[str, Any]:
    return {
        "type": of_type,
        "messageId": str(uuid4()),
        "timestamp": ENOUGH,
        "userId": "rosa",
        "anonymousId": None,
        "context": {"library": {"name": "analytics-python", "version": "2.4.0"}},
        "integrations": {},
        **changes,
    }


def batch(*messages: Any, **beside: Any) -> bytes:
    """A body with many messages. Text given as bytes goes in as it stands, also where it is no JSON."""
    written = [m if isinstance(m, bytes) else json.dumps(m).encode() for m in messages]
    rest = b"".join(b',"%s":%s' % (k.encode(), json.dumps(v).encode()) for k, v in beside.items())
    return b'{"batch":[' + b",".join(written) + b"]" + rest + b"}"


def with_properties(text: bytes, **changes: Any) -> bytes:
    """A track message whose properties are the given text, JSON or not."""
    head = json.dumps(track(**changes) | {"properties": "@"}).encode()
    return head.replace(b'"@"', text)
