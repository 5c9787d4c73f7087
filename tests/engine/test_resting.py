"""What people are chosen by stays within the purpose: doors, branches, waits and other journeys, through any depth."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from regard.engine.journeys.fields import field_terms
from regard.engine.journeys.instructions import compile_program
from regard.playbooks.journeys import Journey
from regard.playbooks.load import load_playbook
from regard.playbooks.model import Playbook
from tests.cast.small import DOOR, EXIT, LETTER, TASK, branch, in_segment, text_of


def found(text: str) -> list[tuple[int, str, str]]:
    issues = load_playbook(text).issues
    return [(i.line or 0, i.code, i.message) for i in issues if i.code in ("field_not_allowed", "sensitive")]


def meets(*who: object) -> dict[str, object]:
    return {"kind": "meets", "who": list(who)}


FOREIGN = [
    in_segment("foreign"),
    in_segment("deep"),
    meets({"trait": "home", "is": "far"}),
    meets({"field": "country", "is": "FR"}),
    meets({"any": [{"did": "Order Completed"}, {"in_segment": "deep"}]}),
    {"kind": "every", "of": [{"kind": "any", "of": [in_segment("buyers"), in_segment("foreign")]}]},
]


@pytest.mark.parametrize("when", FOREIGN)
def test_a_branch_that_asks_a_field_outside_the_purpose_is_refused_with_its_line(when):
    text = text_of(branch(when, LETTER))
    ((line, code, message),) = found(text)
    assert code == "field_not_allowed"
    assert "'country'" in message
    assert "'letter'" in message
    assert "'offers'" in message
    assert "when" in text.splitlines()[line - 2] or "when" in text.splitlines()[line - 1] or "kind" in text


@pytest.mark.parametrize("when", FOREIGN)
def test_at_run_time_the_message_behind_it_is_refused(when):
    loaded = load_playbook(text_of(branch(when, LETTER), TASK)).playbook
    forbidden, _ = terms_of(loaded)
    assert list(forbidden) == ["letter"]
    assert forbidden["letter"].startswith("country (")


def terms_of(playbook: Playbook, older: dict | None = None) -> tuple[dict[str, str], dict[str, str]]:
    program = compile_program(playbook, older=older)
    steps = {(c.number, i.pc): i.step for c in program.journeys for i in c.instructions}
    return tuple({steps[place]: told for place, told in one.items()} for one in field_terms(program))


@pytest.mark.parametrize(
    "when",
    [
        in_segment("local"),
        in_segment("buyers"),
        meets({"field": "city", "is": "Kiel"}),
        meets({"did": "Order Completed", "at_least": 2}),
    ],
)
def test_what_the_purpose_allows_and_what_is_no_field_may_be_asked(when):
    text = text_of(branch(when, LETTER))
    assert found(text) == []
    assert terms_of(load_playbook(text).playbook) == ({}, {})


def test_a_task_for_a_colleague_is_bound_to_no_purpose():
    assert found(text_of(branch(in_segment("foreign"), TASK))) == []


def test_behind_a_branch_only_matters_what_may_end_in_it():
    goes_on = text_of(branch(in_segment("foreign"), TASK), LETTER)
    may_end = text_of(branch(in_segment("foreign"), EXIT), LETTER)
    assert found(goes_on) == []
    assert [code for _, code, _ in found(may_end)] == ["field_not_allowed"]


MARKED = [
    (in_segment("grouped"), "group is marked"),
    (in_segment("within"), "group is marked"),
    (in_segment("deeper"), "group is marked"),
    (meets({"in_segment": "deeper"}), "group is marked"),
    (in_segment("carers"), "health"),
    (meets({"did": "Order Completed", "where": [{"property": "category", "is": "Prenatal vitamins"}]}), "pregnancy"),
    (meets({"did": "Church Visited"}), "faith"),
    (meets({"field": "debt_level", "is": "high"}), "money trouble"),
    (meets({"field": "party_member", "is": "yes"}), "politics"),
    (meets({"field": "orientation", "is": "x"}), "orientation"),
]


@pytest.mark.parametrize(("when", "why"), MARKED)
def test_a_sensitive_condition_needs_a_purpose_that_speaks_of_it_openly(when, why):
    text = text_of(branch(when, LETTER))
    told = [message for _, code, message in found(text) if code == "sensitive"]
    assert len(told) == 1
    assert why in told[0]
    assert "~" not in told[0]
    _, marks = terms_of(load_playbook(text).playbook)
    assert why in marks["letter"]

    openly = {"step": "letter", "do": "send", "template": "open", "purpose": "openly"}
    assert [c for _, c, _ in found(text_of(branch(when, openly))) if c == "sensitive"] == []


@pytest.mark.parametrize(
    ("entry", "more"),
    [
        (DOOR, {"only_if": "deeper"}),
        (DOOR, {"exit_on": [{"segment_entered": "within", "reason": "x"}]}),
        ({"on": "segment_left", "segment": "grouped"}, {}),
        ({"on": "schedule", "segment": "grouped", "every": "day"}, {}),
        ({"on": "touchpoint", "touchpoint": {"name": "Order Completed", "where": {"category": "Insulin"}}}, {}),
        ({"on": "date", "field": "baby_due_on"}, {}),
        (DOOR, {"goal": {"touchpoint": "Pregnancy Test Bought", "within": "9d", "ends": True}}),
    ],
)
def test_doors_exits_and_goals_are_asked_too(entry, more):
    assert "sensitive" in {code for _, code, _ in found(text_of(LETTER, entry=entry, more=more))}


def test_what_is_waited_for_is_asked_too():
    wait = {"step": "w", "do": "wait_for", "touchpoint": "Therapy Booked", "timeout": "5d"}
    assert [code for _, code, _ in found(text_of(wait, LETTER))] == ["sensitive"]
    assert found(text_of(LETTER, wait)) == []


def test_a_journey_started_by_another_inherits_what_that_one_asked():
    start = {"step": "on", "do": "enter", "journey": "other"}
    other = {
        "name": "O",
        "owner": "maya",
        "entry": [{"on": "by_hand"}],
        "steps": [LETTER],
        "exit_on": [{"touchpoint": "Never", "reason": "never"}],
        "reentry": {"after": "2d"},
    }
    text = text_of(branch(in_segment("deeper"), start), more={"other": other})
    ((line, code, _),) = [row for row in found(text) if row[1] == "sensitive"]
    assert (code, "deeper" in text.splitlines()[line - 1]) == ("sensitive", True)


def test_an_older_version_is_refused_by_the_purpose_of_today():
    then = load_playbook(text_of(branch(in_segment("local"), LETTER))).playbook
    journey: Journey = then.journeys["j"]
    now = load_playbook(text_of(TASK).replace("fields: [first_name, city]", "fields: [first_name]")).playbook
    forbidden, _ = terms_of(now, {("j", journey.version): journey})
    assert forbidden == {"letter": "city (the segment 'local')"}


@given(st.integers(1, 30), st.booleans())
def test_law_the_mark_is_inherited_through_any_depth(depth, through_any):
    chain = {"s0": {"who": [{"field": "group", "is": "A"}]}}
    for n in range(1, depth + 1):
        below = {"in_segment": f"s{n - 1}"}
        chain[f"s{n}"] = {"who": [{"any": [below, {"did": "X"}]} if through_any else below]}
    text = text_of(branch(in_segment("local"), LETTER))
    data = yaml.safe_load(text)
    data["segments"] |= chain
    data["journeys"]["j"]["steps"][0]["cases"][0]["when"]["segment"] = f"s{depth}"
    _, marks = terms_of(Playbook.model_validate(data))
    assert "group is marked sensitive" in marks["letter"]
