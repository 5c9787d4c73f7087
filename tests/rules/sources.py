"""The files the rules speak of."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "regard"
TEXT = {
    ".py",
    ".md",
    ".toml",
    ".yaml",
    ".yml",
    ".html",
    ".css",
    ".js",
    ".json",
    ".txt",
    ".lock",
    ".sql",
    ".svg",
}
TEXT_NAMES = {"Makefile", "LICENSE", "NOTICE", "run", ".gitignore"}
OURS = ("src", "tests", "docs", "benchmarks", ".ci")


def modules(*parts: str) -> list[Path]:
    """Every Python module of the package, or of the named parts of it; migrations are generated and left out."""
    folders = [PACKAGE / part for part in parts] if parts else [PACKAGE]
    found = (path for folder in folders for path in sorted(folder.rglob("*.py")))
    return [path for path in found if "migrations" not in path.parts]


def modules_of_tests() -> list[Path]:
    """Every Python module of the tests."""
    return sorted((ROOT / "tests").rglob("*.py"))


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def text_files() -> Iterator[Path]:
    """Every text file of the repository that people wrote, and the lock."""
    for path in ROOT.iterdir():
        if path.is_file() and (path.suffix in TEXT or path.name in TEXT_NAMES):
            yield path
    for folder in OURS:
        for path in sorted((ROOT / folder).rglob("*")):
            is_cache = "__pycache__" in path.parts or "node_modules" in path.parts
            if path.is_file() and not is_cache and (path.suffix in TEXT or path.name in TEXT_NAMES):
                yield path


def short(path: Path) -> str:
    return str(path.relative_to(ROOT))
