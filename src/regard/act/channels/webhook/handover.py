"""Handing one webhook to its endpoint, and reading the answer: what is known of it is known exactly.

- 2xx: sent. 408, 425, 429 and 5xx, or no connection: deferred, tried again later, not before `Retry-After`.
- 410 and every other 4xx: refused for good, and so is a redirect, which is never followed.
- No answer in time: unknown; it goes again under the same id, by which the other side drops a second one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from regard import door
from regard.act.channels.base import Handed, Outcome

GONE = 410
ASKS_AGAIN = frozenset({408, 425, 429})
LONGEST_REST_S = 24 * 60 * 60

Post = Callable[..., door.DoorAnswer]


@dataclass(frozen=True, slots=True)
class CallTold:
    """What became of one attempt: the outcome, the status of the answer (None: there was none), how long it took."""

    handed: Handed
    status: int | None
    took_ms: int


def hand_over(
    url: str, *, allowed: str, headers: Mapping[str, str], body: bytes, now: datetime, post: Post = door.post
) -> CallTold:
    """Post one webhook to an address and say what became of it; never raises for what the other side does."""
    began, status = time.monotonic(), None
    try:
        destination = door.read_destination(url, allowed=allowed)
        answered = post(destination, headers=headers, body=body)
        status, handed = answered.status, _judged(answered, now)
    except door.Closed as closed:
        handed = Handed(Outcome.REFUSED, f"not sent: {closed}")
    except door.NotSent as failed:
        handed = Handed(Outcome.DEFERRED, f"no connection: {failed}")
    except door.NoAnswer as silent:
        handed = Handed(Outcome.UNKNOWN, f"no answer: {silent}")
    return CallTold(handed, status, round((time.monotonic() - began) * 1000))


def rest_of(retry_after: str, now: datetime) -> int:
    """Return the seconds a `Retry-After` asks for (RFC 9110, 10.2.3), at most a day; 0 where it says nothing."""
    if retry_after.isascii() and retry_after.strip().isdigit():
        return min(int(retry_after.strip()[:9]), LONGEST_REST_S)
    try:
        until = parsedate_to_datetime(retry_after)
    except (ValueError, TypeError):
        return 0
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max(0, int((until - now).total_seconds())), LONGEST_REST_S)


def _judged(answered: door.DoorAnswer, now: datetime) -> Handed:
    status = answered.status
    if 200 <= status < 300:
        return Handed(Outcome.SENT, f"answered {status}")
    if status in ASKS_AGAIN or status >= 500:
        return Handed(Outcome.DEFERRED, f"answered {status}", rest_of(answered.retry_after, now))
    if 300 <= status < 400:
        return Handed(Outcome.REFUSED, f"answered {status}: redirects are not followed")
    return Handed(Outcome.REFUSED, f"answered {status}")
