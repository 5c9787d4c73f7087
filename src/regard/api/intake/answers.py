"""Every answer of the intake: JSON, readable across origins, with a code for machines and a message for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from regard.collect.intake.journal import JournalRefused

# Clients treat 400, 401, 413 as final and send again after 429 and 503; 202, 204 and 3xx lose or repeat batches in
# clients that exist. So: never 5xx for a body that will always fail, never 4xx when the store is down.
STATUS = {
    "invalid_json": 400,
    "missing_batch": 400,
    "too_many_messages": 400,
    "invalid_packing": 400,
    "unknown_encoding": 400,
    "missing_key": 401,
    "invalid_key": 401,
    "not_found": 404,
    "method_not_allowed": 405,
    "too_slow": 408,
    "too_large": 413,
    "rate_limited": 429,
    "unavailable": 503,
}
_HEADERS = (
    (b"content-type", b"application/json"),
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"Retry-After"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
)
_PREFLIGHT = (
    (b"access-control-allow-methods", b"POST, GET, OPTIONS"),
    (b"access-control-allow-headers", b"authorization, content-type, x-retry-count"),
    (b"access-control-max-age", b"86400"),
    (b"vary", b"Access-Control-Request-Headers"),
)
_encode = msgspec.json.encode


class Turned(Exception):
    """The whole request is refused; carries the answer's code and words."""

    def __init__(self, code: str, message: str, *, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class IntakeAnswer:
    """Status, body and what is added to the usual headers."""

    status: int
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...] = field(default=())

    def start(self) -> dict[str, object]:
        """Return the ASGI message that opens the answer."""
        length = (b"content-length", str(len(self.body)).encode())
        return {
            "type": "http.response.start",
            "status": self.status,
            "headers": [*_HEADERS, length, *self.headers],
        }


PREFLIGHT = IntakeAnswer(200, b"{}", _PREFLIGHT)


def taken(accepted: int, refused: Sequence[JournalRefused]) -> IntakeAnswer:
    """Return the 200 of a request: how many messages are durable, and each refused one with its reason."""
    listed = [{"index": r.position, "messageId": r.message_id, "code": r.code, "message": r.message} for r in refused]
    return IntakeAnswer(200, _encode({"success": True, "accepted": accepted, "refused": listed}))


def single_refused(refused: JournalRefused) -> IntakeAnswer:
    """Return the 400 of a request that was one message, and that one was refused."""
    return IntakeAnswer(400, _encode({"code": refused.code, "message": refused.message}))


def turned(reason: Turned) -> IntakeAnswer:
    """Return the refusal of a whole request."""
    headers: tuple[tuple[bytes, bytes], ...] = ()
    if reason.retry_after is not None:
        headers += ((b"retry-after", str(reason.retry_after).encode()),)
    if reason.code == "method_not_allowed":
        headers += ((b"allow", b"POST, OPTIONS"),)
    body = _encode({"code": reason.code, "message": reason.message})
    return IntakeAnswer(STATUS[reason.code], body, headers)


def said(value: object) -> IntakeAnswer:
    """Return a 200 with any JSON."""
    return IntakeAnswer(200, _encode(value))
