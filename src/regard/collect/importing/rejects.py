"""The rejects file: every row that could not be taken, with its line and the reason, ready to be mended and imported.

Its two first columns are ours; an import of the file leaves them out.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from regard.collect.importing.disarm import disarm
from regard.collect.importing.reading import text_of

LINE_COLUMN = "rejected line"
REASON_COLUMN = "rejected because"


class Rejects:
    """Writes rejected rows. `keep` cuts the file back to the rows a resumed import already counted."""

    def __init__(self, path: Path, columns: Sequence[str], keep: int) -> None:
        self.path = path
        self._columns = [c for c in columns if c not in (LINE_COLUMN, REASON_COLUMN)]
        self._at = [at for at, c in enumerate(columns) if c not in (LINE_COLUMN, REASON_COLUMN)]
        self._file: Any = None
        self._keep = keep

    def add(self, line: int, cells: Sequence[Any], reason: str) -> None:
        """Put one row aside."""
        if self._file is None:
            self._open()
        chosen = [cells[at] for at in self._at if at < len(cells)] + list(
            cells[len(self._at) :] if len(cells) > len(self._at) + 2 else ()
        )
        row = [str(line), reason, *(_writable(cell) for cell in chosen)]
        self._writer.writerow([disarm(cell) for cell in row])

    def flush(self) -> None:
        """Make what was added durable; called before the rows' transaction commits."""
        if self._file is not None:
            self._file.flush()
            os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file, if there is one."""
        if self._file is not None:
            self._file.close()

    def _open(self) -> None:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        kept = self._kept_rows()
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._file = os.fdopen(descriptor, "w", encoding="utf-8", newline="")
        self._writer = csv.writer(self._file, quoting=csv.QUOTE_ALL)
        self._writer.writerow([LINE_COLUMN, REASON_COLUMN, *(disarm(c) for c in self._columns)])
        self._writer.writerows(kept)

    def _kept_rows(self) -> list[list[str]]:
        if not self._keep or not self.path.exists():
            return []
        with self.path.open(encoding="utf-8", newline="") as file:
            rows = csv.reader(file)
            next(rows, None)
            return [row for _, row in zip(range(self._keep), rows, strict=False)]


def _writable(cell: Any) -> str:
    return (
        (cell if isinstance(cell, str) else text_of(cell)).encode("utf-8", "replace").decode().replace("\0", "\ufffd")
    )
