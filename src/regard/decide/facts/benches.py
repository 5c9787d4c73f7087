"""Workbenches for a few people at a time, kept from one use to the next: what has no rows is not planned again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from regard.engine.bench.store import Workbench
from regard.understand.running.workbench import kept_workbench, open_workbench

FEW = 2_000  # people about whom planning a query costs more than running it


@contextmanager
def workbench_for(use: str, people: int) -> Iterator[Workbench]:
    """Give a workbench for so many people: for a few the one kept for this use, its tables there and empty."""
    with kept_workbench(use) if people <= FEW else open_workbench() as bench:
        yield bench
