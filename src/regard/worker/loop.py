"""The worker's short loop: six routines, a thread each, so that a slow mail server or a long cycle holds up nobody.

- absorb: what clients sent goes into the log, looked for every 50 to 100 ms with one cheap query;
- cycle: understand, decide, act and learn when something changed or a timer is due, never more than half the time;
- send: claim letters and hand them over;
- tell: claim what other systems are to be told, and tell each in a lane of its own;
- keep house: settle what was left behind, prune what is past its term;
- beat: give a sign of life.

A routine that fails says so, waits twice as long each time (1 s to 60 s) and tries again; the others go on. One that
only meets a long write of another process (an import taken back, on SQLite) says so once and tries again every second.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.conf import settings
from django.db import close_old_connections, connections

from regard import flow
from regard.act.services import Lanes
from regard.collect.intake.journal import Journal, absorbed_position, open_journal
from regard.kernel.issues import Refused
from regard.operations.heartbeat import BEAT_EVERY, end_beat, write_beat
from regard.operations.patience import be_patient, is_busy
from regard.worker.supervisor import stop_with_parent

BUSY, QUIET = 0.05, 0.1  # seconds between two looks at the journal, after messages and without
STAYS_BUSY = 5.0  # seconds after the last message
CYCLE_LOOKS, SEND_LOOKS, HOUSE_EVERY = 0.4, 1.0, 60.0  # seconds
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0  # seconds after a failure
BUSY_WORDS = "waits for another process that writes"

WORKER = f"{socket.gethostname()[:40]}:{os.getpid()}"


@dataclass(slots=True)
class WorkerMood:
    """What the routines tell each other, for the sign of life."""

    waiting: int = 0
    cycle_ms: int = 0
    troubles: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Routine:
    """One thread of the worker: `step` does what is due at `now` and returns the seconds until the next look."""

    name: str
    step: Callable[[datetime], float]
    mood: WorkerMood
    stop: threading.Event

    def run(self) -> None:
        """Step until told to stop."""
        failures = 0
        while not self.stop.is_set():
            try:
                close_old_connections()
                pause = self.step(datetime.now(UTC))
                failures = 0
                self.mood.troubles.pop(self.name, None)
            except Exception as error:  # a routine must outlive whatever its step meets
                if is_busy(error):
                    pause = FIRST_WAIT
                    self._tell_busy()
                else:
                    failures += 1
                    pause = min(FIRST_WAIT * 2 ** (failures - 1), LONGEST_WAIT)
                    self._tell(error, pause)
            self.stop.wait(pause)
        connections.close_all()

    def _tell_busy(self) -> None:
        if self.mood.troubles.get(self.name) != BUSY_WORDS:
            self.mood.troubles[self.name] = BUSY_WORDS
            sys.stderr.write(f"worker, {self.name}: {BUSY_WORDS}; goes on when it is done\n")

    def _tell(self, error: Exception, pause: float) -> None:
        self.mood.troubles[self.name] = f"{self.name}: {type(error).__name__}"
        if isinstance(error, Refused):
            sys.stderr.write(f"worker, {self.name}: {error}; again in {pause:g} s\n")
            return
        sys.stderr.write(f"worker, {self.name}: again in {pause:g} s after\n")
        traceback.print_exception(error)
        connections.close_all()  # whatever state the connection is in, the next step starts afresh


@dataclass(slots=True)
class Absorbing:
    """Looks at the journal and takes in what waits."""

    mood: WorkerMood
    journal: Journal | None = None
    position: int = -1
    busy_until: float = 0.0

    def step(self, now: datetime) -> float:
        """Take in what waits; look again soon after messages, a little later without."""
        if self.journal is None:
            self.journal = open_journal()
        if self.position < 0:
            self.position = absorbed_position()
        self.mood.waiting = self.journal.waiting(self.position)
        if self.mood.waiting:
            flow.absorb_journal(now=now)
            self.position = absorbed_position()
            self.busy_until = time.monotonic() + STAYS_BUSY
        return BUSY if time.monotonic() < self.busy_until else QUIET


def _cycle(mood: WorkerMood) -> Callable[[datetime], float]:
    def step(now: datetime) -> float:
        if not flow.is_cycle_due(now=now):
            return CYCLE_LOOKS
        began = time.monotonic()
        flow.run_cycle(as_of=now)
        took = time.monotonic() - began
        mood.cycle_ms = int(took * 1000)
        return max(CYCLE_LOOKS, took)  # at most half the time goes to cycles

    return step


def _send(now: datetime) -> float:  # noqa: ARG001 (sending takes long: it asks the clock itself)
    return 0.0 if flow.send_letters(clock=_clock, worker=WORKER) else SEND_LOOKS


def _tell(lanes: Lanes) -> Callable[[datetime], float]:
    def step(now: datetime) -> float:  # noqa: ARG001 (telling takes long, too)
        told = flow.tell_others(clock=_clock, worker=WORKER, lanes=lanes)
        return 0.0 if told else SEND_LOOKS

    return step


def _clock() -> datetime:
    return datetime.now(UTC)


def _beat(mood: WorkerMood) -> Callable[[datetime], float]:
    def step(now: datetime) -> float:
        trouble = "; ".join(mood.troubles.values())
        write_beat(
            settings.CONFIG.folder,
            now=now,
            backlog=mood.waiting,
            cycle_ms=mood.cycle_ms,
            trouble=trouble,
        )
        return BEAT_EVERY.total_seconds()

    return step


def _keep_house(now: datetime) -> float:
    flow.keep_house(now=now)
    return HOUSE_EVERY


def main() -> int:
    """Run the routines until SIGTERM or SIGINT; each finishes the step it is in."""
    stop, mood, lanes = threading.Event(), WorkerMood(), Lanes()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    stop_with_parent()
    be_patient()
    steps = {
        "absorb": Absorbing(mood).step,
        "cycle": _cycle(mood),
        "send": _send,
        "tell": _tell(lanes),
        "keep house": _keep_house,
        "beat": _beat(mood),
    }
    routines = [Routine(name, step, mood, stop) for name, step in steps.items()]
    threads = [threading.Thread(target=routine.run, name=routine.name) for routine in routines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lanes.close()
    end_beat(settings.CONFIG.folder)
    return 0
