"""Keep the web process and the worker alive: start them, restart what dies, stop them together.

Standard library only: the supervisor stays small and sleeps. Algorithm of `run`:
1. Start every child with a pipe on its stdin; when the supervisor dies the pipe closes and the child stops by itself.
2. Sleep until a signal arrives or a restart is due. SIGCHLD wakes the loop, so nothing is polled.
3. A child that ended is started again after a pause that doubles (0.5 s to 30 s) and is forgiven after 30 s alive.
4. SIGTERM or SIGINT: pass SIGTERM on in reverse order, wait, kill who stays.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

FIRST_PAUSE, LONGEST_PAUSE, FORGIVEN_AFTER = 0.5, 30.0, 30.0  # seconds
STOP_WITHIN = 20.0  # seconds a child has to finish what it holds


@dataclass(slots=True)
class Child:
    """One process of the installation, and how often it fell lately."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    falls: int = 0
    restart_at: float | None = None

    def start(self) -> None:
        """Start the process in its own session: a Ctrl-C reaches the supervisor alone, which stops in order."""
        environment = {**os.environ, "REGARD_SUPERVISED": "1"}
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, start_new_session=True, env=environment)
        self.started_at, self.restart_at = time.monotonic(), None

    def pause(self) -> float:
        """Return the seconds to wait before the next start."""
        if time.monotonic() - self.started_at > FORGIVEN_AFTER:
            self.falls = 0
        self.falls += 1
        return min(FIRST_PAUSE * 2.0 ** (self.falls - 1), LONGEST_PAUSE)


@dataclass(slots=True)
class Supervisor:
    """The parent of the web process and the worker."""

    commands: Mapping[str, Sequence[str]]
    say: Callable[[str], None]
    children: list[Child] = field(default_factory=list)
    is_stopping: bool = False
    wake_fds: tuple[int, int] = (-1, -1)

    def start(self) -> None:
        """Listen to signals and start every child."""
        self.wake_fds = os.pipe()
        for end in self.wake_fds:
            os.set_blocking(end, False)
        signal.set_wakeup_fd(self.wake_fds[1], warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask_to_stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for name, command in self.commands.items():
            child = Child(name, command)
            child.start()
            self.children.append(child)

    def run(self) -> int:
        """Watch until asked to stop; return the exit code."""
        while not self.is_stopping:
            self.wait(self._watch())
        return self.stop()

    def wait(self, seconds: float | None) -> None:
        """Sleep until a signal arrives, at most `seconds`."""
        select.select([self.wake_fds[0]], [], [], seconds)
        with contextlib.suppress(BlockingIOError):
            os.read(self.wake_fds[0], 512)

    def has_fallen(self, name: str) -> bool:
        """Say whether a child has ended since its start."""
        return any(c.name == name and c.process is not None and c.process.poll() is not None for c in self.children)

    def stop(self) -> int:
        """Stop every child, the last started first."""
        self.is_stopping = True
        running = [c for c in reversed(self.children) if c.process and c.process.poll() is None]
        for child in running:
            assert child.process is not None  # noqa: S101 (chosen above)
            child.process.terminate()
        until = time.monotonic() + STOP_WITHIN
        for child in running:
            assert child.process is not None  # noqa: S101
            try:
                child.process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.say(f"{child.name} did not stop within {STOP_WITHIN:.0f} s: killed")
                child.process.kill()
                child.process.wait()
        return 0

    def _ask_to_stop(self, *_: object) -> None:
        self.is_stopping = True

    def _watch(self) -> float | None:
        """Restart what is due; return the seconds until the next restart, None where nothing is due."""
        now = time.monotonic()
        for child in self.children:
            if child.process is None or child.process.poll() is None:
                continue
            if child.restart_at is None:
                pause = child.pause()
                child.restart_at = now + pause
                self.say(f"{child.name} ended ({_ending(child.process.returncode)}); starting it again in {pause:g} s")
            elif child.restart_at <= now:
                child.start()
        due = [c.restart_at for c in self.children if c.restart_at is not None]
        return max(0.0, min(due) - now) if due else None


def _ending(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def stop_with_parent() -> None:
    """In a child: end with SIGTERM when the supervisor's pipe closes, so a killed supervisor leaves nobody behind."""
    if os.environ.get("REGARD_SUPERVISED") != "1":
        return

    def watch() -> None:
        os.read(sys.stdin.fileno(), 1)  # returns at end of file only: nobody writes here
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()
