"""The import contracts of pyproject.toml hold: data is cyclic, imports are not."""

from __future__ import annotations

import pytest
from importlinter.cli import lint_imports

from tests.rules.sources import ROOT


def test_every_import_contract_is_kept(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.chdir(ROOT)
    code = lint_imports(config_filename="pyproject.toml", cache_dir=None)
    assert code == 0, capsys.readouterr().out
