"""Workbenches of this installation: what does not fit in memory stays inside the data folder, for its owner only."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings

from regard.engine.bench.store import SPILL, Workbench
from regard.kernel.instant import to_us

LEFT_BEHIND = timedelta(days=1)  # no computation takes so long: whoever made it was killed
_lock = threading.Lock()
_kept: dict[tuple[int, str, str], Workbench] = {}  # by process, data folder and use


def open_workbench(*, memory: str = "2GB") -> Workbench:
    """Return an empty bench that may hold so much in memory."""
    folder = settings.CONFIG.folder
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Workbench(memory=memory, spill=folder)


@contextmanager
def kept_workbench(use: str, *, few_rows: bool = True) -> Iterator[Workbench]:
    """Give the workbench kept for this use, empty but for the columns of its tables: opening one costs what computing
    one person does, and what was said on it once is not parsed again.

    `few_rows`: plan without the optimizer. Where the kept one is in use, or something failed on it, a new one takes its
    place.
    """
    # A process that was forked makes its own.
    key = (os.getpid(), str(settings.CONFIG.folder), use)
    with _lock:
        found = _kept.pop(key, None)
    bench = found or open_workbench()
    try:
        if found is None and few_rows:
            bench.expect_few_rows()
        yield bench
        bench.clear()
    except BaseException:
        bench.close()
        raise
    with _lock:
        surplus, _kept[key] = _kept.get(key), bench
    if surplus is not None:
        surplus.close()


def sweep_spilled(*, now: datetime) -> int:
    """Remove what computations that were killed left on disk, customers' data among it; return how many."""
    swept = 0
    mine = {bench.spills_to for bench in list(_kept.values())}
    for left in settings.CONFIG.folder.glob(f"{SPILL}*"):
        if left not in mine and left.stat().st_mtime * 1_000_000 < to_us(now - LEFT_BEHIND):
            shutil.rmtree(left, ignore_errors=True)
            swept += 1
    return swept
