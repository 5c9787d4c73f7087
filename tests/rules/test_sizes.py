"""Modules and functions stay small: the four files that grow without end in this field never get the chance."""

from __future__ import annotations

import ast

from tests.rules.sources import modules, modules_of_tests, short, tree_of

LARGEST_MODULE = 400  # lines
LARGEST_FUNCTION = 50  # lines of its body
# Tests longer than that before the law was theirs too: the numbers may only fall, and a line goes once it is met.
LONGER_TESTS = {
    "tests/web/test_journey_editor.py": 497,
}
FORBIDDEN_NAMES = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "manager",
    "managers",
    "misc",
    "info",
}


def test_no_module_is_longer_than_400_lines():
    sizes = {short(path): len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert {name: size for name, size in sizes.items() if size > LARGEST_MODULE} == {}


def test_no_module_of_the_tests_is_longer_than_400_lines():
    sizes = {short(path): len(path.read_text(encoding="utf-8").splitlines()) for path in modules_of_tests()}
    longer = {name: size for name, size in sizes.items() if size > LARGEST_MODULE}
    assert {name: size for name, size in longer.items() if size > LONGER_TESTS.get(name, LARGEST_MODULE)} == {}
    assert longer.keys() == LONGER_TESTS.keys(), "met: take it off the list"


def test_a_test_takes_nothing_from_another():
    """What two modules of tests need stands in a cast: a story can be changed without another one failing."""
    taken = [
        f"{short(path)}: {node.module}"
        for path in modules_of_tests()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[-1].startswith("test_")
    ]
    assert taken == []


def test_no_function_is_longer_than_50_lines():
    long = {}
    for path in modules():
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and lines_of(node) > LARGEST_FUNCTION:
                long[f"{short(path)}:{node.name}"] = lines_of(node)
    assert long == {}


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of the body: signature and docstring are declarations, the longer the better."""
    first = function.body[0]
    has_docstring = (
        isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    )
    body = function.body[1:] if has_docstring else function.body
    return function.end_lineno - body[0].lineno + 1 if body else 0


def test_no_module_has_a_name_that_says_nothing():
    assert [short(path) for path in (*modules(), *modules_of_tests()) if path.stem in FORBIDDEN_NAMES] == []


def test_every_module_says_its_responsibility():
    assert [short(path) for path in modules() if not ast.get_docstring(tree_of(path))] == []


def test_nothing_is_left_for_later():
    words = ("TO" + "DO", "FIX" + "ME", "XX" + "X", "NotImplemented" + "Error")
    left = [f"{short(p)}: {w}" for p in modules() for w in words if w in p.read_text(encoding="utf-8")]
    assert left == []
