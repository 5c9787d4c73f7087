"""One process at a time: whoever prepares an installation or runs a cycle waits for its turn.

A turn ends with its process, so a kill leaves nothing behind. On one machine it is a lock on a file of the data folder;
on PostgreSQL an advisory lock besides, for several machines over one database.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from zlib import crc32

from django.conf import settings
from django.db import connection


@contextmanager
def take_turn(name: str, *, wait: bool = True) -> Iterator[bool]:
    """Hold the turn called `name` for the block. Yields False at once, where `wait` is off and somebody has it."""
    with (settings.CONFIG.folder / f"{name}.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        if connection.vendor != "postgresql":
            yield True
            return
        with _advisory_turn(crc32(name.encode()), wait) as has_it:
            yield has_it


@contextmanager
def _advisory_turn(number: int, wait: bool) -> Iterator[bool]:
    with connection.cursor() as cursor:
        if wait:
            cursor.execute("SELECT pg_advisory_lock(%s)", [number])
            has_it = True
        else:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
            has_it = cursor.fetchone()[0]
    try:
        yield has_it
    finally:
        if has_it and connection.connection is not None:  # a connection that broke let go by itself
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [number])
