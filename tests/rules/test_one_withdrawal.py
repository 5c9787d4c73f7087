"""A withdrawal is written down in one way, which cancels what waits: nobody else writes the word alone."""

from __future__ import annotations

import ast

from tests.rules.sources import modules, short, tree_of

WRITES = "src/regard/act/services/leaving.py"


def test_only_leaving_writes_a_withdrawal():
    writers = {
        short(path)
        for path in modules()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ImportFrom) and node.module == "regard.consent.services"
        for name in node.names
        if name.name == "withdraw"
    }
    assert {name.removeprefix("src/regard/") for name in writers} == {WRITES.removeprefix("src/regard/")}
