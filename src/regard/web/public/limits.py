"""Limits on public pages, so that a script that posts all day fills nothing (promise F14).

Counted in the process, by the minute and in bounded memory: losing the counts at a restart loses nothing that counts.
Leaving a list is never limited by address: a mail provider leaves for thousands of people from one.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import datetime

KEPT = 20_000  # counters; the oldest go first


class Limit:
    """At most `most` acts a minute for each key."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._counts: OrderedDict[tuple[str, int], int] = OrderedDict()
        self._lock = threading.Lock()

    def allows(self, key: str, now: datetime) -> bool:
        """Count one act and say whether it is still within the limit."""
        slot = (key, int(now.timestamp()) // 60)
        with self._lock:
            count = self._counts.pop(slot, 0) + 1
            self._counts[slot] = count
            while len(self._counts) > KEPT:
                self._counts.popitem(last=False)
        return count <= self.most

    def clear(self) -> None:
        """Forget every count."""
        with self._lock:
            self._counts.clear()


POSTS_A_LINK = Limit(20)
BAD_TOKENS_AN_ADDRESS = Limit(60)
ACCESSES_A_LINK = Limit(60)
