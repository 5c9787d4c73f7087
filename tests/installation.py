"""A whole installation for tests: its own folder and database, the real command line, the real processes."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

from tests.postgres import postgres_url

STARTS_WITHIN = 60.0  # seconds; a guard against hanging, no figure of speed


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Installation:
    """One data folder (and database); `run` is the command line, `up` the running product."""

    folder: Path
    database_url: str = ""
    extra: dict[str, str] = field(default_factory=dict)
    port: int = 0
    link: str = ""
    process: subprocess.Popen[str] | None = None

    @property
    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("REGARD_", "DJANGO_", "COLUMNS"))}
        return {
            **kept,
            "REGARD_DATA": str(self.folder),
            "DATABASE_URL": self.database_url,
            "NO_COLOR": "1",
            **self.extra,
        }

    def run(self, *words: str, code: int | None = 0, stdin: str = "") -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-c", "from regard.cli import main; main()", *words],
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        if code is not None:
            assert done.returncode == code, (
                f"regard {' '.join(words)} -> {done.returncode}\n{done.stdout}\n{done.stderr}"
            )
        return done

    def json(self, *words: str) -> Any:
        return json.loads(self.run(*words, "--json").stdout)

    @contextmanager
    def up(self, *words: str, port: int = 0, ends_with: int = 0) -> Iterator[Installation]:
        """Serve until the block ends; stops with SIGTERM and expects a clean end (or `ends_with`)."""
        self.port = port or free_port()
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                "from regard.cli import main; main()",
                "up",
                "--no-browser",
                "--port",
                str(self.port),
                *words,
            ],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.link = self.process.stdout.readline().strip()
        try:
            assert self.link.startswith("http://"), "regard up printed no login link"
            yield self
        finally:
            if self.process.poll() is None:
                self.process.send_signal(signal.SIGTERM)
            ended = self.process.wait(timeout=STARTS_WITHIN)
            self.process.stdout.close()
        assert ended == ends_with

    def request(
        self, method: str, path: str, body: bytes | str | None = None, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        """Return (status, headers with lower-case names, body) of one request to the running product."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body=body, headers=named)
            answer = connection.getresponse()
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def children(self) -> list[int]:
        """Return the process ids of the running product's children."""
        assert self.process is not None
        tasks = Path(f"/proc/{self.process.pid}/task")
        return [int(pid) for task in tasks.iterdir() for pid in (task / "children").read_text().split()]


@contextmanager
def fresh_database() -> Iterator[str]:
    """An empty PostgreSQL database, dropped after."""
    url = postgres_url()
    name = f"regard_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    try:
        parts = urlsplit(url)
        yield parts._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@contextmanager
def installation(folder: Path, store: str) -> Iterator[Installation]:
    """An installation on `sqlite` or `postgres`."""
    if store == "sqlite":
        yield Installation(folder)
        return
    with fresh_database() as url:
        yield Installation(folder, url)
