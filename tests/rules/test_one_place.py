"""One rule has one home: what was once written down in many rooms, and could come back, is looked for here."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from regard.engine.journeys.guardrails import BY_CODE
from regard.playbooks.feelings import DELIGHTED_FROM, LET_DOWN_UP_TO
from regard.versions.selectors import shipped_text
from tests.rules.sources import PACKAGE, modules, short, tree_of

MONEY = ("minor", "amount", "price", "cost", "worth", "value_at", "cents")


def _scaled_by_hundred(tree: ast.Module) -> Iterator[ast.BinOp]:
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div | ast.FloorDiv):
            sides = (node.left, node.right)
            others = [ast.unparse(side) for side in sides if not _is_hundred(side)]
            if len(others) == 1 and any(word in others[0] for word in MONEY):
                yield node


def _is_hundred(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value in (100, 100.0, 0.01)


def test_money_is_scaled_by_its_currency_in_one_place():
    found = [
        f"{short(path)}:{node.lineno} {ast.unparse(node)}"
        for path in modules()
        if path != PACKAGE / "kernel" / "money.py"
        for node in _scaled_by_hundred(tree_of(path))
    ]
    assert not found, "kernel/money.py knows how many places a currency has: a yen has none"


def test_the_words_of_a_no_are_one_table():
    """Each code of a guardrail has its words, short and long, in its own row."""

    def codes(node: ast.Dict) -> set[str]:
        return {str(key.value) for key in node.keys if isinstance(key, ast.Constant)} & set(BY_CODE)

    found = [
        f"{short(path)}:{node.lineno}"
        for path in modules()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Dict) and len(codes(node)) > 2
    ]
    assert not found, "engine/journeys/guardrails.py carries the words of each code"


def test_the_shipped_segments_draw_the_line_where_feelings_are_told():
    text = shipped_text()
    assert f"{{fact: score, at_least: {DELIGHTED_FROM}}}" in text
    assert f"{{fact: score, at_most: {LET_DOWN_UP_TO}}}" in text


def test_many_words_about_consent_are_folded_in_one_place():
    home = PACKAGE / "engine" / "bench" / "consents.py"
    found = [
        short(path) for path in modules() if path != home and "AS withdrawn_us" in path.read_text(encoding="utf-8")
    ]
    assert not found, "engine/bench/consents.py folds many words, consent/folding.py those of one person"
