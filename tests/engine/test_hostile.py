"""Rules are data (promise B5): hostile names, paths, values and patterns are refused, or are just values, and are quick."""

from __future__ import annotations

import time

import pytest

from regard.engine.understanding.questions import parse_segment
from regard.kernel.issues import Refused
from regard.playbooks.load import load_playbook, read_yaml
from regard.playbooks.values.windows import Clock
from tests.engine.benches import playbook_of, understand
from tests.engine.oracle import Touch, World

HEAD = "playbook: 1\nname: h\ncompany: {name: W, time_zone: UTC, country: GB, currency: USD, postal_address: x, senders: {}}\n"
EVIL = [
    "'; DROP TABLE log; --",
    "x' OR '1'='1",
    '"; SELECT 1; --',
    "?",
    "%s",
    "{0}",
    "$1",
    "\\",
    "\x00",
    "a\nb",
    "☃" * 80,
    "__class__",
    "properties__name",
    "person__email",
    "../../etc/passwd",
    "read_csv('/etc/passwd')",
    "NULL",
    "-- ",
    "*" * 50,
    "a*" * 40,
]


PLAIN = (
    "__class__",
    "properties__name",
    "person__email",
    "$1",
    "NULL",
    "-- ",
)  # odd names of properties, and no more


@pytest.mark.parametrize("evil", EVIL)
def test_a_hostile_value_is_only_a_value(evil):
    segment = {
        "all": [
            {"did": evil, "at_most": 5},
            {
                "none": [
                    {"field": evil.strip() or "x", "is": evil},
                    {"did": "Order Completed", "where": [{"property": "plan", "is": evil}]},
                ]
            },
            {
                "any": [
                    {"field": "plan", "contains": evil},
                    {"field": "plan", "one_of": [evil, "x"]},
                    {"did_not": evil},
                ]
            },
        ]
    }
    playbook = playbook_of(HEAD).model_copy(update={"segments": {"evil": parse_segment(segment)}})
    world = World(
        [1],
        [
            Touch(1, 1, 0, "Order Completed", properties={"plan": "pro"}),
            Touch(2, 1, 0, evil, properties={"plan": evil}),
        ],
    )
    rows, _ = understand(playbook, world, Clock(10**15))
    assert rows[1]["s_evil"] in (True, False)


@pytest.mark.parametrize(
    "path",
    [e for e in EVIL if e not in PLAIN] + ["a.b.c.d.e.f.g", "a[0]", "a..b", "", "[]", "a[*]", "$.x'", "a" * 61],
)
def test_a_hostile_path_is_refused(path):
    with pytest.raises(Refused, match=r"no property path|at least"):
        parse_segment({"did": "Order Completed", "where": [{"property": path, "is": "x"}]})


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "(a|aa)+$", "(.*)*x", "^(([a-z])+.)+[A-Z]([a-z])+$", "a{1,1000}{1,1000}"]
)
def test_a_slow_pattern_is_linear_or_refused(pattern):
    began = time.perf_counter()
    try:
        segment = parse_segment({"field": "note", "matches": pattern})
    except Refused:
        return
    playbook = playbook_of(HEAD).model_copy(update={"segments": {"p": segment}})
    world = World([1], [], fields=[(1, 1, 0, "note", "a" * 30_000 + "!")])
    rows, _ = understand(playbook, world, Clock(10**15))
    assert rows[1]["s_p"] in (True, False)
    # Not a timed law: a backtracking engine would need longer than the universe is old.
    assert time.perf_counter() - began < 30


@pytest.mark.parametrize("pattern", ["(?=a)", r"(a)\1", "(", "[", "a" * 201, "(?<=x)y"])
def test_what_is_no_linear_pattern_is_refused_in_words(pattern):
    with pytest.raises(Refused, match=r"RE2|at most 200"):
        parse_segment({"field": "note", "matches": pattern})


