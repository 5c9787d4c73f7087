"""What nobody calls is not kept: a function of the product that only tests know is one more thing to read."""

from __future__ import annotations

import ast
import re
from collections import Counter

from tests.rules.sources import PACKAGE, modules, short, tree_of

WORD = re.compile(r"\w+")


def test_every_public_function_and_class_is_used_by_the_product() -> None:
    told: Counter[str] = Counter()
    for path in PACKAGE.rglob("*"):
        if path.suffix in {".py", ".html", ".yaml", ".toml"}:
            told.update(WORD.findall(path.read_text(encoding="utf-8")))
    idle = [
        f"{short(path)}: {node.name}"
        for path in modules()
        for node in tree_of(path).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.decorator_list  # a route, a command, a fixture: called by what decorates it
        and told[node.name] == 1
    ]
    assert not idle, "nothing in the product names these:\n" + "\n".join(idle)
