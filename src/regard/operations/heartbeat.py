"""The worker's sign of life: one small file in the data folder, so that readiness and `doctor` can tell the truth."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

FILE_NAME = "worker.alive"
BEAT_EVERY = timedelta(seconds=5)
DEAD_AFTER = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Beat:
    """What the worker said last: when, how much waits to be absorbed, how long its last cycle took, what failed."""

    at: str
    backlog: int = 0
    cycle_ms: int = 0
    trouble: str = ""

    @property
    def moment(self) -> datetime:
        """When it was said, aware UTC."""
        return datetime.fromisoformat(self.at)


def write_beat(folder: Path, *, now: datetime, backlog: int, cycle_ms: int, trouble: str) -> None:
    """Say that the worker lives. Written aside and renamed, so a reader never sees half of it."""
    aside = folder / f"{FILE_NAME}.new"
    aside.write_text(json.dumps(asdict(Beat(now.astimezone(UTC).isoformat(), backlog, cycle_ms, trouble))))
    aside.replace(folder / FILE_NAME)


def end_beat(folder: Path) -> None:
    """Say that the worker was stopped and did not die."""
    (folder / FILE_NAME).unlink(missing_ok=True)


def read_beat(folder: Path) -> Beat | None:
    """Return what the worker said last, or None where it was stopped or never ran."""
    try:
        return Beat(**json.loads((folder / FILE_NAME).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def is_alive(beat: Beat | None, *, now: datetime) -> bool:
    """Say whether the worker spoke within the last half minute."""
    return beat is not None and now - beat.moment < DEAD_AFTER
