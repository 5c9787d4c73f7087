"""docs/intake.md names every code, path, limit and setting of the intake."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from regard.api.intake import answers, app, envelope, salvage
from regard.collect.intake import absorbing, parking

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "intake.md").read_text(encoding="utf-8")
_CODES = re.compile(r"(?:Unusable|Turned|Refused)\(\s*(?:position, )?\"([a-z_]+)\"|code=\"([a-z_]+)\"")


def codes() -> set[str]:
    """Every code that the intake's own source gives to a message or a request."""
    sources = (envelope, salvage, absorbing, parking)
    texts = [Path(str(module.__file__)).read_text(encoding="utf-8") for module in sources]
    found = {one or other for text in texts for one, other in _CODES.findall(text)}
    return found | {code for code, _ in salvage._MARKS.values()} | set(answers.STATUS)


@pytest.mark.parametrize("code", sorted(codes()))
def test_every_code_is_explained(code: str):
    assert f"`{code}`" in PAGE


def test_every_path_is_listed():
    for path in {*app._BATCH, *app._EITHER, *app._ANSWERED}:
        assert f"`{path}`" in PAGE


@pytest.mark.parametrize("name", ["REGARD_INTAKE_REQUESTS", "REGARD_INTAKE_MESSAGES"])
def test_every_setting_is_named_with_its_default(name: str):
    default = re.search(rf'"{name}", "(\d+)"', (ROOT / "src/regard/settings.py").read_text())
    assert f"`{name}` ({int(default[1]):,})" in PAGE
