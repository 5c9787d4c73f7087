"""Some workers over one database that are killed, stopped and woken, and the clock they live by.

Nothing waits for a time to pass. The clock moves only where nobody alive is in the middle of something and nothing is
due: then to the next instant at which something is. So a lease runs out because its holder is dead or stopped, and
never because the machine is slow.
"""

from __future__ import annotations

import mmap
import os
import random
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from regard.kernel.instant import to_us
from tests.mailserver import Misbehaving
from tests.promises.sending.lay import NOON
from tests.servers import Server

STUCK = 300.0  # seconds without any change at all: a guard against hanging, no figure of speed
# What is due later than this is held back by a cap, and rightly stays.
TONIGHT = to_us(NOON + timedelta(hours=8))


class Crew:
    """The workers, dead and alive."""

    def __init__(self, at: Server, box: Misbehaving) -> None:
        self.at, self.box = at, box
        self.alive: dict[str, int] = {}
        self.stopped: dict[str, int] = {}
        self.made = self.lost = 0
        self._seen: object = None
        self._changed = time.monotonic()
        file = at.folder / "clock"
        file.write_bytes(struct.pack("<q", to_us(NOON)))
        with file.open("r+b") as opened:
            self._clock = mmap.mmap(opened.fileno(), 8)
        with (at.folder / "work.log").open("ab") as log:
            self._office = subprocess.Popen(
                [sys.executable, "-m", "tests.promises.sending.work", str(file)],
                env=at.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def ask(self, *words: object) -> int:
        """Ask the program that makes workers for something; return its answer."""
        assert self._office.stdin is not None
        assert self._office.stdout is not None
        self._office.stdin.write(" ".join(map(str, words)) + "\n")
        self._office.stdin.flush()
        answer = self._office.stdout.readline()
        assert answer, (self.at.folder / "work.log").read_text()
        return int(answer)

    def hire(self) -> None:
        self.made += 1
        name = f"w{self.made}"
        self.alive[name] = self.ask("hire", name)

    def kill_one(self, chance: random.Random) -> None:
        """SIGKILL a worker, whatever it is doing, and hire another."""
        name = chance.choice(sorted(self.alive))
        self.lost += 1
        self._end(name, self.alive.pop(name))
        self.hire()

    def stop_one(self, _: random.Random) -> None:
        """SIGSTOP the worker that waits for the answer, and hire another; its leases run out while it sleeps.

        No other: one that is stopped inside a transaction holds everybody up, which is the database's own affair.
        """
        address = self.box.taken[-1].receiver
        rows = self.at.rows("SELECT address, claimed_by FROM act_message WHERE state = 'claimed' AND begun_at > 0")
        name = dict(rows).get(address, "")
        if name not in self.alive:
            return
        self.lost += 1
        self.stopped[name] = self.alive.pop(name)
        os.kill(self.stopped[name], signal.SIGSTOP)
        self.hire()

    def wake(self) -> None:
        """Let who was stopped go on where they were, as if nothing had happened."""
        for pid in self.stopped.values():
            os.kill(pid, signal.SIGCONT)
        self.alive |= self.stopped
        self.stopped = {}

    def work_until_taken(self, count: int) -> bool:
        """Let them work until the server took so many more, whose last it has not answered. False: nothing is left."""
        self.box.hold_after(count)
        while not self.box.holds(within=0.02):
            if not self._move_clock():
                return False
        return True

    def finish(self) -> None:
        """Let them work until nothing is left to do, and go home."""
        self.box.go_on()
        while self._move_clock():
            self.box.holds(within=0.02)
        self._set(-1)
        for name, pid in self.alive.items():
            assert self.ask("bury", pid) == 0, (name, (self.at.folder / "work.log").read_text())
        self.alive = {}

    def close(self) -> None:
        for name, pid in (self.alive | self.stopped).items():
            self._end(name, pid)
        self._office.kill()
        self._office.communicate(timeout=60)

    def _end(self, name: str, pid: int) -> None:
        os.kill(pid, signal.SIGKILL)
        ended = self.ask("bury", pid)
        assert ended == -signal.SIGKILL, (name, ended, (self.at.folder / "work.log").read_text())

    def _move_clock(self) -> bool:
        """Move on to the next instant at which something is due. False where nothing is, until tonight."""
        now = int(struct.unpack("<q", self._clock[:8])[0])
        held = self.at.rows(
            "SELECT claimed_by, MIN(lease_until), COUNT(*) FROM act_message WHERE state = 'claimed' GROUP BY claimed_by"
        )
        waiting = self.at.rows("SELECT MIN(due_at), COUNT(*) FROM act_message WHERE state IN ('queued', 'deferred')")
        decided = self.at.rows(
            "SELECT COUNT(*) FROM decide_decision AS d WHERE NOT EXISTS"
            " (SELECT 1 FROM act_message AS m WHERE m.decision_id = d.id)"
        )
        self._watch((now, held, waiting, decided, len(self.box.taken)))
        if decided[0][0] or any(name in self.alive for name, _, _ in held):
            return True
        ahead = [until for _, until, _ in held] + [due for due, _ in waiting if due is not None]
        soonest = min((at for at in ahead if at <= TONIGHT), default=None)
        if soonest is not None and soonest > now:
            self._set(soonest)
        return soonest is not None

    def _set(self, at: int) -> None:
        self._clock[:8] = struct.pack("<q", at)

    def _watch(self, seen: object) -> None:
        """Fail where nothing at all changed for so long that nothing will."""
        if seen != self._seen:
            self._seen, self._changed = seen, time.monotonic()
        log = self.at.folder / "work.log"
        assert time.monotonic() - self._changed < STUCK, (seen, log.read_text())


@contextmanager
def crew_of(size: int, at: Server, box: Misbehaving) -> Iterator[Crew]:
    """Some workers, and nobody left behind."""
    crew = Crew(at, box)
    try:
        for _ in range(size):
            crew.hire()
        yield crew
    finally:
        box.go_on()
        crew.close()
