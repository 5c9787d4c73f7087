"""Run as a program: makes workers on demand, each a fork of one process that has everything loaded already.

    python -m tests.promises.sending.work <clock file>

    lay <people of each kind> <letters to each>   -> how many people
    hire <name>                                   -> its process id: it queues, claims, hands over and settles
    bury <process id>                             -> how it ended, as `waitpid` says

The time is what stands in the clock file, in microseconds since 1970: nothing here runs out because a machine is slow.
A worker goes home when the clock says -1.
"""

from __future__ import annotations

import mmap
import os
import struct
import sys
import threading
import traceback
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import django

django.setup()

from django.db import connections  # noqa: E402

from regard.act.services import claim, deliver, enqueue, settle_leases  # noqa: E402
from regard.kernel.instant import from_us  # noqa: E402
from regard.operations.patience import be_patient  # noqa: E402
from regard.versions.selectors import active_playbook  # noqa: E402
from tests.promises.sending.lay import lay  # noqa: E402

LETTERS_A_CLAIM = 12


def work(name: str, clock: mmap.mmap) -> None:
    """Do what the worker of an installation does, until the clock says -1."""
    playbook = active_playbook().playbook

    def now() -> datetime:
        return from_us(_at(clock))

    while _at(clock) >= 0:
        enqueue(playbook=playbook, now=now())  # so do all of them: two schedulers make no second message
        settle_leases(now=now())
        held = claim(playbook=playbook, now=now(), worker=name, limit=LETTERS_A_CLAIM).messages
        if held:
            deliver(messages=held, playbook=playbook, worker=name, clock=now)
        else:
            threading.Event().wait(0.02)


def _at(clock: mmap.mmap) -> int:
    return int(struct.unpack("<q", clock[:8])[0])


def _forked(what: Callable[[], None]) -> int:
    child = os.fork()
    if child == 0:
        ended = 1
        try:
            what()
            ended = 0
        except BaseException:  # the fork ends here, whatever happened, and says so
            traceback.print_exc()
        finally:
            os._exit(ended)
    return child


def main(clock_file: Path) -> None:
    with clock_file.open("r+b") as opened:
        clock = mmap.mmap(opened.fileno(), 8)
    be_patient()
    active_playbook()  # read once, for all of them
    connections.close_all()
    for line in sys.stdin:
        command, *words = line.split()
        if command == "lay":
            print(lay(*map(int, words)), flush=True)
            connections.close_all()
        elif command == "hire":
            print(_forked(lambda name=words[0]: work(name, clock)), flush=True)  # type: ignore[misc]
        elif command == "bury":
            print(os.waitstatus_to_exitcode(os.waitpid(int(words[0]), 0)[1]), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
