"""Templates, stylesheets and scripts are laid out for those who read them: one element or declaration a line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.rules.sources import ROOT

WEB = ROOT / "src" / "regard" / "web"
LONGEST = {".html": 120, ".js": 120, ".css": 160}  # a font's list of characters is one value of 157


def ours() -> list[Path]:
    """Return every file for browsers that was written here."""
    files = [*WEB.joinpath("templates").rglob("*.html"), *WEB.joinpath("static").rglob("*.css")]
    return sorted([*files, *(p for p in WEB.joinpath("static").rglob("*.js") if not p.name.endswith(".min.js"))])


def test_no_line_is_longer_than_its_kind_allows():
    lines = [(path, len(line)) for path in ours() for line in path.read_text(encoding="utf-8").splitlines()]
    assert [(path.name, length) for path, length in lines if length > LONGEST[path.suffix]] == []


@pytest.mark.parametrize(
    "command",
    [
        [str(Path(sys.executable).parent / "djangofmt"), "--check", "src/regard"],
        [sys.executable, "tools/format_styles.py", "--check"],
    ],
    ids=["templates", "stylesheets"],
)
def test_the_formatters_would_change_nothing(command):
    assert Path(command[0]).exists(), "not installed: requirements.lock has grown, make setup"
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert said.returncode == 0, f"make format\n{said.stdout}{said.stderr}"
