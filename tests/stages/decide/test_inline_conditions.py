"""A branch asks any condition inline: computed like a segment, explained, replayed, and shown to nobody as one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from regard import flow
from regard.collect.services import ensure_source
from regard.decide.models import Decision
from regard.decide.replay.what_if import Span, replay_playbook
from regard.decide.services import computed_playbook, let_in
from regard.identify.selectors import survivor_of
from regard.playbooks.editing.parts import put_part
from regard.playbooks.journeys import Journey
from regard.playbooks.load import load_playbook
from regard.playbooks.model import Playbook
from regard.playbooks.unnamed import is_unnamed, unnamed_in, with_unnamed
from regard.understand.models import Member
from regard.understand.selectors import changes_of, segment_list, segments_of
from regard.versions.selectors import active_playbook, shipped_text
from regard.versions.services import apply_playbook
from tests.cast.log import order as told_order
from tests.cast.sending import make_person, playbook

__all__ = ["make_person", "playbook"]
NAME = "tour"
DAY = timedelta(days=1)
BOUGHT_TWICE = {"did": "Order Completed", "at_least": 2}
CONDITIONS = [
    BOUGHT_TWICE,
    {"all": [BOUGHT_TWICE, {"field": "country", "is": "GB"}]},
    {"any": [{"field": "country", "is": "FR"}, BOUGHT_TWICE]},
    [BOUGHT_TWICE, {"field": "country", "is": "GB"}],
    {"trait": "order_count", "at_least": 2},
    {"none": [{"did_not": "Order Completed"}]},
]


def text_with(*whens: object, wait: str = "", entry: object = None) -> str:
    cases = [
        {
            "when": when,
            "label": f"way {number}",
            "then": [{"step": f"way-{number}", "do": "task", "kind": "check_in", "title": f"{number}"}],
        }
        for number, when in enumerate(whens)
    ]
    other = [{"step": "other", "do": "task", "kind": "check_in", "title": "other"}]
    steps: list[object] = [{"step": "pause", "do": "wait", "for": wait}] if wait else []
    steps.append({"step": "look", "do": "branch", "cases": cases, "otherwise": other})
    value = {
        "name": "A tour",
        "owner": "maya",
        "entry": [entry or {"on": "by_hand"}],
        "exit_on": [{"touchpoint": "Never Happens", "reason": "never"}],
        "reentry": {"after": "1h"},
        "steps": steps,
    }
    return put_part(shipped_text(), "journeys", NAME, value)


def meets(who: object) -> dict[str, object]:
    return {"kind": "meets", "who": who}


def load(*whens: object) -> Playbook:
    loaded = load_playbook(text_with(*whens))
    assert loaded.playbook is not None, loaded.issues
    return loaded.playbook


def order(email: str, number: int, at: datetime) -> None:
    row = told_order(
        3000,
        "EUR",
        source=ensure_source(name="shop", kind="api", now=at),
        message_id=f"order-{email}-{number}",
        channel="server",
        email=email,
        at=at,
    )
    flow.receive([row], now=at)


@pytest.fixture
def two(make_person: Callable[..., int], as_of: datetime) -> tuple[int, int]:
    """Ana bought twice, Ben once; both live in Great Britain."""
    people = tuple(make_person(f"{name}@example.org", country="GB") for name in ("ana", "ben"))
    for email, times in (("ana@example.org", 2), ("ben@example.org", 1)):
        for number in range(times):
            order(email, number, as_of - (10 + number) * DAY)
    return people  # type: ignore[return-value]


def go(people: tuple[int, ...], now: datetime) -> dict[int, list[str]]:
    found = active_playbook().playbook
    for person in people:
        let_in(journey=NAME, person=person, playbook=found, by="staff:1", now=now)
    flow.run_cycle(as_of=now)
    return steps_of(people)


def steps_of(people: tuple[int, ...]) -> dict[int, list[str]]:
    rows = Decision.objects.filter(journey=NAME).order_by("id")
    return {p: [r.step for r in rows if r.person_id == survivor_of(p)] for p in people}


@pytest.mark.parametrize("who", CONDITIONS)
def test_each_kind_of_condition_decides_the_way(two, as_of, who):
    apply_playbook(text=text_with(meets(who)), by="test", now=as_of)
    ana, ben = two

    found = go(two, as_of)

    expected = ["way-0"] if who == CONDITIONS[-1] else ["other"]
    assert found == {ana: ["way-0"], ben: expected}


def test_it_is_asked_beside_and_inside_the_other_kinds(two, as_of):
    both = {
        "kind": "every",
        "of": [meets(BOUGHT_TWICE), {"kind": "in_segment", "segment": "champions", "is_in": False}],
    }
    apply_playbook(text=text_with(both), by="test", now=as_of)
    ana, ben = two

    assert go(two, as_of) == {ana: ["way-0"], ben: ["other"]}


def test_nobody_is_shown_it_as_a_segment(two, as_of):
    apply_playbook(text=text_with(meets(BOUGHT_TWICE)), by="test", now=as_of)
    go(two, as_of)
    ana, found = two[0], active_playbook().playbook

    assert any(is_unnamed(name) for name in Member.objects.values_list("segment", flat=True))
    assert not any(is_unnamed(row.name) for row in segments_of(ana, playbook=found))
    assert not any(is_unnamed(row.name) for row in segment_list(playbook=found, as_of=as_of))
    assert not any(is_unnamed(row.segment) for row in changes_of(ana))
    assert not any(is_unnamed(name) for name in found.segments)


def test_who_waits_on_an_older_version_is_still_asked_what_it_asks(two, as_of):
    apply_playbook(text=text_with(meets(BOUGHT_TWICE), wait="5d"), by="test", now=as_of)
    go(two, as_of)
    apply_playbook(text=text_with(meets({"field": "country", "is": "FR"})), by="test", now=as_of)
    flow.run_cycle(as_of=as_of + DAY)

    flow.run_cycle(as_of=as_of + 6 * DAY)

    assert steps_of(two) == {two[0]: ["way-0"], two[1]: ["other"]}
    asked = [n for n in computed_playbook(active_playbook().playbook).segments if is_unnamed(n)]
    assert len(asked) == 1, "nobody is inside the older version any more"


def test_a_replay_over_history_asks_it_too(two, as_of):
    text = text_with(meets(BOUGHT_TWICE), entry={"on": "touchpoint", "touchpoint": "Order Completed"})
    apply_playbook(text=text, by="test", now=as_of)
    flow.run_cycle(as_of=as_of)

    replay = replay_playbook(playbook=active_playbook().playbook, span=Span(as_of - 20 * DAY, as_of))

    went = {row["step"] for row in replay.moved.decisions.to_pylist() if row["journey"] == NAME}
    assert went == {"way-0", "other"}


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ({"trait": "no-such", "at_least": 2}, "no trait 'no-such'"),
        ({"in_segment": "champion"}, "no segment 'champion'"),
        ({"trait": "order_count", "contains": "x"}, "is for"),
    ],
)
def test_a_condition_that_cannot_be_asked_is_an_issue_at_its_place(who, words):
    issues = [str(issue) for issue in load_playbook(text_with(meets(who))).issues]

    assert any(words in issue and f"journeys.{NAME}.steps.0.cases.0.when" in issue for issue in issues), issues


def test_the_same_condition_is_computed_once_and_a_stored_version_finds_it_again():
    found = load(meets(BOUGHT_TWICE), meets([BOUGHT_TWICE]), meets({"field": "country", "is": "FR"}))
    journey = found.journeys[NAME]
    again = Journey.model_validate(journey.model_dump(mode="json", by_alias=True))

    assert [m.segment for m in unnamed_in(again)] == [m.segment for m in unnamed_in(journey)]
    assert again.version == journey.version
    twice = with_unnamed(load(meets(BOUGHT_TWICE), meets(BOUGHT_TWICE)))
    assert [n for n in twice.segments if is_unnamed(n)] == [next(unnamed_in(journey)).segment]
