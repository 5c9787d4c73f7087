"""Reads the how-to pages, and builds what they tell in a copy of the repository.

A fenced block belongs to the example where its info string names a file: ```python file=PATH is the whole file, and
```text file=PATH after="TEXT" is put after the one line of that file which holds TEXT (as text, since lines out of the middle of
a file are no Python, and the formatter would make them so).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "docs" / "how-to"
COPIED = ("src", "tests", "docs", "pyproject.toml")
_BLOCK = re.compile(r'^```\w+ file=(?P<path>\S+)(?: after="(?P<after>[^\n]+)")?\n(?P<text>.*?)^```$', re.M | re.S)


class Piece(NamedTuple):
    """One block of an example: a whole file, or lines that go `after` a line of one that is there."""

    path: str
    after: str
    text: str


def pieces_of(page: str) -> list[Piece]:
    """Return the blocks of a how-to page that belong to its example, in order."""
    text = (PAGES / page).read_text(encoding="utf-8")
    return [Piece(found["path"], found["after"] or "", found["text"]) for found in _BLOCK.finditer(text)]


def build(page: str, folder: Path) -> list[str]:
    """Copy the repository into a folder, add what the page tells, and nothing else. Returns the files it touched."""
    copy_repository(folder)
    return follow(page, folder)


def copy_repository(folder: Path) -> None:
    """Copy what a page speaks of into a folder."""
    left_out = shutil.ignore_patterns("__pycache__", "*.pyc")
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=left_out)
        else:
            shutil.copy2(ROOT / name, folder / name)


def follow(page: str, folder: Path) -> list[str]:
    """Do in a copy what a page tells. Returns the files it touched."""
    pieces = pieces_of(page)
    for piece in pieces:
        _put(piece, folder / piece.path)
    return [piece.path for piece in pieces]


def _put(piece: Piece, path: Path) -> None:
    if not piece.after:
        assert not path.exists(), f"{piece.path} is there already; the page must say after which line"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(piece.text, encoding="utf-8")
        return
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    places = [number for number, line in enumerate(lines, start=1) if piece.after in line]
    assert len(places) == 1, f"{len(places)} lines of {piece.path} hold {piece.after!r}"
    path.write_text("".join([*lines[: places[0]], piece.text, *lines[places[0] :]]), encoding="utf-8")


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a module of Python in the copy, whose package comes before the one of this checkout."""
    named = {name: value for name, value in os.environ.items() if not name.startswith(("REGARD_", "PYTEST_"))}
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=folder,
        env=named | {"PYTHONPATH": f"{folder / 'src'}{os.pathsep}{folder}"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
