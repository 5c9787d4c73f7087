"""Workbenches of this installation: what does not fit in memory stays inside the data folder, for its owner only."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta

from django.conf import settings

from regard.engine.store import SPILL, Workbench
from regard.kernel.instant import to_us

LEFT_BEHIND = timedelta(days=1)  # no computation takes so long: whoever made it was killed


def open_workbench(*, memory: str = "2GB") -> Workbench:
    """Return an empty bench that may hold so much in memory."""
    folder = settings.CONFIG.folder
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Workbench(memory=memory, spill=folder)


def sweep_spilled(*, now: datetime) -> int:
    """Remove what computations that were killed left on disk, customers' data among it; return how many."""
    swept = 0
    for left in settings.CONFIG.folder.glob(f"{SPILL}*"):
        if left.stat().st_mtime * 1_000_000 < to_us(now - LEFT_BEHIND):
            shutil.rmtree(left, ignore_errors=True)
            swept += 1
    return swept
