"""One server a data folder: a second `regard up` is told where the first one answers."""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import TextIO


class AlreadyServed(Exception):
    """Another process serves this folder; carries its address, or '' where it has none yet."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address


def hold_folder(folder: Path) -> TextIO:
    """Hold the folder for as long as the file returned stays open; raises AlreadyServed where another does.

    The system lets go of the lock when the process ends, however it ends: no stale lock to clear by hand.
    """
    file = (folder / "up.lock").open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        address = file.read().strip()
        file.close()
        raise AlreadyServed(address) from None
    file.truncate(0)
    return file


def tell_address(file: TextIO, address: str) -> None:
    """Write down where this server answers, for whoever starts a second one."""
    file.write(address)
    file.flush()
