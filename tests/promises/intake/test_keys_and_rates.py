"""A9, A12, F2: what a key may do, how fast, and that revoking it works at once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.promises.intake.cast import batch, track
from tests.servers import STORES, Server, server

_KEYS = """
import django; django.setup()
import sys
from datetime import UTC, datetime
from regard.collect.intake.keys import create_key, revoke_key
from regard.collect.models import ApiKey
now = datetime.now(UTC)
if sys.argv[1] == "create":
    print(create_key(scope=sys.argv[2], name=sys.argv[3], now=now).secret)
else:
    print(revoke_key(key_id=ApiKey.objects.get(name=sys.argv[2]).id, now=now))
"""


@pytest.fixture(scope="module", params=STORES)
def slow_server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that lets each key send one request a second, two at once."""
    folder = tmp_path_factory.mktemp("slow")
    with server(folder, request.param, REGARD_INTAKE_REQUESTS="1") as running:
        yield running


def keys(running: Server, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", _KEYS, *words], env=running.environment, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_a_key_over_its_rate_waits_and_another_does_not(slow_server: Server):
    other = keys(slow_server, "create", "write", "till")
    body = batch(track())
    replies = [slow_server.post("/v1/batch", body) for _ in range(6)]
    turned = [reply for reply in replies if reply.status != 200]
    assert {reply.status for reply in turned} == {429}
    for reply in turned:
        assert int(reply.headers["retry-after"]) >= 1
        assert reply.headers["access-control-allow-origin"] == "*"
        assert "retry-after" in reply.headers["access-control-expose-headers"].lower()
        assert reply.body["code"] == "rate_limited"
    assert slow_server.post("/v1/batch", body, key=other).status == 200


def test_the_rate_holds_for_keys_in_the_body_and_for_each_message(tmp_path: Path):
    with server(tmp_path / "data", "sqlite", REGARD_INTAKE_MESSAGES="10") as running:
        inside = batch(*[track() for _ in range(20)], writeKey=running.key)
        replies = [running.request("POST", "/v1/batch", inside).status for _ in range(3)]
        assert replies[0] == 200
        assert 429 in replies


def test_a_revoked_key_is_refused_by_the_very_next_request(running_server: Server):
    name = "leaver"
    secret = keys(running_server, "create", "write", name)
    assert running_server.post("/v1/batch", batch(track()), key=secret).status == 200
    assert keys(running_server, "revoke", name) == "True"
    for _ in range(2):
        reply = running_server.post("/v1/batch", batch(track()), key=secret)
        assert (reply.status, reply.body["code"]) == (401, "invalid_key")


def test_a_read_key_writes_nothing(running_server: Server):
    secret = keys(running_server, "create", "read", "reports")
    assert running_server.post("/v1/batch", batch(track()), key=secret).status == 401


def test_a_write_key_reads_nothing(running_server: Server):
    """Every GET of the API, as its own description lists them."""
    described = running_server.request("GET", "/api/v1/openapi.json")
    if described.status != 200:
        described = running_server.request("GET", "/api/openapi.json")
    paths = described.body["paths"]
    readable = [path for path, ways in paths.items() if "get" in ways]
    assert len(readable) >= 4
    bearer = {"authorization": f"Bearer {running_server.key}"}
    for path in readable:
        real = path.replace("{", "").replace("}", "")
        assert running_server.request("GET", real, headers=bearer).status in (401, 403, 404), path
    reply = running_server.post("/v1/batch", batch(track()))
    assert reply.body.keys() == {"success", "accepted", "refused"}


def test_a_key_is_in_no_log_and_no_table(running_server: Server):
    running_server.post("/v1/batch", batch(track(writeKey=running_server.key), writeKey=running_server.key))
    running_server.absorb()
    secret = running_server.key.encode()
    for path in running_server.folder.rglob("*"):
        assert not path.is_file() or secret not in path.read_bytes(), path.name
    if running_server.database_url:
        for (table,) in running_server.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
            found = running_server.rows(f"SELECT count(*) FROM {table} AS t WHERE t::text LIKE '%{secret.decode()}%'")
            assert found == [(0,)], table


def test_the_last_use_of_a_key_is_seen(running_server: Server):
    running_server.post("/v1/batch", batch(track()))
    running_server.absorb()
    rows = running_server.rows("SELECT last_used_at FROM collect_apikey WHERE name = 'shop'")
    assert rows[0][0] > 0
