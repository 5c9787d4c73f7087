"""One meaning a name: a class is called like no other in the product, so that a word found in the code leads to one place.

Classes inside others (`Message.State`) are named by what they stand in.
"""

from __future__ import annotations

import ast
from collections import defaultdict

from tests.rules.sources import modules, short, tree_of

# A kind may share its name with a kind of another sort that says the same of another thing; the rest may only go.
STILL_SHARED = {"Case", "Draft", "InSegment", "Kind", "Measure", "Silence", "State", "_Turn", "_Waiting"}


def test_no_two_classes_share_a_name():
    places: defaultdict[str, list[str]] = defaultdict(list)
    for path in modules():
        for node in tree_of(path).body:
            if isinstance(node, ast.ClassDef):
                places[node.name].append(short(path))
    assert {name for name, found in places.items() if len(found) > 1} == STILL_SHARED
