"""A part edited on screen keeps the lines, comments and quotes of everything in it that did not change."""

from __future__ import annotations

import os
from copy import deepcopy

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regard.playbooks.editing.parts import put_part
from regard.playbooks.load import read_yaml
from regard.versions.selectors import shipped_text

EXAMPLES = int(os.environ.get("REGARD_LAW_EXAMPLES", "30"))
SHIPPED = shipped_text()
JOURNEYS = list(read_yaml(SHIPPED)["journeys"])  # type: ignore[index]
COMMENTED = """\
journeys:
  # the first one
  tour:
    name: "A tour" # in quotes
    # why it is so patient
    holdout: 10%
    steps:
      # we begin gently
      - step: one
        do: wait # not longer
        for: 3d

      # then a person
      - {step: two, do: task, title: 'Call them'} # today
      - step: three
        do: branch
        cases:
          # the happy ones
          - label: happy
            then: []
          - label: others
  # the second one
  other: {name: Other}
"""


def tour() -> dict:
    return read_yaml(COMMENTED)["journeys"]["tour"]  # type: ignore[index]


@pytest.mark.parametrize("name", JOURNEYS)
def test_what_is_put_back_unchanged_changes_nothing(name):
    value = read_yaml(SHIPPED)["journeys"][name]  # type: ignore[index]
    assert put_part(SHIPPED, "journeys", name, value) == SHIPPED
    assert put_part(COMMENTED, "journeys", "tour", tour()) == COMMENTED


def test_one_field_of_one_step_changes_one_line():
    value = tour()
    value["steps"][0]["for"] = "5d"
    found = put_part(COMMENTED, "journeys", "tour", value)
    assert found == COMMENTED.replace("for: 3d", "for: 5d")


def test_steps_that_move_go_and_come_leave_the_others_as_they_were():
    value = tour()
    one, two, three = value["steps"]
    value["steps"] = [two, {"step": "new", "do": "exit"}, one]
    found = put_part(COMMENTED, "journeys", "tour", value)
    assert read_yaml(found)["journeys"]["tour"] == value
    for line in (
        "- {step: two, do: task, title: 'Call them'} # today",
        "# then a person",
        "do: wait # not longer",
        "# we begin gently",
        'name: "A tour" # in quotes',
        "# why it is so patient",
        "# the second one",
    ):
        assert line in found, line
    assert "# the happy ones" not in found
    assert three["step"] not in found


def test_deep_inside_a_step_too():
    value = tour()
    value["steps"][2]["cases"][1]["label"] = "all the others"
    found = put_part(COMMENTED, "journeys", "tour", value)
    assert found == COMMENTED.replace("- label: others", "- label: all the others")


scalars = st.one_of(st.integers(0, 99), st.sampled_from(["a", "b: c", "# no comment", "", "yes", "'q'", "two\nlines"]))


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(JOURNEYS), st.randoms(use_true_random=False), st.lists(scalars, min_size=3, max_size=6))
def test_whatever_is_edited_the_text_says_exactly_that(name, chance, values):
    whole = read_yaml(SHIPPED)
    value = deepcopy(whole["journeys"][name])  # type: ignore[index]
    places: list[tuple[object, object]] = []

    def walk(node: object) -> None:
        for key in list(node) if isinstance(node, dict) else range(len(node)):  # type: ignore[arg-type, call-overload]
            places.append((node, key))
            if isinstance(node[key], dict | list):  # type: ignore[index]
                walk(node[key])  # type: ignore[index]

    walk(value)
    for told in values:
        node, key = chance.choice(places)
        act = chance.choice(("set", "drop", "shuffle", "double"))
        if isinstance(node, list) and act == "shuffle":
            chance.shuffle(node)
        elif isinstance(node, list) and act == "double" and key < len(node):  # type: ignore[operator]
            node.append(deepcopy(node[key]))  # type: ignore[call-overload]
        elif isinstance(node, dict) and act == "drop":
            node.pop(key, None)
        elif isinstance(node, dict):
            node[key] = told

    found = read_yaml(put_part(SHIPPED, "journeys", name, value))

    assert found["journeys"][name] == value  # type: ignore[index]
    whole["journeys"][name] = value  # type: ignore[index]
    assert found == whole
