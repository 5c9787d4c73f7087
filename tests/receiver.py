"""A real receiver of webhooks on loopback that behaves by path: well, slowly, hugely, elsewhere, or not at all."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SLOWLY = threading.Event()  # never set: a wait that only the other side ends


@dataclass(frozen=True, slots=True)
class Taken:
    """One request as it arrived."""

    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Inbox:
    """What arrived, and what is answered by path; a path not named is answered 204."""

    taken: list[Taken] = field(default_factory=list)
    answers: dict[str, list[tuple[int, dict[str, str]]]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    news: threading.Condition = field(default_factory=threading.Condition)
    go_on: threading.Event = field(default_factory=threading.Event)  # until then /held answers nobody

    def answer(self, path: str) -> tuple[int, dict[str, str]]:
        """Return the next answer of a path; the last one stays."""
        with self.lock:
            rows = self.answers.get(path) or [(204, {})]
            return rows.pop(0) if len(rows) > 1 else rows[0]

    def wait_for(self, path: str, count: int) -> None:
        """Wait until so many requests came to a path; a minute at most."""
        with self.news:
            assert self.news.wait_for(lambda: len(self.at(path)) >= count, timeout=60), path

    def at(self, path: str) -> list[Taken]:
        return [one for one in self.taken if one.path == path]


class _Answering(BaseHTTPRequestHandler):
    inbox: Inbox

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with self.inbox.lock:
            self.inbox.taken.append(Taken(self.path, dict(self.headers.items()), body))
        with self.inbox.news:
            self.inbox.news.notify_all()
        try:
            {
                "/drip": self._drip,
                "/huge": self._huge,
                "/hang-up": self._hang_up,
                "/held": self._held,
            }.get(self.path, self._plainly)()
        except OSError:  # the other side had enough
            self.close_connection = True

    def do_GET(self) -> None:
        with self.inbox.lock:
            self.inbox.taken.append(Taken(f"GET {self.path}", dict(self.headers.items()), b""))
        self._plainly()

    def _plainly(self) -> None:
        status, headers = self.inbox.answer(self.path)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _held(self) -> None:
        self.inbox.go_on.wait(timeout=60)
        self._plainly()

    def _drip(self) -> None:
        """A byte of a header now and then, for ever."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for _ in range(10_000):
            self.wfile.write(b"x")
            self.wfile.flush()
            SLOWLY.wait(0.02)

    def _huge(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(1 << 40))
        self.end_headers()
        for _ in range(4096):
            self.wfile.write(b"y" * 65_536)

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.close()

    def log_message(self, *_: object) -> None:
        return


class Receiver:
    """The server: `url(path)` is where it listens."""

    def __init__(self) -> None:
        self.inbox = Inbox()
        handler = type("Answering", (_Answering,), {"inbox": self.inbox})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def port(self) -> int:
        return self._server.server_address[1]

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
