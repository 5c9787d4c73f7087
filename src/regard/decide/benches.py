"""Workbenches for a few people at a time, kept from one use to the next: what has no rows is not planned again."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from regard.engine.store import Workbench
from regard.understand.workbench import open_workbench

FEW = 2_000  # people about whom planning a query costs more than running it
_lock = threading.Lock()
_kept: dict[tuple[int, str], Workbench] = {}  # by process and use


@contextmanager
def workbench_for(use: str, people: int) -> Iterator[Workbench]:
    """Give a workbench for so many people: for a few the one kept for this use, its tables there and empty.

    Where that one is taken, or something failed on it, a new one takes its place.
    """
    if people > FEW:
        with open_workbench() as bench:
            yield bench
        return
    key = (os.getpid(), use)  # a process that was forked makes its own
    with _lock:
        found = _kept.pop(key, None)
    bench = found or _new()
    try:
        yield bench
        bench.clear()
    except BaseException:
        bench.close()
        raise
    with _lock:
        surplus, _kept[key] = _kept.get(key), bench
    if surplus is not None:
        surplus.close()


def _new() -> Workbench:
    bench = open_workbench()
    bench.expect_few_rows()
    return bench
