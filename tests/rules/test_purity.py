"""Nothing pure reads a clock, a file, the network or chance: what decides is a function of its arguments."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.rules.sources import PACKAGE, modules, short, tree_of

PURE = ("kernel", "playbooks", "engine")
TOUCHES_DISK = {PACKAGE / "engine" / "bench" / "store.py"}
FORBIDDEN_MODULES = {
    "random",
    "secrets",
    "socket",
    "subprocess",
    "requests",
    "httpx",
    "urllib.request",
    "os",
    "time",
    "tempfile",
}
FORBIDDEN_CALLS = {"now", "utcnow", "today", "uuid1", "uuid4", "urandom"}
FORBIDDEN_BUILTINS = {"open", "input", "print", "eval", "exec"}


def offences(path: Path) -> list[str]:
    found = []
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name in FORBIDDEN_MODULES]
        elif isinstance(node, ast.ImportFrom) and node.module in FORBIDDEN_MODULES:
            found.append(node.module)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            found += [node.func.attr] if node.func.attr in FORBIDDEN_CALLS else []
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            found += [node.func.id] if node.func.id in FORBIDDEN_BUILTINS else []
    return found


def test_pure_packages_read_no_clock_no_file_and_no_chance():
    impure = {short(p): offences(p) for p in modules(*PURE) if p not in TOUCHES_DISK}
    assert {name: found for name, found in impure.items() if found} == {}


def test_nobody_uses_signals():
    users = [short(p) for p in modules() if "django.db.models.signals" in p.read_text(encoding="utf-8")]
    assert users == []
