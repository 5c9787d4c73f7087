"""A kind carries its own: nothing outside the playbook package asks of which kind a step, a way in or a condition is."""

from __future__ import annotations

import ast
from collections import Counter

from regard.playbooks import entries, steps
from regard.playbooks.values import recall
from tests.rules.sources import modules, short, tree_of

SORTS = (
    "regard.playbooks.steps",
    "regard.playbooks.entries",
    "regard.playbooks.conditions",
    "regard.playbooks.traits",
    "regard.playbooks.values.recall",
)


def test_nothing_outside_the_playbook_asks_of_which_kind_a_part_is():
    asking: Counter[str] = Counter()
    for path in modules():
        if "playbooks" in path.parts:
            continue
        kinds = {
            alias.asname or alias.name
            for node in ast.walk(tree_of(path))
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(SORTS)
            for alias in node.names
        }
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "isinstance":
                asked = {name.id for name in ast.walk(node.args[1]) if isinstance(name, ast.Name)}
                asking[short(path)] += bool(asked & kinds)
    assert {path: count for path, count in asking.items() if count} == {}


def test_every_kind_says_what_pages_show_of_it():
    shown = [(kind, ("called", "icon", "begins_as")) for kind in steps.KINDS]
    shown += [(kind, ("called",)) for kind in (*entries.KINDS, *recall.KINDS)]
    silent = [f"{kind.__name__}.{key}" for kind, keys in shown for key in keys if not getattr(kind, key, "")]
    assert not silent
    assert all("words" in kind.__dict__ for kind, _ in shown), "every kind has its own sentence"


def test_a_kind_that_nests_steps_names_every_key_that_holds_them():
    for kind in steps.KINDS:
        fields = {field.alias or name: field for name, field in kind.model_fields.items()}
        holds = {
            key
            for key, field in fields.items()
            if "Step" in str(field.annotation) or "playbooks.steps" in str(field.annotation)
        }
        named = {kind.nests.ways} | ({"otherwise"} if kind.nests.otherwise else set())
        assert holds == named - {""}, kind.__name__
