"""Workers are killed while the final dot is under way; nobody gets two, and every decision ends in one state (C1, C2).

The mail server stops the test's heart at the worst moment: it has taken the mail and not answered yet, and that is when
a worker gets SIGKILL. Others take over; leases run out; deferred mail comes back.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mailserver import MailServer
from tests.servers import STORES, Server, server

WITHIN = (
    900.0  # seconds; a guard against hanging, no figure of speed (a loaded machine needs minutes)
)
SEEDS = range(1, int(os.environ.get("REGARD_KILL_SEEDS", "3")) + 1)  # of the long form


@pytest.fixture
def box() -> Iterator[MailServer]:
    running = MailServer()
    running.start()
    yield running
    running.stop()


class Crew:
    """Some workers over one database, which can be killed and replaced."""

    def __init__(self, at: Server, size: int) -> None:
        self.at, self.began, self.made, self.killed = at, time.time(), 0, 0
        self.workers = [self._hire() for _ in range(size)]

    def _hire(self) -> subprocess.Popen[bytes]:
        self.made += 1
        command = (
            sys.executable,
            "-m",
            "tests.promises.sending.work",
            f"w{self.made}",
            str(self.began),
        )
        with (self.at.folder / "work.log").open("ab") as log:
            return subprocess.Popen(command, env=self.at.environment, stderr=log)

    def kill_one(self, chance: random.Random) -> None:
        running = [place for place, worker in enumerate(self.workers) if worker.poll() is None]
        if running:
            place = chance.choice(running)
            self.workers[place].kill()
            self.workers[place].wait(timeout=60)
            self.killed += 1
            self.workers[place] = self._hire()

    def finish(self) -> None:
        try:
            for worker in self.workers:
                assert worker.wait(timeout=WITHIN) == 0, (self.at.folder / "work.log").read_text()
        finally:
            for worker in self.workers:
                worker.kill()
                worker.wait(timeout=60)


def act_out(at: Server, box: MailServer, *, each: int, letters: int, kills: int, seed: int) -> None:
    chance = random.Random(seed)
    laid = [sys.executable, "-m", "tests.promises.sending.lay", str(each), str(letters)]
    people = int(
        subprocess.run(laid, env=at.environment, check=True, capture_output=True, text=True).stdout
    )
    crew = Crew(at, size=3)
    for _ in range(kills):
        if not box.box.wait_for_more(chance.randint(1, 4), within=WITHIN, hold=True):
            break
        crew.kill_one(chance)
        box.box.go_on()
    crew.finish()

    got = Counter(taken.receiver for taken in box.box.taken)
    assert max(got.values()) == 1, f"got two: {[r for r, n in got.items() if n > 1]}"
    states = dict(at.rows("SELECT state, count(*) FROM act_message GROUP BY state"))
    outcomes = dict(at.rows("SELECT outcome, count(*) FROM decide_decision GROUP BY outcome"))
    lost = sum(receiver.startswith("lost-after") for receiver in got)
    waiting = states.get("queued", 0) + states.get(
        "deferred", 0
    )  # held back by the cap, and rightly
    ended = sum(outcomes.get(name, 0) for name in ("sent", "failed", "cancelled", "uncertain"))
    assert states.get("uncertain", 0) <= crew.killed + lost, (states, crew.killed, lost)
    assert outcomes.get("", 0) == waiting
    assert ended + waiting == people * letters, (outcomes, waiting)
    assert states.get("refused", 0) == outcomes.get("failed", 0) >= each
    assert len(got) + _never_left(at, got) == people - each
    sent = at.rows("SELECT count(*) FROM collect_touchpoint WHERE name = 'Message Sent'")[0][0]
    assert sent == states["sent"] == outcomes["sent"]


def _never_left(at: Server, got: Counter[str]) -> int:
    """People whose uncertain message had not reached the server: killed between `begin` and the final dot.

    Those whom the server always refuses never get one, uncertain or not.
    """
    uncertain = {
        row[0] for row in at.rows("SELECT address FROM act_message WHERE state = 'uncertain'")
    }
    return len({one for one in uncertain - set(got) if not one.startswith("refuse")})


@pytest.mark.parametrize("store", STORES)
def test_nobody_gets_two_when_workers_are_killed(
    store: str, tmp_path: Path, box: MailServer
) -> None:
    with server(tmp_path / "data", store, start=False, REGARD_SMTP_URL=box.url) as at:
        act_out(at, box, each=5, letters=2, kills=4, seed=1)


@pytest.mark.promises
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("store", STORES)
def test_nobody_gets_two_under_many_kills(
    store: str, seed: int, tmp_path: Path, box: MailServer
) -> None:
    with server(tmp_path / "data", store, start=False, REGARD_SMTP_URL=box.url) as at:
        act_out(at, box, each=60, letters=3, kills=40, seed=seed)
