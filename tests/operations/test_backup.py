"""A backup made by one command comes back by one command, whole, on both stores."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from tests.installation import installation

pytestmark = pytest.mark.parametrize("store", ["sqlite", "postgres"])


def test_a_backup_comes_back_on_an_empty_machine(tmp_path: Path, store: str):
    file = tmp_path / "shop.backup"
    with installation(tmp_path / "one", store) as shop:
        shop.run("staff", "add", "ana@tideline.example", "--name", "Ana", "--role", "agent")
        shop.run("backup", str(file), "--secret", str(tmp_path / "secret"))
        before = shop.json("staff", "list")["items"]
    assert file.stat().st_mode & 0o777 == 0o600
    with installation(tmp_path / "two", store) as other:
        told = other.run("restore", str(file), "--secret", str(tmp_path / "secret"))
        assert "is back" in told.stderr
        assert other.json("staff", "list")["items"] == before
        other.run("staff", "add", "ben@tideline.example")  # the counters go on behind what came back


def test_the_secret_is_never_inside(tmp_path: Path, store: str):
    file = tmp_path / "shop.backup"
    with installation(tmp_path / "one", store) as shop:
        shop.run("backup", str(file))
        secret = (shop.folder / "secret.key").read_bytes()
    with zipfile.ZipFile(file) as archive:
        assert all(secret not in archive.read(name) for name in archive.namelist())


def test_without_its_secret_or_onto_data_a_restore_is_refused(tmp_path: Path, store: str):
    file = tmp_path / "shop.backup"
    with installation(tmp_path / "one", store) as shop:
        shop.run("backup", str(file))
        again = shop.run("restore", str(file), code=4)
        assert "holds data already" in again.stderr
    with installation(tmp_path / "two", store) as other:
        assert "another secret" in other.run("restore", str(file), code=4).stderr


def test_a_damaged_or_foreign_file_is_refused_in_a_line(tmp_path: Path, store: str):
    with installation(tmp_path / "one", store) as shop:
        (tmp_path / "no.backup").write_bytes(b"PK nothing of ours")
        refused = shop.run("restore", str(tmp_path / "no.backup"), code=1)
        assert "is no finished backup" in refused.stderr
        assert "Traceback" not in refused.stderr
