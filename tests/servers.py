"""A running web process for tests: granian over its own data folder, on a free port, on SQLite or PostgreSQL.

    def test_something(running_server):            # the fixture of tests/promises/conftest.py
        status, headers, body = running_server.post("/v1/batch", {"batch": [...]})
        running_server.absorb()                    # what the worker does all the time
        assert running_server.rows("SELECT count(*) FROM collect_touchpoint") == [(1,)]

    with server(tmp_path, "postgres") as running:  # the same by hand
        running.kill(); running.start()            # SIGKILL, and again on the same folder and port

`running.key` is a write key of the source "shop". The migrated database is made once a test run and copied.
"""

from __future__ import annotations

import atexit
import base64
import http.client
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg

from tests.postgres import postgres_url

STORES = ("sqlite", "postgres")
_READY_WITHIN = 60.0  # seconds; a guard against hanging, no figure of speed
_SECRET = "server-secret-" + "y" * 40
_PREPARE = """
import django; django.setup()
from datetime import UTC, datetime
from django.core.management import call_command
call_command("migrate", verbosity=0, interactive=False)
from regard.collect.intake.keys import create_key
from regard.versions.services import apply_shipped_playbook
apply_shipped_playbook(now=datetime.now(UTC))
print(create_key(scope="write", name="shop", now=datetime.now(UTC)).secret)
"""
_ABSORB = """
import django; django.setup()
from datetime import UTC, datetime
from regard.flow import absorb_journal
print(*absorb_journal(now=datetime.now(UTC)))
"""


class Reply(NamedTuple):
    """What came back."""

    status: int
    headers: dict[str, str]
    body: Any  # decoded JSON, else bytes


@dataclass
class Server:
    """One web process; the folder and the database outlive it."""

    folder: Path
    key: str
    database_url: str = ""
    settings: dict[str, str] = field(default_factory=dict)
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        return _environment(self.folder, self.database_url) | self.settings

    def start(self) -> None:
        """Start the process and wait until it answers. Keeps the port it had."""
        self.port = self.port or free_port()
        command = (sys.executable, "-m", "regard.web.serving.serve", "--port", str(self.port))
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, env=self.environment, stdin=subprocess.PIPE, stdout=log, stderr=log
            )
        ends = time.monotonic() + _READY_WITHIN
        while not _answers(self.port):
            assert self.process.poll() is None, (self.folder / "server.log").read_text()
            assert time.monotonic() < ends, "the server does not answer"
            threading.Event().wait(0.02)

    def stop(self) -> None:
        """End it as an administrator does."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL the process and every child of it."""
        assert self.process is not None
        for pid in _children(self.process.pid):
            os.kill(pid, signal.SIGKILL)
        self._end(signal.SIGKILL)

    def _end(self, sign: signal.Signals) -> None:
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(sign)
        self.process.wait(timeout=_READY_WITHIN)
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process = None

    def request(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Reply:
        """Send one request as it stands and return what came back."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request(method, path, body=body, headers=headers or {})
            answer = connection.getresponse()
            text = answer.read()
            named = {name.lower(): value for name, value in answer.getheaders()}
        is_json = named.get("content-type", "").startswith("application/json")
        return Reply(answer.status, named, json.loads(text) if is_json and text else text)

    def post(self, path: str, value: Any, *, key: str | None = None, **headers: str) -> Reply:
        """Send JSON (bytes are sent as they are) with the write key as Basic auth."""
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        return self.request("POST", path, body, {"authorization": basic(key or self.key), **named})

    def absorb(self) -> tuple[int, int]:
        """Take the journal into the log; returns (messages, stored)."""
        messages, stored = _python(_ABSORB, self.environment).split()
        return int(messages), int(stored)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Read the database from outside."""
        if self.database_url:
            with psycopg.connect(self.database_url) as connection:
                return connection.execute(query).fetchall()
        with closing(sqlite3.connect(self.folder / "regard.sqlite3")) as connection:
            return connection.execute(query).fetchall()


@contextmanager
def server(folder: Path, store: str = "sqlite", *, start: bool = True, **settings: str) -> Iterator[Server]:
    """A running server on a fresh database; `settings` are environment variables."""
    prepared = _prepared(store)
    if store == "sqlite":
        shutil.copytree(prepared.folder, folder, dirs_exist_ok=True)
        running = Server(folder, prepared.key, settings=settings)
    else:
        folder.mkdir(exist_ok=True)
        url = _copy_database(prepared.database_url)
        running = Server(folder, prepared.key, url, settings)
    try:
        if start:
            running.start()
        yield running
    finally:
        running.stop()
        if running.database_url:
            _drop_database(running.database_url)


def basic(key: str) -> str:
    """The header every Segment client sends: the key as user name, no password."""
    return "Basic " + base64.b64encode(f"{key}:".encode()).decode()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class _Prepared(NamedTuple):
    folder: Path
    database_url: str
    key: str


@cache
def _prepared(store: str) -> _Prepared:
    folder = Path(tempfile.mkdtemp(prefix="regard-prepared-"))
    url = "" if store == "sqlite" else _create_database("")
    environment = _environment(folder, url)
    atexit.register(_forget, folder, url)
    return _Prepared(folder, url, _python(_PREPARE, environment).strip())


def _forget(folder: Path, database_url: str) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    if database_url:
        _drop_database(database_url)


def _environment(folder: Path, database_url: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("REGARD_", "DJANGO_"))}
    return kept | {
        "REGARD_DATA": str(folder),
        "DATABASE_URL": database_url,
        "REGARD_SECRET_KEY": _SECRET,
        "DJANGO_SETTINGS_MODULE": "regard.settings",
    }


def _python(code: str, environment: dict[str, str]) -> str:
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _copy_database(template: str) -> str:
    return _create_database(f"TEMPLATE {urlsplit(template).path.lstrip('/')}")


def _create_database(how: str) -> str:
    name = f"regard_server_{uuid4().hex[:12]}"
    with psycopg.connect(postgres_url(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} {how}")
    return urlsplit(postgres_url())._replace(path=f"/{name}").geturl()


def _drop_database(url: str) -> None:
    name = urlsplit(url).path.lstrip("/")
    with psycopg.connect(postgres_url(), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _answers(port: int) -> bool:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
        try:
            connection.request("OPTIONS", "/v1/batch")
            return connection.getresponse().status == 200
        except OSError:
            return False


def _children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += [int(child), *_children(int(child))]
    return found
