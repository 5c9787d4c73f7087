"""How much a client may send: sizes, counts, depth, and a token bucket for each key (promises A8, A9)."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

LARGEST_MESSAGE = 32 * 1024  # bytes of one message
LARGEST_BODY = 500 * 1024  # bytes of a request, after unpacking
MOST_MESSAGES = 2_500  # in one request
DEEPEST = 60  # objects and lists inside each other, the message itself included
LONGEST_TEXT = 255  # characters of an id or a name


@dataclass(frozen=True, slots=True)
class RateLimit:
    """What one key may send for long (`per_second`), and at once after a pause (`burst`)."""

    per_second: float
    burst: float


@dataclass(slots=True)
class TokenBucket:
    """Tokens of one key, refilled by the clock that is passed in (seconds, monotonic)."""

    rate: RateLimit
    tokens: float = field(init=False)
    at: float = field(init=False, default=-math.inf)

    def __post_init__(self) -> None:
        self.tokens = self.rate.burst

    def take(self, amount: float, now: float) -> int:
        """Take `amount` tokens: 0 when they were there, else the whole seconds (1 or more) to wait.

        A request dearer than the whole bucket passes when the bucket is full, and leaves a debt.
        """
        if now > self.at:
            gained = (now - self.at) * self.rate.per_second
            self.tokens = min(self.rate.burst, self.tokens + gained)
            self.at = now
        needed = min(amount, self.rate.burst)
        if self.tokens >= needed:
            self.tokens -= amount
            return 0
        return max(1, math.ceil((needed - self.tokens) / self.rate.per_second))
