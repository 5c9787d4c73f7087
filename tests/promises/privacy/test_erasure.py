"""Erasure on a running installation: nothing is left in any file, before and after a restored backup (D5, D6)."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import psycopg
import pytest

from tests.installation import Installation, installation
from tests.stages.needles import hits, hits_in

NEEDLES = (
    "zora.quillfeather@example.org",
    "Quillfeather",
    "zora-user-7731",
    "blue-envelope-order-44",
)
ZORA = [
    {"type": "track", "anonymousId": "zoras-tablet", "event": "Product Viewed", "messageId": "z1"},
    {
        "type": "identify",
        "userId": NEEDLES[2],
        "anonymousId": "zoras-tablet",
        "messageId": "z2",
        "traits": {"email": NEEDLES[0], "lastName": NEEDLES[1]},
    },
    {
        "type": "track",
        "userId": NEEDLES[2],
        "event": "Order Completed",
        "messageId": "z3",
        "properties": {"order_id": NEEDLES[3], "total": 12.5, "currency": "USD"},
    },
]
BEN = [
    {
        "type": "identify",
        "userId": "ben",
        "messageId": "b1",
        "traits": {"email": "ben@example.org", "lastName": "Brook"},
    }
]


def send(shop: Installation, key: str, messages: list[dict]) -> None:
    basic = base64.b64encode(f"{key}:".encode()).decode()
    status, _, body = shop.request("POST", "/v1/batch", json.dumps({"batch": messages}), Authorization=f"Basic {basic}")
    assert status == 200, body


def rows_of_store(shop: Installation) -> bytes:
    """Every row of a PostgreSQL store as text; SQLite is looked at as files."""
    if not shop.database_url:
        return b""
    pieces = []
    with psycopg.connect(shop.database_url) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (table,) in tables:
            pieces += [str(row) for row in connection.execute(f'SELECT * FROM "{table}"').fetchall()]
    return "\n".join(pieces).encode()


def everything_found(shop: Installation) -> list[str]:
    return hits(shop.folder, NEEDLES) + hits_in(rows_of_store(shop), NEEDLES)


@pytest.mark.parametrize("store", ["sqlite", "postgres"])
def test_nothing_is_left_while_running_after_stopping_and_after_a_restore(tmp_path: Path, store: str):
    backup, secret = tmp_path / "shop.backup", tmp_path / "secret"
    with installation(tmp_path / "one", store) as shop:
        with shop.up("--empty"):
            key = shop.json("key", "create", "--kind", "write", "--name", "shop")["key"]
            send(shop, key, ZORA + BEN)
            shop.run("cycle")
            shop.run("backup", str(backup), "--secret", str(secret))
            assert everything_found(shop) != []
            asked = shop.run("erase", NEEDLES[0], code=None)
            assert "--yes" in asked.stderr, "nothing is erased by a slip"
            receipt = shop.json("erase", NEEDLES[0], "--yes")
            assert receipt["rows"]["touchpoints"] == 3
            send(shop, key, ZORA)
            shop.run("erase", NEEDLES[2], "--yes", code=3)
            assert everything_found(shop) == []
        assert everything_found(shop) == []
        erased = shop.folder / "erased.list"
        with installation(tmp_path / "two", store) as other:
            told = other.run("restore", str(backup), "--secret", str(secret), "--erasures", str(erased))
            assert "1 people erased since were erased again" in told.stderr
            assert everything_found(other) == []
            out = tmp_path / "ben.zip"
            other.run("export", "person", "ben", "--out", str(out))
            assert hits_in(out.read_bytes(), NEEDLES) == []
