"""Workers are killed and stopped while the final dot is under way; nobody gets two, and every decision ends in one state
(promises C1, C2, G3).

The mail server stops the test's heart at the worst moment: it has taken a mail and not answered yet, and that is when
a worker gets SIGKILL, or SIGSTOP until others have taken over what it held. Leases run out; deferred mail comes back;
who was stopped goes on where it was.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mailserver import MailServer
from tests.promises.sending.crew import Crew, crew_of
from tests.servers import STORES, Server, server

SEEDS = range(1, int(os.environ.get("REGARD_KILL_SEEDS", "3")) + 1)  # of the long form


@pytest.fixture
def box() -> Iterator[MailServer]:
    running = MailServer()
    running.start()
    yield running
    running.stop()


def act_out(at: Server, box: MailServer, *, each: int, letters: int, blows: int, seed: int) -> None:
    chance = random.Random(seed)
    with crew_of(0, at, box.box) as crew:
        people = crew.ask("lay", each, letters)
        for _ in range(3):
            crew.hire()
        for _ in range(blows):
            if not crew.work_until_taken(chance.randint(1, 4)):
                break
            crew.wake()
            chance.choice((crew.kill_one, crew.kill_one, crew.stop_one))(chance)
            box.box.go_on()
        crew.wake()
        crew.finish()
    check(at, box, crew, each=each, decided=people * letters, people=people)


def check(at: Server, box: MailServer, crew: Crew, *, each: int, decided: int, people: int) -> None:
    got = Counter(taken.receiver for taken in box.box.taken)
    assert max(got.values()) == 1, f"got two: {[r for r, n in got.items() if n > 1]}"
    states = dict(at.rows("SELECT state, count(*) FROM act_message GROUP BY state"))
    outcomes = dict(at.rows("SELECT outcome, count(*) FROM decide_decision GROUP BY outcome"))
    unanswered = sum(receiver.startswith("lost-after") for receiver in got)
    # Held back by the cap, and rightly.
    waiting = states.get("queued", 0) + states.get("deferred", 0)
    ended = sum(outcomes.get(name, 0) for name in ("sent", "failed", "cancelled", "uncertain"))
    assert states.get("uncertain", 0) <= crew.lost + unanswered, (states, crew.lost, unanswered)
    assert outcomes.get("", 0) == waiting
    assert ended + waiting == decided, (outcomes, waiting)
    assert states.get("refused", 0) == outcomes.get("failed", 0) >= each
    assert len(got) + _never_left(at, got) == people - each
    sent = at.rows("SELECT count(*) FROM collect_touchpoint WHERE name = 'Message Sent'")[0][0]
    assert sent == states["sent"] == outcomes["sent"]


def _never_left(at: Server, got: Counter[str]) -> int:
    """People whose uncertain message had not reached the server: killed between `begin` and the final dot.

    Those whom the server always refuses never get one, uncertain or not.
    """
    uncertain = {row[0] for row in at.rows("SELECT address FROM act_message WHERE state = 'uncertain'")}
    return len({one for one in uncertain - set(got) if not one.startswith("refuse")})


@pytest.mark.parametrize("store", STORES)
def test_nobody_gets_two_when_workers_are_killed_and_stopped(store: str, tmp_path: Path, box: MailServer) -> None:
    with server(tmp_path / "data", store, start=False, REGARD_SMTP_URL=box.url) as at:
        act_out(at, box, each=5, letters=2, blows=6, seed=1)


@pytest.mark.promises
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("store", STORES)
def test_nobody_gets_two_under_many_blows(store: str, seed: int, tmp_path: Path, box: MailServer) -> None:
    with server(tmp_path / "data", store, start=False, REGARD_SMTP_URL=box.url) as at:
        act_out(at, box, each=60, letters=3, blows=40, seed=seed)