@pytest.mark.parametrize(
    "who",
    [
        {},
        [],
        "all",
        7,
        None,
        {"did": []},
        {"did": "x", "trait": "y"},
        {"eval": "1"},
        {"all": []},
        {"did": "x", "within": "3 months"},
        {"did": "x", "at_least": -1},
        {"did": "x", "at_least": "many"},
        {"trait": "Not A Slug", "is": 1},
        {"field": "x"},
        {"all": [{"did": "x"}] * 51},
        {"did": "x", "then_not": "y"},
        {"did": "x", "first_time": True},
        {"did": "x", "where": [{"is": 1}]},
        {"did": "x", "where": [{"property": "a", "older_than": "3 days"}]},
        {"field": "x", "one_of": ["v"] * 501},
        {"did": "x", "nonsense": 1},
        {"did": "x", "during": "next month"},
        {"did": "x", "within": "10 days", "but_not_the_last": "10 days"},
    ],
)
def test_a_malformed_condition_is_refused_with_its_place(who):
    with pytest.raises(Refused) as refused:
        parse_segment(who)
    assert all(issue.where.startswith("who") for issue in refused.value.issues)


def nested(depth: int) -> str:
    return "{any: [" * depth + "{did: x}" + "]}" * depth


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("segments: {a: {who: {in_segment: b}}, b: {who: {in_segment: a}}}", "go in a circle"),
        ("segments: {a: {who: {in_segment: a}}}", "go in a circle"),
        ("traits: {a: {ratio: [a, a]}}", "go in a circle"),
        ("segments: {a: {who: {in_segment: bb}}, bbb: {who: {did: x}}}", "did you mean 'bbb'?"),
        ("segments: {a: {who: {trait: orders, is: 1}}}", "there is no trait 'orders'"),
        ("segments: {a: {who: {consent: offers}}}", "there is no purpose 'offers'"),
        (
            "traits: {g: {most_frequent: genre, over: x}}\nsegments: {a: {who: {trait: g, at_least: 3}}}",
            "is for numbers",
        ),
        ("traits: {n: {count: x}}\nsegments: {a: {who: {trait: n, contains: x}}}", "is for text"),
        (
            "traits: {n: {count: x}}\nsegments: {a: {who: {trait: n, older_than: 3 days}}}",
            "is for dates",
        ),
        (
            "traits: {n: {count: x}, r: {ratio: [n, n]}}\nsegments: {a: {who: {trait: r, changed_within: 3 days}}}",
            "cannot ask about it",
        ),
        ("traits: {g: {last: plan, over: x}, s: {score: g}}", "not a number"),
        ("traits: {n: {count: x, over: y}}", "leave out 'over'"),
        ("traits: {n: {cuont: x}}", "did you mean 'count'?"),
        (f"segments: {{a: {{who: {nested(9)}}}}}", "nested deeper"),
        ("traits: {n: {sum: channel, over: x}}", "is not a number"),
    ],
)
def test_a_playbook_that_cannot_be_computed_says_what_to_do(text, says):
    loaded = load_playbook(HEAD + text)
    assert loaded.playbook is None
    assert any(says in str(issue) for issue in loaded.issues), [str(i) for i in loaded.issues]
    assert all(issue.line for issue in loaded.issues)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("[" * 400_000, "cannot be read"),
        ("{a: " * 200_000, "cannot be read"),
        ("- " * 400_000 + "a", "cannot be read"),
        ("a: \x01", "cannot be read"),
        ("a: 2026-13-45", "cannot be read"),
        ("a: 1\nb: [1, 2", "not YAML"),
    ],
)
def test_a_text_that_is_no_yaml_is_an_issue_and_never_ends_the_process(text, word):
    with pytest.raises(Refused, match=word):
        read_yaml(text)
    loaded = load_playbook(text, where="shop.yaml")
    assert loaded.playbook is None
    assert [issue.where for issue in loaded.issues] == ["shop.yaml"]
    assert word in loaded.issues[0].message


def test_a_part_may_share_no_piece_and_a_playbook_may():
    text = "one: &piece {a: 1}\ntwo: *piece"
    with pytest.raises(Refused, match="anchors"):
        read_yaml(text)
    assert not any("anchors" in issue.message for issue in load_playbook(text).issues)


def test_yes_and_no_are_words_in_a_playbook():
    assert read_yaml("[yes, no, on, off, true, false]") == ["yes", "no", "on", "off", True, False]
