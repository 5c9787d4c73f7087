"""Walks through the product as a colleague takes them, by mouse and by key."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from regard.act.models import HumanTask
from regard.act.services.tasks import NewTask, open_task
from regard.identify.selectors import find_person
from regard.profile.models import Note, Promise
from regard.versions.selectors import active_playbook

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_row_of_today_is_done_and_taken_back(visit, house):
    page = visit()
    row = page.locator(f"#task-{house.task.pk}")
    row.get_by_role("button", name="Done").click()
    expect(row).to_have_count(0)
    expect(page.locator(".toast")).to_contain_text("Done.")
    assert HumanTask.objects.get(pk=house.task.pk).state == "done"
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(f"#task-{house.task.pk}")).to_have_count(1)
    assert HumanTask.objects.get(pk=house.task.pk).state == "open"


def test_a_word_on_an_approval_is_held_so_that_it_can_be_taken_back(visit, house):
    person = find_person("wen@example.org")
    tasks = [
        open_task(new=NewTask(person, f"ask-{n}", "approval", f"Gift {n} for Wen?"), now=house.now) for n in (1, 2)
    ]
    page = visit()
    page.clock.install()
    page.goto("/today")
    first, second = (page.locator(f"#task-{t.pk}") for t in tasks)
    first.get_by_role("button", name="Refuse").click()
    expect(first).to_be_hidden()
    page.locator(".toast [data-undo]").click()
    expect(first).to_be_visible()
    page.clock.fast_forward(9000)
    assert HumanTask.objects.get(pk=tasks[0].pk).state == "open"
    first.get_by_role("button", name="Approve").click()
    page.clock.fast_forward(9000)
    expect(first).to_have_count(0)
    assert HumanTask.objects.get(pk=tasks[0].pk).outcome == "Approved"
    second.get_by_role("button", name="Refuse").click()
    page.goto("/journeys")  # who leaves the page meant it
    page.goto("/today")
    expect(second).to_have_count(0)
    assert HumanTask.objects.get(pk=tasks[1].pk).outcome == "Refused"


def test_today_is_worked_by_keys_alone(visit, house):
    page = visit()
    expect(page.locator("[data-row]").first).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("k")
    chosen = page.locator(".row.sel")
    expect(chosen).to_have_attribute("id", f"promise-{house.promise}")
    page.keyboard.press("e")
    expect(page.locator(f"#promise-{house.promise}")).to_have_count(0)
    assert Promise.objects.get(pk=house.promise).state == "kept"
    page.keyboard.press("g")
    page.keyboard.press("c")
    page.wait_for_url("**/customers")


def test_single_keys_can_be_switched_off(visit, house):
    page = visit()
    page.goto("/me")
    page.get_by_label("Single keys are on").uncheck()
    page.wait_for_load_state("networkidle")
    page.goto("/today")
    page.keyboard.press("g")
    page.keyboard.press("c")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_hidden()
    assert page.url.endswith("/today")


def test_the_palette_finds_a_person_and_goes_there(visit, house):
    page = visit()
    page.keyboard.press("Control+k")
    page.keyboard.type("albrecht")
    page.wait_for_selector("#found li.sel")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/customers/{house.ines}")
    assert page.url.endswith(f"/customers/{house.ines}")


def test_the_list_is_searched_while_typing_and_peeked_at(visit, house):
    page = visit()
    page.goto("/customers")
    page.fill("#q", "wen")
    expect(page.locator("#people tbody tr")).to_have_count(1)
    assert "q=wen" in page.url
    page.get_by_role("button", name="Peek at Wen Li").click()
    expect(page.locator(".peek h2")).to_have_text("Wen Li")
    page.keyboard.press("Escape")
    expect(page.locator(".peek")).to_have_count(0)


def test_a_note_is_written_and_the_timeline_filtered(visit, house):
    page = visit()
    page.goto(f"/customers/{house.ines}")
    page.locator("[data-page-key=note]").click()
    page.fill("#note", "Likes to be called after five")
    page.get_by_role("button", name="Add note").click()
    page.wait_for_load_state("networkidle")
    assert Note.objects.filter(text="Likes to be called after five").exists()
    expect(page.locator("#tl")).to_contain_text("Likes to be called after five")
    page.get_by_role("button", name="Orders").click()
    expect(page.locator("#tl .ev")).to_have_count(2)


def test_why_in_a_segment_opens_its_tree(visit, house):
    page = visit()
    page.goto(f"/customers/{house.ines}")
    page.locator("#segments details summary").first.click()
    expect(page.locator("#segments .tree").first).to_be_visible()


def test_a_segment_is_made_with_counts_while_writing(visit, house):
    page = visit()
    page.goto("/segments/+new")
    expect(page.locator("#preview .total b")).to_have_text("1")  # ordered twice or more in a year: Ines
    page.locator("#rows .cond input[name=n]").fill("1")
    expect(page.locator("#preview .total b")).to_have_text("2")
    page.get_by_role("button", name="Add a row").click()
    page.locator("#rows .cond").nth(1).locator("select[name=kind]").select_option("reachable")
    page.locator("#rows .cond").nth(1).locator("select[name=value]").select_option("offers")
    expect(page.locator("#preview .total b")).to_have_text("1")
    expect(page.locator("#rows .cond").nth(1).locator(".n")).to_contain_text("left")
    page.fill("#name", "Buyers we may write to")
    page.get_by_role("button", name="Save as a new version").click()
    page.wait_for_url("**/segments/buyers-we-may-write-to")
    assert "buyers-we-may-write-to" in active_playbook().playbook.segments


def test_a_journey_is_replayed_over_the_past(visit, house):
    page = visit()
    page.goto("/journeys/thank-high-value/simulate")
    page.get_by_role("button", name="Replay").click()
    expect(page.locator("#replayed table")).to_be_visible(timeout=20_000)


def test_a_phone_has_the_bar_below_and_everything_else_by_search(visit, house):
    page = visit(width=390)
    bar = page.locator("nav.side a.m")
    expect(bar).to_have_count(4)
    expect(bar.first).to_be_visible()
    page.get_by_role("button", name="Find or do").click()
    page.fill("dialog.pal input", "settings")
    page.locator("#found a", has_text="Settings").click()
    page.wait_for_url("**/settings")
