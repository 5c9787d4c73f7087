"""Lanes: each system that is told something has a thread of its own, so that a slow one holds up nobody else."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from django.db import connections

LANES = 8  # systems told at the same time


@dataclass(slots=True)
class Lanes:
    """The systems that are being told at the moment, each in a thread of its own."""

    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(LANES, "lane"))
    _running: dict[str, Future[None]] = field(default_factory=dict)

    def busy(self) -> set[str]:
        """Return the systems that are being told, and raise what went wrong in a lane that ended."""
        ended = [name for name, lane in self._running.items() if lane.done()]
        for lane in [self._running.pop(name) for name in ended]:
            lane.result()
        return set(self._running)

    def open(self, name: str, work: Callable[[], object]) -> None:
        """Tell a system in a lane of its own."""
        self._running[name] = self._pool.submit(_in_lane, work)

    def close(self) -> None:
        """Wait until nobody is told any more, and raise what went wrong in a lane."""
        self._pool.shutdown(wait=True)
        self.busy()


def _in_lane(work: Callable[[], object]) -> None:
    try:
        work()
    finally:
        connections.close_all()  # this thread's own
