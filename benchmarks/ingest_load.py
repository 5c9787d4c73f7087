"""The clients of the ingest benchmark: one process, eight connections, bodies made before the clock starts."""

from __future__ import annotations

import json
import random
import socket
import statistics
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from tests.servers import basic

_MESSAGE = (
    '{"type":"track","messageId":"%s","userId":"user-%d","anonymousId":null,"event":"Order Completed",'
    '"timestamp":"2026-11-22T04:27:15.973+00:00","context":{"library":{"name":"analytics-python","version":"2.4.0"}},'
    '"integrations":{},"properties":%s}'
)


@dataclass
class Load:
    """What is sent: `requests` bodies of `at_once` messages with random ids, over `clients` connections."""

    port: int
    key: str
    requests: int
    at_once: int
    clients: int
    people: int
    bodies: list[bytes] = field(default_factory=list, repr=False)

    @staticmethod
    def example() -> dict[str, Any]:
        """The properties of every message: a small order."""
        return {
            "order_id": "o-1001",
            "total": 27.5,
            "currency": "USD",
            "products": [
                {"sku": "A1", "name": "A record", "price": 12.5, "quantity": 1},
                {"sku": "B1", "name": "Another", "price": 15, "quantity": 1},
            ],
        }

    def prepared(self) -> Load:
        """Write the bodies, ready to be sent as they are."""
        chance = random.Random(time.monotonic_ns())
        properties = json.dumps(self.example(), separators=(",", ":"))
        head = (
            "POST /v1/batch HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"Authorization: {basic(self.key)}\r\nContent-Length: %d\r\n\r\n"
        )
        for _ in range(self.requests):
            messages = ",".join(
                _MESSAGE % (UUID(int=chance.getrandbits(128)), chance.randrange(self.people), properties)
                for _ in range(self.at_once)
            )
            body = f'{{"batch":[{messages}],"sentAt":"2026-11-22T04:27:16Z"}}'
            self.bodies.append((head % len(body) + body).encode())
        return self


def send_all(load: Load) -> dict[str, float]:
    """Send everything; every answer must be a 200. Returns acknowledged/s, p50 and p99 in ms."""
    taken: list[list[float]] = [[] for _ in range(load.clients)]
    threads = [
        threading.Thread(target=_client, args=(load, load.bodies[n :: load.clients], taken[n]))
        for n in range(load.clients)
    ]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    times = [one for client in taken for one in client]
    if len(times) != load.requests:
        raise RuntimeError(f"{load.requests - len(times)} requests were not acknowledged")
    cuts = statistics.quantiles(times, n=100)
    return {
        "acknowledged/s": load.requests * load.at_once / seconds,
        "p50 ms": cuts[49] * 1000,
        "p99 ms": cuts[98] * 1000,
    }


def _client(load: Load, bodies: list[bytes], times: list[float]) -> None:
    with socket.create_connection(("127.0.0.1", load.port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for body in bodies:
            began = time.perf_counter()
            connection.sendall(body)
            answer = connection.recv(65536)
            while b"\r\n\r\n" not in answer or not answer.endswith(b"}"):
                answer += connection.recv(65536)
            if not answer.startswith(b"HTTP/1.1 200 "):
                raise RuntimeError(answer[:300].decode("latin-1"))
            times.append(time.perf_counter() - began)
