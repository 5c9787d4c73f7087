"""The doctor says what is not well and what to do about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.installation import Installation, free_port, installation
from tests.mailserver import MailServer


def checks(shop: Installation, *, code: int = 0) -> dict[str, dict[str, str]]:
    import json

    done = shop.run("doctor", "--json", code=code)
    return {check["name"]: check for check in json.loads(done.stdout)["checks"]}


@pytest.mark.parametrize("store", ["sqlite", "postgres"])
def test_a_healthy_installation_is_told_so(tmp_path: Path, store: str):
    with installation(tmp_path / "shop", store) as shop:
        found = checks(shop)
    assert {name for name, check in found.items() if check["state"] != "ok"} == {"worker"}
    assert found["worker"]["words"] == "is not running"
    assert store[:6] in found["database"]["words"]


def test_a_secret_others_can_read_fails_with_the_fix(tmp_path: Path):
    shop = Installation(tmp_path / "shop")
    shop.run("key", "list")
    (shop.folder / "secret.key").chmod(0o644)
    secret = checks(shop, code=1)["secret"]
    assert (secret["state"], secret["fix"][:9]) == ("failed", "chmod 600")


def test_a_mail_server_that_does_not_answer_fails(tmp_path: Path):
    silent = Installation(tmp_path / "shop", extra={"REGARD_SMTP_URL": f"smtp://127.0.0.1:{free_port()}?tls=off"})
    assert checks(silent, code=1)["mail"]["state"] == "failed"


def test_a_mail_server_that_answers_is_greeted(tmp_path: Path):
    server = MailServer()
    server.start()
    try:
        shop = Installation(tmp_path / "shop", extra={"REGARD_SMTP_URL": f"smtp://127.0.0.1:{server.port}?tls=off"})
        assert checks(shop)["mail"]["state"] == "ok"
    finally:
        server.stop()
