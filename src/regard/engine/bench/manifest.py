"""What the columnar copy of the log holds, as its manifest says: which files count, and up to where (written by store.py)."""

from __future__ import annotations

from dataclasses import dataclass, field

from regard.engine.bench.codes import KINDS

FORMAT = 3


@dataclass(frozen=True, slots=True)
class LogPart:
    """A Parquet file of the copy: its rows, the sequence numbers they lie between, and whether people lie together.

    Beside it `times` holds when who did what, by the time of day: what a cycle asks about lies in the same few minutes of
    every day, so in few row groups.
    """

    file: str
    rows: int
    low: int
    high: int
    is_clustered: bool = False

    @property
    def times(self) -> str:
        """Return the file beside it, with (time_of_day, origin, occurred_at, name) of its rows by the first of these."""
        return self.file.replace("part-", "times-")

    @property
    def files(self) -> tuple[str, str]:
        """Return both."""
        return self.file, self.times


@dataclass(slots=True)
class Manifest:
    """What the copy holds: every touchpoint up to `upto`, less those of retractions up to `retracted`."""

    upto: int = 0
    retracted: int = 0
    words: dict[str, list[str]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    paths: list[str] = field(default_factory=list)  # properties that are columns
    parts: list[LogPart] = field(default_factory=list)
    next_file: int = 1
    identity: int = 0  # of the log it is a copy of; 0: not begun
    format: int = FORMAT
