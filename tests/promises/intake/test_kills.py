"""A2, A3: what was acknowledged survives SIGKILL of every process at any moment, and is stored once.

Eight clients send; every first answer is thrown away, so every message comes twice and more. Meanwhile the web process
and the absorber are killed at random moments and started again. In the end every acknowledged message is in the log,
and none is there twice.
"""

from __future__ import annotations

import random
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path

import pytest

from tests.promises.intake.cast import batch, track
from tests.servers import STORES, Server, server

CLIENTS = 8
_ABSORBER = """
import django; django.setup()
import time
from datetime import UTC, datetime
from regard.flow import absorb_journal
print("ready", flush=True)
while True:
    if not absorb_journal(now=datetime.now(UTC)).messages:
        time.sleep(0.02)
"""


@dataclass
class Story:
    """What the clients were told, and when the killing ends."""

    acknowledged: set[str] = field(default_factory=set)
    is_over: threading.Event = field(default_factory=threading.Event)  # nobody is killed any more
    lock: threading.Lock = field(default_factory=threading.Lock)
    failures: list[BaseException] = field(default_factory=list)


@pytest.mark.parametrize("store", STORES)
def test_nothing_acknowledged_is_lost_or_doubled(tmp_path: Path, store: str):
    with server(tmp_path / "data", store) as running:
        play(running, seed=1, rounds=6, at_once=25, kills=3)


@pytest.mark.promises
@pytest.mark.parametrize("seed", [11, 12, 13])
@pytest.mark.parametrize("store", STORES)
def test_nothing_acknowledged_is_lost_or_doubled_over_forty_rounds(tmp_path: Path, store: str, seed: int):
    with server(tmp_path / "data", store) as running:
        story = play(running, seed=seed, rounds=40, at_once=40, kills=15)
    assert len(story.acknowledged) >= 10_000


@pytest.mark.parametrize("store", STORES)
def test_fifty_senders_of_one_message_store_it_once(tmp_path: Path, store: str):
    with server(tmp_path / "data", store) as running:
        body = batch(track(messageId="one"))
        senders = [threading.Thread(target=running.post, args=("/v1/batch", body)) for _ in range(50)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        assert running.absorb() == (50, 1)
        assert running.rows("SELECT message_id FROM collect_touchpoint") == [("one",)]


def play(running: Server, *, seed: int, rounds: int, at_once: int, kills: int) -> Story:
    """Send, kill, count."""
    story = Story()
    clients = [
        threading.Thread(target=send_rounds, args=(running, story, f"{seed}-{n}", rounds, at_once))
        for n in range(CLIENTS)
    ]
    for client in clients:
        client.start()
    kill_at_random(running, random.Random(seed), kills)
    story.is_over.set()
    for client in clients:
        client.join(timeout=240)
    assert story.failures == []
    assert len(story.acknowledged) >= CLIENTS * rounds * at_once
    while running.absorb()[0]:
        pass
    stored = [row[0] for row in running.rows("SELECT message_id FROM collect_touchpoint")]
    assert set(stored) >= story.acknowledged, "acknowledged and lost"
    assert len(stored) == len(set(stored)), "stored twice"
    people = running.rows("SELECT count(*) FROM identify_person")[0][0]
    assert people == CLIENTS
    return story


def send_rounds(running: Server, story: Story, name: str, rounds: int, at_once: int) -> None:
    """Be one client: send a batch until it was acknowledged twice, then the next, as long as there is killing."""
    number = 0
    try:
        while number < rounds or not story.is_over.is_set():
            number += 1
            ids = [f"{name}-{number}-{place}" for place in range(at_once)]
            body = batch(*(track(messageId=one, userId=name) for one in ids))
            for _ in range(2):  # the first answer is lost on the way
                while not _is_taken(running, body):
                    story.is_over.wait(0.05)
                story.is_over.wait(0.01)  # leaves the killer its share of the processor
            with story.lock:
                story.acknowledged.update(ids)
    except BaseException as failure:
        story.failures.append(failure)


def _is_taken(running: Server, body: bytes) -> bool:
    try:
        reply = running.post("/v1/batch", body)
    except (OSError, HTTPException):
        return False  # killed under us: nothing is known, so it is sent again
    assert reply.status in (200, 503)
    return reply.status == 200 and reply.body["refused"] == []


def kill_at_random(running: Server, chance: random.Random, kills: int) -> None:
    """Kill the web process and the absorber together, let some time pass, start both."""
    moment = threading.Event()
    for _ in range(kills):
        with absorbing(running):
            moment.wait(chance.uniform(0.02, 0.6))
            running.kill()
            moment.wait(chance.uniform(0.0, 0.1))  # the absorber goes on a little, alone
        running.start()


@contextmanager
def absorbing(running: Server):
    """A process that absorbs without a stop until it is killed."""
    absorber = subprocess.Popen([sys.executable, "-c", _ABSORBER], env=running.environment, stdout=subprocess.PIPE)
    assert absorber.stdout is not None
    try:
        absorber.stdout.readline()
        yield absorber
    finally:
        absorber.kill()
        absorber.wait()
        absorber.stdout.close()
