"""A stage's rows are its own: others ask its selectors, which hand out frozen values (`contracts.py`), or its services.

What still imports another package's models is counted, and may only shrink. A foreign key in a `models.py` is no debt.
"""

from __future__ import annotations

import ast
import re
from collections import Counter

from tests.rules.sources import PACKAGE, modules, short, tree_of

# package -> imports of others' models today; a package at nought goes. Pages are there, and stay there.
STILL_IMPORTED = {
    "act": 22,
    "api": 1,
    "cli": 5,
    "consent": 1,
    "decide": 2,
    "directory": 12,
    "identify": 2,
    "imports": 8,
    "learn": 1,
    "listen": 2,
    "operations": 1,
    "privacy": 6,
    "profile": 5,
    "sample": 11,
    "understand": 4,
}


def test_no_package_imports_models_of_another():
    found: Counter[str] = Counter()
    for path in modules():
        parts = path.relative_to(PACKAGE).parts
        if path.name == "models.py":
            continue
        for node in ast.walk(tree_of(path)):
            owners = [name.split(".")[1] for name in _imported(node) if re.fullmatch(r"regard\.\w+\.models", name)]
            found[parts[0]] += sum(owner != parts[0] for owner in owners)
    more = {package: count for package, count in found.items() if count != STILL_IMPORTED.get(package, 0)}
    assert not more, str(dict(sorted(more.items())))


def _imported(node: ast.AST) -> set[str]:
    """Return the modules that an import may mean, however it is written."""
    if isinstance(node, ast.Import):
        return {name.name for name in node.names}
    if isinstance(node, ast.ImportFrom) and node.module:
        return {node.module} | {f"{node.module}.{name.name}" for name in node.names}
    return set()


def test_pages_ask_no_table():
    asked = [short(path) for path in modules("web") if ".objects" in path.read_text(encoding="utf-8")]
    assert asked == []
