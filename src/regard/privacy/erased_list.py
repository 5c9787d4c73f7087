"""The list of erased ids outside the database: keyed hashes in one file, so that a restored backup is erased again.

One line an id, `<time> <hash>`, only ever appended and made durable before the rows go. The hashes are worth nothing
without the secret, and the secret is not in a backup (promises, section 5).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from django.conf import settings

_HASH = re.compile(r"[0-9a-f]{64}")


def list_file() -> Path:
    """Return where the list is kept: in the data folder, beside the database, never inside a backup."""
    return Path(settings.CONFIG.folder) / "erased.list"


def append_hashes(hashes: Iterable[str], *, now: datetime) -> None:
    """Add hashes and make them durable."""
    lines = "".join(f"{now.isoformat(timespec='seconds')} {digest}\n" for digest in hashes)
    path = list_file()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(lines)
        file.flush()
        os.fsync(file.fileno())


def read_hashes(path: Path | None = None) -> set[str]:
    """Return every hash of the list (default: our own); a line cut short by a crash is left out."""
    path = path or list_file()
    if not path.exists():
        return set()
    lines = (line.split() for line in path.read_text(errors="replace").splitlines())
    return {parts[1] for parts in lines if len(parts) == 2 and _HASH.fullmatch(parts[1])}


def take_over(path: Path, *, now: datetime) -> int:
    """Add the hashes of another machine's list to ours; return how many were new."""
    fresh = read_hashes(path) - read_hashes()
    append_hashes(sorted(fresh), now=now)
    return len(fresh)
