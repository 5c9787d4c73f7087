"""Wait for something another process does: looked for again and again until a guard against hanging ends it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")
GUARD = 60.0  # seconds; no figure of speed


def eventually(look: Callable[[], Found], *, guard: float = GUARD) -> Found:
    """Return the first true value of `look`. Fails with what was seen last when the guard ends."""
    until = time.monotonic() + guard
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < until, f"waited {guard:g} s in vain; last seen: {found!r}"
        time.sleep(0.02)
