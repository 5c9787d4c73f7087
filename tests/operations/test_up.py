"""`regard up` starts everything with one command, keeps it alive, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
import socket
from pathlib import Path

import pytest

from tests.installation import Installation, free_port, installation
from tests.waiting import eventually


@pytest.mark.parametrize("store", ["sqlite", "postgres"])
def test_one_command_serves_and_prints_one_login_link(tmp_path: Path, store: str):
    with installation(tmp_path / "shop", store) as shop, shop.up():
        assert shop.request("GET", "/healthz")[0] == 200
        assert eventually(lambda: shop.request("GET", "/readyz")[0] == 200)
        assert len(shop.children()) == 2
        status, _, _ = shop.request("GET", "/")
        assert status in (301, 302)
        assert (shop.folder / "secret.key").stat().st_mode & 0o777 == 0o600
        assert shop.folder.stat().st_mode & 0o777 == 0o700
        children = shop.children()
    assert not any(alive(pid) for pid in children)
    assert not (shop.folder / "worker.alive").exists()


def test_a_killed_child_comes_back(tmp_path: Path):
    shop = Installation(tmp_path / "shop")
    with shop.up():
        before = shop.children()
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        after = eventually(
            lambda: (
                [pid for pid in shop.children() if pid not in before and alive(pid)]
                if len(shop.children()) == 2
                else []
            )
        )
        assert len(after) == 2
        assert eventually(lambda: answers(shop))


def test_a_killed_supervisor_leaves_nobody_behind(tmp_path: Path):
    shop = Installation(tmp_path / "shop")
    with shop.up(ends_with=-signal.SIGKILL):
        children = shop.children()
        assert len(children) == 2
        assert shop.process is not None
        shop.process.kill()
        shop.process.wait()
        eventually(lambda: not any(alive(pid) for pid in children))


def test_readiness_says_when_the_worker_is_silent(tmp_path: Path):
    shop = Installation(tmp_path / "shop")
    with shop.up():
        eventually(lambda: shop.request("GET", "/readyz")[0] == 200)
        worker = next(pid for pid in shop.children() if "regard.worker" in Path(f"/proc/{pid}/cmdline").read_text())
        os.kill(worker, signal.SIGSTOP)
        beat = shop.folder / "worker.alive"
        old = json.loads(beat.read_text()) | {"at": "2026-01-01T00:00:00+00:00"}
        beat.write_text(json.dumps(old))
        status, _, body = shop.request("GET", "/readyz")
        os.kill(worker, signal.SIGCONT)
        assert status == 503
        assert {"name": "worker", "state": "failed"} in json.loads(body)["checks"]


def test_a_taken_port_is_said_in_one_line_with_the_fix(tmp_path: Path):
    shop = Installation(tmp_path / "shop")
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        told = shop.run("up", "--no-browser", "--port", str(other.getsockname()[1]), code=1)
    assert told.stderr.count("\n") == 1
    assert "is taken" in told.stderr
    assert "--port" in told.stderr


def test_a_folder_served_already_is_not_served_twice(tmp_path: Path):
    shop = Installation(tmp_path / "shop")
    with shop.up():
        told = shop.run("up", "--no-browser", "--port", str(free_port()), code=1)
        assert told.stderr.count("\n") == 1
        assert f"served already at http://127.0.0.1:{shop.port}" in told.stderr
        assert answers(shop)


def test_a_folder_without_write_access_is_said_in_one_line(tmp_path: Path):
    (tmp_path / "file").write_text("not a folder")
    told = Installation(tmp_path / "file" / "shop").run("up", "--no-browser", "--port", str(free_port()), code=1)
    assert told.stderr.count("\n") == 1
    assert "--data" in told.stderr


def test_a_second_start_keeps_everything(tmp_path: Path):
    shop = Installation(tmp_path / "shop")
    made = shop.json("key", "create", "--kind", "read")
    with shop.up():
        first = shop.link
    with shop.up():
        assert shop.link != first
        assert shop.json("key", "list")["items"][0]["prefix"] == made["prefix"]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False


def answers(shop: Installation) -> bool:
    try:
        return shop.request("GET", "/healthz")[0] == 200
    except OSError:
        return False
