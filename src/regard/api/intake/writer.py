"""One thread that owns the intake's database connection: it looks keys up and commits for all who wait.

    waiting requests --> queue --> [ take all that wait | check their keys | append | commit ] --> 200 to each

While one commit waits for the disk, the next group gathers. So the more clients, the more messages a commit carries,
and the disk's slowness is paid once for all of them.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple, TypeVar

from django.db import Error as DatabaseError
from django.db import connection

from regard.collect.intake.journal import Journal, JournalRow, encode_entry, open_journal
from regard.collect.intake.keys import Key, find_key_by_hash, usable_keys

log = logging.getLogger("regard.intake")

MOST_WAITING_BYTES = 64 * 1024 * 1024
_LARGEST_GROUP_BYTES = 16 * 1024 * 1024
_ANSWER_WITHIN = 20.0  # seconds; the store's own waits are shorter


class StoreDown(Exception):
    """The store cannot make anything durable now; the client shall come again."""


class KeyRevoked(Exception):
    """The key was revoked before the commit."""


class _Waiting(NamedTuple):
    entry: JournalRow
    row: tuple[int, bytes]
    future: asyncio.Future[None] | None
    loop: asyncio.AbstractEventLoop


class _Question(NamedTuple):
    key_hash: str
    future: asyncio.Future[Key | None]
    loop: asyncio.AbstractEventLoop


_Outcome = tuple["asyncio.Future[Any]", object, Exception | None]
_T = TypeVar("_T")


class GroupWriter:
    """Appends entries in groups; `append` returns when the entry is durable."""

    def __init__(self) -> None:
        self._wake = threading.Condition()
        self._waiting: deque[_Waiting] = deque()
        self._questions: deque[_Question] = deque()
        self._bytes = 0
        self._is_closing = False
        self._thread: threading.Thread | None = None

    async def append(self, entry: JournalRow) -> None:
        """Make the entry durable. Raises StoreDown, KeyRevoked."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._put(entry, future)
        await _answered(future)

    def note(self, entry: JournalRow) -> None:
        """Append an entry that only tells staff of a refusal; nobody waits for it, and a full queue drops it."""
        with contextlib.suppress(StoreDown):
            self._put(entry, None)

    async def find_key(self, key_hash: str) -> Key | None:
        """Return the unrevoked write key with that hash. Raises StoreDown."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Key | None] = loop.create_future()
        with self._wake:
            self._start()
            self._questions.append(_Question(key_hash, future, loop))
            self._wake.notify()
        return await _answered(future)

    def close(self) -> None:
        """Commit what waits and stop the thread."""
        with self._wake:
            self._is_closing = True
            self._wake.notify()
        if self._thread is not None:
            self._thread.join(timeout=10)

    def _put(self, entry: JournalRow, future: asyncio.Future[None] | None) -> None:
        row = encode_entry(entry)
        with self._wake:
            if self._bytes + len(row[1]) > MOST_WAITING_BYTES:
                raise StoreDown("too much waits to be written")
            self._start()
            self._bytes += len(row[1])
            self._waiting.append(_Waiting(entry, row, future, asyncio.get_running_loop()))
            self._wake.notify()

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="intake-writer", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        journal = open_journal()
        while True:
            questions, group = self._gather()
            if not questions and not group:
                break
            for question in questions:
                key, error = _tried(partial(find_key_by_hash, question.key_hash, scope="write"))
                _call(question.loop, _settle, [(question.future, key, error)])
            if group:
                _commit(journal, group)
        journal.close()
        connection.close()

    def _gather(self) -> tuple[list[_Question], list[_Waiting]]:
        with self._wake:
            while not (self._waiting or self._questions or self._is_closing):
                self._wake.wait()
            questions = list(self._questions)
            self._questions.clear()
            group: list[_Waiting] = []
            size = 0
            while self._waiting and size < _LARGEST_GROUP_BYTES:
                group.append(self._waiting.popleft())
                size += len(group[-1].row[1])
            self._bytes -= size
        return questions, group


def _commit(journal: Journal, group: list[_Waiting]) -> None:
    """Commit a group and answer everybody in it. A key revoked meanwhile refuses its requests, and only those."""
    key_ids = {w.entry.key for w in group if w.entry.key is not None}
    usable, error = _tried(lambda: usable_keys(key_ids) if key_ids else set())
    if error is None:
        kept = [w for w in group if w.entry.key is None or w.entry.key in usable]
        _, error = _tried(lambda: journal.append([w.row for w in kept]) if kept else None)
    by_loop: dict[asyncio.AbstractEventLoop, list[_Outcome]] = {}
    for waiting in group:
        if waiting.future is not None:
            is_usable = error is not None or waiting.entry.key in usable
            outcome = (waiting.future, None, error if is_usable else KeyRevoked())
            by_loop.setdefault(waiting.loop, []).append(outcome)
    for loop, outcomes in by_loop.items():
        _call(loop, _settle, outcomes)


def _tried(work: Callable[[], Any]) -> tuple[Any, StoreDown | None]:
    """Return (result, None), or (None, StoreDown) with the connection let go, so that the next try starts afresh."""
    try:
        return work(), None
    except Exception as error:  # whatever the store does, the client hears 503 and keeps its messages
        log.warning("the store did not take it: %s", type(error).__name__, exc_info=not _is_usual(error))
        with contextlib.suppress(DatabaseError):
            connection.close()
        return None, StoreDown(str(error))


def _is_usual(error: Exception) -> bool:
    return type(error).__name__ == "OperationalError"


def _settle(outcomes: list[_Outcome]) -> None:
    for future, value, error in outcomes:
        if future.done():
            continue
        if error is None:
            future.set_result(value)
        else:
            future.set_exception(error)


def _call(loop: asyncio.AbstractEventLoop, work: Callable[[list[_Outcome]], None], given: list[_Outcome]) -> None:
    with contextlib.suppress(RuntimeError):  # the loop ended while the disk worked
        loop.call_soon_threadsafe(work, given)


async def _answered(future: asyncio.Future[_T]) -> _T:
    try:
        return await asyncio.wait_for(future, _ANSWER_WITHIN)
    except TimeoutError:
        raise StoreDown("the store did not answer in time") from None
