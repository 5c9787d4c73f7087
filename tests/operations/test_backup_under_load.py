"""A backup taken while clients send holds everything that was acknowledged before it began (promise G1)."""

from __future__ import annotations

import base64
import json
import threading
from pathlib import Path

import pytest

from tests.installation import Installation, installation

CLIENTS, BATCH = 4, 20


class Sender(threading.Thread):
    """Sends batch after batch and keeps the ids that were acknowledged."""

    def __init__(self, shop: Installation, key: str, number: int, stop: threading.Event) -> None:
        super().__init__()
        self.shop, self.number, self.stop = shop, number, stop
        self.auth = "Basic " + base64.b64encode(f"{key}:".encode()).decode()
        self.acknowledged: list[str] = []

    def run(self) -> None:
        rounds = 0
        while not self.stop.is_set():
            ids = [f"{self.number}-{rounds}-{place}" for place in range(BATCH)]
            batch = [{"type": "track", "messageId": one, "userId": f"u{self.number}", "event": "Looked"} for one in ids]
            status, _, _ = self.shop.request("POST", "/v1/batch", json.dumps({"batch": batch}), Authorization=self.auth)
            if status == 200:
                self.acknowledged += ids
            rounds += 1


@pytest.mark.parametrize("store", ["sqlite", "postgres"])
def test_nothing_acknowledged_before_a_backup_is_missing_from_it(tmp_path: Path, store: str):
    file = tmp_path / "shop.backup"
    stop = threading.Event()
    with installation(tmp_path / "one", store) as shop, shop.up():
        key = shop.json("key", "create", "--kind", "write")["key"]
        senders = [Sender(shop, key, number, stop) for number in range(CLIENTS)]
        for sender in senders:
            sender.start()
        while min(len(sender.acknowledged) for sender in senders) < 5 * BATCH:
            stop.wait(0.01)
        before = {one for sender in senders for one in list(sender.acknowledged)}
        shop.run("backup", str(file))
        stop.set()
        for sender in senders:
            sender.join()
        secret = shop.folder / "secret.key"
        with installation(tmp_path / "two", store) as other:
            other.run("restore", str(file), "--secret", str(secret))
            with other.up():  # what the journal held is absorbed, and new messages are taken behind it
                assert (
                    other.request(
                        "POST",
                        "/v1/track",
                        json.dumps({"messageId": "after", "userId": "u", "event": "Looked"}),
                        Authorization=senders[0].auth,
                    )[0]
                    == 200
                )
            lines = other.run("export", "touchpoints", "--format", "ndjson").stdout.splitlines()
    stored = [json.loads(line)["messageId"] for line in lines]
    assert before <= set(stored)
    assert "after" in stored
    assert len(stored) == len(set(stored))
