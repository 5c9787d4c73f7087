"""The pages of journeys: the list as it grows, who stands where, whether it helps, and who comes in or out by hand."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from regard.decide.models import Enrolment, Steering
from regard.identify.selectors import find_person
from regard.learn.models import Measure
from regard.playbooks.editing.parts import put_part
from regard.staff.models import Role
from regard.versions.drafts import active_part
from regard.versions.selectors import active_text
from regard.versions.services import apply_playbook
from tests.web.house import House
from tests.web.journeys import SLUG, shown, stands_at

pytestmark = pytest.mark.django_db


def measured(house: House, **counts: int) -> None:
    Measure.objects.filter(journey=SLUG).delete()
    Measure.objects.create(journey=SLUG, goal="Order Completed within 60d", as_of=house.now, **counts)


def with_journey(slug: str, house: House, **changed: object) -> None:
    value = (active_part("journeys", SLUG) or {}) | changed
    text = put_part(active_text()[0], "journeys", slug, value)
    apply_playbook(text=text, by="cli", now=house.now)


@pytest.mark.parametrize(("treated", "held_out"), [(0, 0), (40, 0), (0, 12)])
def test_one_side_without_people_draws_no_range(owner, house, treated, held_out):
    measured(house, treated=treated, treated_reached=0, held_out=held_out, held_out_reached=0)

    page, listed = shown(owner, f"/journeys/{SLUG}"), shown(owner, "/journeys")

    assert "Nothing to compare yet" in page
    assert "95 % range" not in page
    assert "-100" not in page
    assert "no comparison yet" in listed


def test_two_sides_with_people_are_compared_with_a_range(owner, house):
    measured(house, treated=400, treated_reached=120, held_out=100, held_out_reached=10)

    assert "+20 pts" in shown(owner, f"/journeys/{SLUG}")
    assert "95 % range" in shown(owner, f"/journeys/{SLUG}")
    assert "+20 pts" in shown(owner, "/journeys")


def test_entries_exits_and_goals_are_told_in_words(owner, house):
    listed, after = shown(owner, "/journeys"), shown(owner, "/journeys/after-complaint")

    assert "Begins when somebody comes into High value." in listed
    assert "Goal: \u201cOrder Completed\u201d within 60 days." in listed
    assert "Begins on \u201cTask Closed\u201d with kind complaint." in listed
    assert "Leaves early on \u201cTask Opened\u201d with kind complaint." in after


def test_many_journeys_are_found_by_name_and_state_at_the_price_of_few(owner, house):
    with CaptureQueriesContext(connection) as few:
        page = shown(owner, "/journeys")
    assert "Name of a journey" not in page
    text = active_text()[0]
    for number in range(60):
        value = active_part("journeys", "second-order") | {"name": f"Campaign {number:03d}"}  # type: ignore[operator]
        text = put_part(text, "journeys", f"campaign-{number:03d}", value)
    apply_playbook(text=text, by="cli", now=house.now)
    owner.get("/journeys")  # the playbook is read once
    with CaptureQueriesContext(connection) as many:
        page = shown(owner, "/journeys")

    assert "Name of a journey" in page
    assert page.count("jrow") == 64
    assert len(many) <= len(few) + 1  # a new version of the playbook is looked up
    found = shown(owner, "/journeys?q=campaign%20007")
    assert re.findall(r"<b>(Campaign \d+)</b>", found) == ["Campaign 007"]
    assert "1 of 64" in found
    assert "No journey like that" in shown(owner, "/journeys?q=nothing%20of%20the%20sort")
    owner.post("/journeys/campaign-007/pause")
    assert re.findall(r"<b>(Campaign \d+)</b>", shown(owner, "/journeys?state=paused")) == ["Campaign 007"]


def test_a_number_of_the_picture_leads_to_the_people_at_that_step(owner, house):
    Enrolment.objects.filter(journey=SLUG).delete()
    stands_at(house, "wen@example.org", "next-order")
    stands_at(house, "ines@example.org", "offer")
    stands_at(house, "amara@example.org", "next-order", "exited")

    assert f'href="/journeys/{SLUG}/people?step=next-order">1 waiting' in shown(owner, f"/journeys/{SLUG}")
    people = shown(owner, f"/journeys/{SLUG}/people?step=next-order")
    assert "Wen Li" in people
    assert "Ines Albrecht" not in people
    assert "Amara" not in people
    assert "Nobody stands at ask" in shown(owner, f"/journeys/{SLUG}/people?step=ask")


def test_the_people_of_a_journey_are_handed_out_as_csv_with_the_filters_of_the_page(owner, as_role, house):
    Enrolment.objects.filter(journey=SLUG).delete()
    stands_at(house, "wen@example.org", "next-order")
    stands_at(house, "ines@example.org", "offer", "exited")

    reply = owner.get(f"/journeys/{SLUG}/people.csv?state=active")
    lines = b"".join(reply.streaming_content).decode().splitlines()

    assert lines[0] == "id,name,step,state,arm,entered,until,why"
    assert len(lines) == 2
    assert lines[1].startswith(f"{house.wen},Wen Li,next-order,active,treated,")
    assert "people.csv" not in shown(as_role(Role.AGENT), f"/journeys/{SLUG}/people")


def test_a_colleague_lets_somebody_in_where_the_journey_allows_it(owner, as_role, house):
    page = f"/customers/{house.wen}"
    assert "Let them into a journey" not in shown(owner, page)
    owner.post(f"{page}/journeys/in", {"journey": SLUG})
    assert not Steering.objects.filter(kind="enter").exists()

    with_journey("welcome", house, name="Welcome by hand", entry=[{"on": "by_hand"}])
    assert '<option value="welcome">Welcome by hand</option>' in shown(owner, page)
    assert "Let them into a journey" not in shown(as_role(Role.VIEWER), page)
    reply = owner.post(f"{page}/journeys/in", {"journey": "welcome"})

    steered = Steering.objects.get(kind="enter")
    assert (steered.journey, steered.person_id) == ("welcome", find_person("wen@example.org"))
    assert "Welcome by hand: they come in at the next cycle" in shown(owner, reply.headers["Location"])


def test_a_colleague_takes_somebody_out(owner, house):
    Enrolment.objects.filter(journey=SLUG).delete()
    row = stands_at(house, "wen@example.org", "next-order")
    assert "Take out of Thank our best customers" in shown(owner, f"/customers/{house.wen}")

    owner.post(f"/customers/{house.wen}/journeys/{SLUG}/out")

    row.refresh_from_db()
    assert (row.state, row.end_reason) == ("exited", "taken out by a colleague")
    assert "Take out of" not in shown(owner, f"/customers/{house.wen}")
    assert row.ended_at is not None
    assert row.ended_at - house.now < timedelta(hours=1)


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ("0", "1 person goes on at once. 1 keeps waiting for its own time."),
        ("9", "1 becomes due within"),
    ],
)
def test_the_dialog_of_resuming_says_what_will_happen(owner, house, days, words):
    Enrolment.objects.filter(journey=SLUG).delete()
    stands_at(house, "wen@example.org", "offer", "paused")
    waits = stands_at(house, "ines@example.org", "next-order", "paused")
    Enrolment.objects.filter(pk=waits.pk).update(due_at=house.now + timedelta(days=5), is_waiting=True)
    owner.post(f"/journeys/{SLUG}/pause")

    told = shown(owner, f"/journeys/{SLUG}/resume/preview?days={days}")

    assert words in told
    assert Enrolment.objects.filter(journey=SLUG, state="paused").count() == 2


def test_those_whose_turn_has_not_come_can_be_let_go_now(owner, house):
    Enrolment.objects.filter(journey=SLUG).delete()
    first = stands_at(house, "wen@example.org", "offer")
    second = stands_at(house, "ines@example.org", "offer")
    owner.post(f"/journeys/{SLUG}/pause")
    assert "Let the rest go now" not in shown(owner, f"/journeys/{SLUG}")
    owner.post(f"/journeys/{SLUG}/resume", {"days": "10"})

    page = shown(owner, f"/journeys/{SLUG}")
    assert "still wait for their turn" in page
    owner.post(f"/journeys/{SLUG}/resume", {"days": "0"})

    assert "Let the rest go now" not in shown(owner, f"/journeys/{SLUG}")
    states = Enrolment.objects.filter(pk__in=(first.pk, second.pk)).values_list("state", flat=True)
    assert set(states) == {"active"}


def test_a_long_history_is_told_in_full_and_drawn_in_short(owner, house, monkeypatch):
    from regard.web.person import facts

    whole = shown(owner, f"/customers/{house.ines}")
    monkeypatch.setattr(facts, "NEWEST", 2)  # of Ines's touchpoints the page reads two
    cut = shown(owner, f"/customers/{house.ines}")

    for page in (whole, cut):
        assert "2 orders worth $174" in page
    assert "The newest 2." in cut
    assert "The newest" not in whole
