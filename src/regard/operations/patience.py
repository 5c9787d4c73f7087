"""SQLite lets one process write at a time. A page gives up soon; a command and the worker wait, for nobody waits on them."""

from __future__ import annotations

import sqlite3

from django.db import OperationalError, connections

PATIENCE = 180  # seconds; an import of a million rows is taken back in less


def be_patient() -> None:
    """Let every connection this process opens from now on wait long for another's write."""
    store = connections.settings["default"]
    if store["ENGINE"].endswith("sqlite3"):
        store["OPTIONS"]["timeout"] = PATIENCE


def is_busy(error: BaseException) -> bool:
    """Say whether an error means that another process holds the database's write lock, no more than that."""
    return isinstance(error, OperationalError | sqlite3.OperationalError) and "is locked" in str(error)
