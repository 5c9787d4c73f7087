"""The real order history of the sample, understood: who is valuable, why, and what was published."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from regard.flow import receive
from regard.playbooks.load import load_playbook
from regard.understand import selectors, services
from regard.understand.models import Member, Run, SegmentChange, Standing
from regard.versions.selectors import shipped_text
from tests.stages.understand.world import order, source

NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def playbook():
    loaded = load_playbook(shipped_text())
    assert loaded.playbook is not None, loaded.issues
    return loaded.playbook


@pytest.fixture
def shop():
    """Twenty customers: the nth ordered n times, a month apart, for ten times n dollars."""
    inbox = source()
    orders = [
        order(inbox, f"c{n}", NOON - timedelta(days=30 * back + 1), 10 * n) for n in range(1, 21) for back in range(n)
    ]
    receive(orders, now=NOON)
    return {f"c{n}": n for n in range(1, 21)}


def test_a_refresh_publishes_traits_and_members(playbook, shop):
    report = services.refresh(as_of=NOON, playbook=playbook)
    assert report.people == 20
    assert report.sizes["high-value"] == 4  # the best fifth
    best = selectors.people_in_segment("high-value")
    spent = [selectors.standing_of(person).traits["lifetime_value"] for person in best]
    assert sorted(spent) == [17 * 170_00, 18 * 180_00, 19 * 190_00, 20 * 200_00]
    assert Standing.objects.count() == 20
    assert SegmentChange.objects.filter(segment="high-value", entered=True).count() == 4


def test_why_names_the_values_seen(playbook, shop):
    services.refresh(as_of=NOON, playbook=playbook)
    person = selectors.people_in_segment("high-value")[0]
    why = selectors.why_in_segment(person, "high-value", playbook=playbook, as_of=NOON)
    assert why.is_member
    assert [part.holds for part in why.tree.parts] == [True, True]
    assert why.tree.parts[1].seen[0].words == "5"
    assert "Orders is at least 2" in why.words


def test_a_second_run_at_the_same_point_writes_nothing(playbook, shop):
    services.refresh(as_of=NOON, playbook=playbook)
    again = services.refresh(as_of=NOON, playbook=playbook)
    assert (again.changed, again.entered, again.left) == (0, 0, 0)


def test_what_an_unfinished_run_wrote_is_not_shown_and_is_taken_back(playbook, shop):
    services.refresh(as_of=NOON, playbook=playbook)
    size = selectors.segment_size("high-value")
    dead = Run.objects.create(kind="cycle", as_of=NOON, upto=0, playbook_hash="", started_at=NOON)
    Member.objects.filter(segment="high-value").update(until_run=dead.id)
    Member.objects.create(
        segment="lapsed",
        person_id=Member.objects.first().person_id,
        since_at=NOON,
        since_run=dead.id,
    )
    assert selectors.segment_size("high-value") == size
    lapsed = selectors.segment_size("lapsed")
    services.refresh(as_of=NOON, playbook=playbook)
    assert selectors.segment_size("high-value") == size
    assert selectors.segment_size("lapsed") == lapsed
    assert not Run.objects.filter(id=dead.id).exists()


def test_a_preview_counts_rows_and_samples_people(playbook, shop):
    services.refresh(as_of=NOON, playbook=playbook)
    segment = selectors.parse_segment(
        [{"trait": "order_count", "at_least": 5}, {"trait": "lifetime_value", "less_than": 1000}]
    )
    preview = selectors.preview_segment(segment, playbook=playbook, as_of=NOON)
    assert preview.total == 5
    assert [(row.alone, row.left) for row in preview.rows] == [(16, 16), (9, 5)]
    assert len(preview.sample) == 5
    assert all("Orders" in one.because for one in preview.sample)


def test_redefinition_shows_who_would_enter_and_leave(playbook, shop):
    services.refresh(as_of=NOON, playbook=playbook)
    segment = selectors.parse_segment({"trait": "order_count", "at_least": 19})
    change = selectors.preview_redefinition("high-value", segment, playbook=playbook, as_of=NOON)
    assert (change.entering, change.leaving, change.staying) == (0, 2, 2)


def test_reach_says_why_not(playbook, shop):
    services.refresh(as_of=NOON, playbook=playbook)
    reach = selectors.reach_of_segment("high-value", playbook=playbook, as_of=NOON)
    offers = next(r for r in reach if r.purpose == "offers")
    assert (offers.reachable, offers.why_not) == (0, {"never agreed": 4})


def test_membership_as_of_a_past_instant(playbook, shop):
    services.refresh(as_of=NOON, playbook=playbook)
    before = NOON - timedelta(days=365)
    then = selectors.people_in_segment("one-and-done", before, playbook=playbook)
    assert then == []


def test_size_over_time_is_read_off_who_entered_and_left(playbook, shop):
    services.refresh(as_of=NOON, playbook=playbook)
    services.refresh(as_of=NOON + timedelta(days=40), playbook=playbook)  # they ordered 1 and 31 days before
    sizes = selectors.size_history("new", as_of=NOON + timedelta(days=50))
    assert (sizes[0].as_of, sizes[0].size) == (NOON, 2)
    assert sizes[-1].size == selectors.segment_size("new")


def test_the_list_and_overlap(playbook, shop):
    services.refresh(as_of=NOON, playbook=playbook)
    rows = {row.name: row for row in selectors.segment_list(playbook=playbook, as_of=NOON)}
    assert rows["high-value"].size == 4
    assert rows["high-value"].share == pytest.approx(0.2)
    assert {o.segment for o in selectors.overlap("high-value")} >= {"power", "active"}
    assert "segment high-value-unreachable" in selectors.used_by("high-value", playbook=playbook)


def test_a_portrait_is_computed_from_its_members(playbook, shop):
    services.refresh(as_of=NOON, playbook=playbook)
    portrait = selectors.portrait_of("active", playbook=playbook, as_of=NOON)
    assert portrait.members >= 5
    assert portrait.channels[0].name == "web"
    value = selectors.portrait_of("high-value", playbook=playbook, as_of=NOON)
    assert value.typical == ()  # four people are no group


def test_what_moved_a_person_to_their_stage(playbook, shop):
    services.refresh(as_of=NOON, playbook=playbook)
    person = selectors.people_in_segment("high-value")[0]
    stage = next(t for t in selectors.traits_of(person, playbook=playbook) if t.name == "stage")
    moved = selectors.what_moved(person, stage.value, playbook=playbook, as_of=NOON)
    assert stage.value == "transact"
    assert moved.words == "Order Completed on 15 November 2026"
