"""What touchpoints of ours are called is written in one place each; everybody else imports the kind."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib import import_module

from tests.rules.sources import PACKAGE, modules, short, tree_of

# Names as others send them, read as ours; and the made-up history of the sample shop, which is told as others tell it.
MAY_WRITE_NAMES = {"src/regard/collect/meanings.py"}


def vocabularies():
    return [import_module(f"regard.{path.parent.name}.vocabulary") for path in sorted(PACKAGE.glob("*/vocabulary.py"))]


def kinds():
    return [kind for module in vocabularies() for kind in module.VOCABULARY]


def strings_of(tree: ast.Module) -> Iterator[str]:
    """Yield the whole string constants of a module, but for docstrings and for examples, which say what a user writes."""
    passed = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any("example" in ast.unparse(target).lower() for target in targets):
                passed |= {id(inner) for inner in ast.walk(node)}
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in passed:
            yield node.value


def test_no_name_is_declared_twice():
    names = [kind.name for kind in kinds()]
    assert sorted(names) == sorted(set(names))


def test_every_kind_of_a_vocabulary_is_in_its_list():
    for module in vocabularies():
        declared = {value for value in vars(module).values() if type(value).__name__ == "TouchpointKind"}
        own = {
            kind
            for kind in declared
            if kind not in {k for m in vocabularies() if m is not module for k in m.VOCABULARY}
        }
        assert own == set(module.VOCABULARY)


def test_nobody_else_writes_a_name():
    names = {kind.name for kind in kinds()}
    written = {
        f"{short(path)}: {text}"
        for path in modules()
        if path.name != "vocabulary.py" and "sample" not in path.parts and short(path) not in MAY_WRITE_NAMES
        for text in strings_of(tree_of(path))
        if text in names
    }
    assert written == set()
