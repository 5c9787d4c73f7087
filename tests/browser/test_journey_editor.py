"""A journey is changed in a real browser: typed, broken, mended, moved, taken back, published."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from regard.versions.selectors import active_playbook
from tests.browser.axe import AXE, RULES

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_step_is_added_broken_mended_and_published(visit, house):
    page = visit()
    page.goto("/journeys/thank-high-value")
    page.get_by_role("button", name="Edit a copy").click()
    page.wait_for_url("**/journeys/drafts/*")
    page.get_by_label("Add a step after offer").click()
    page.locator(".drop:visible select").select_option("task")
    page.get_by_role("button", name="Add it").locator("visible=true").click()
    title = page.get_by_label("Title").locator("visible=true")
    expect(title).to_have_value("Write or call and ask how they are")
    expect(page.locator("[id='l-steps.1'] :focus")).to_have_count(1)
    title.fill("")
    title.press("Tab")
    line = page.locator("[id='l-steps.1']")
    expect(line).to_contain_text("'title' is missing")
    expect(page.get_by_role("link", name="Publish")).to_have_count(0)
    title.fill("Thank them by telephone")
    title.press("Enter")
    expect(line.locator("summary b").first).to_contain_text("Thank them by telephone")
    expect(line).not_to_contain_text("'title' is missing")
    expect(line.locator("details[name=estep]")).to_have_attribute("open", "")
    page.get_by_role("button", name="Move call-them up").click()
    expect(page.locator("[id='l-steps.0']")).to_contain_text("call-them")
    expect(page.get_by_role("button", name="Move call-them down")).to_be_focused()
    page.get_by_role("button", name="Take ask out").click()
    expect(page.locator(".toast")).to_contain_text("ask is taken out")
    page.locator(".toast [data-undo]").click()
    expect(page.get_by_role("button", name="Take ask out")).to_have_count(1)
    page.get_by_role("link", name="Publish").click()
    expect(page.locator(".changes")).to_contain_text("New step call-them")
    page.get_by_role("button", name="Publish").click()
    page.wait_for_url("**/journeys/thank-high-value")
    steps = active_playbook().playbook.journeys["thank-high-value"].steps
    assert steps[0].step == "call-them"


def test_the_yaml_is_checked_while_typing_and_a_phone_fits(visit, house):
    page = visit(width=390)
    page.goto(f"/journeys/drafts/{house.draft}")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.goto(f"/journeys/drafts/{house.draft}?view=yaml")
    page.get_by_label("The journey, as the playbook writes it").fill("name: Alone\nsteps: []\n")
    expect(page.locator("#yaml-issues")).to_contain_text("'entry' is missing")


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_the_editor_is_accessible(visit, house, width, scheme):
    page = visit(width=width, scheme=scheme)
    found = []
    for address in ("?at=steps.0", "?at=settings", "?view=yaml", "/publish", "../+new"):
        page.goto(f"/journeys/drafts/{house.draft}{address}".replace(f"drafts/{house.draft}../", ""))
        page.wait_for_load_state("networkidle")
        page.evaluate(AXE.read_text())
        report = page.evaluate("rules => axe.run(document, rules)", RULES)
        found += [
            f"{address}: {v['id']}: {v['nodes'][0]['html'][:160]} ({v['nodes'][0]['failureSummary'][:200]})"
            for v in report["violations"]
        ]
    assert found == []


def test_two_colleagues_at_one_step_learn_of_each_other(visit, house):
    first, second = visit(), visit("lead")
    for page in (first, second):
        page.goto(f"/journeys/drafts/{house.draft}?at=steps.0")
        expect(page.locator("[id='l-steps.0'] details[name=estep]")).to_have_attribute("open", "")
    name = "[id='f.steps.0.step']"
    second.locator("[id='l-steps.0'] summary:has-text('More')").first.click()
    second.locator(name).fill("of-the-lead")
    second.locator(name).press("Tab")
    expect(second.locator("[id='l-steps.0']")).to_contain_text("of-the-lead")
    first.locator("[id='l-steps.0'] summary:has-text('More')").first.click()
    first.locator(name).fill("of-the-owner")
    first.locator(name).press("Tab")
    expect(first.locator(".errors")).to_contain_text("Lead Example changed this meanwhile")
    expect(first.locator("[id='l-steps.0']")).to_contain_text("of-the-lead")


def test_what_was_typed_and_not_kept_asks_before_it_is_left(visit, house):
    page = visit()
    page.goto(f"/journeys/drafts/{house.draft}?view=yaml")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_label("The journey, as the playbook writes it").press_sequentially("x")
    page.get_by_role("link", name="Back to the outline").click(no_wait_after=True)
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    assert page.url.endswith("?view=yaml")


def test_on_a_phone_no_menu_opens_outside_the_screen(visit, house):
    page = visit(width=390)
    for address, opener in (
        (f"/journeys/drafts/{house.draft}", "Throw away"),
        (f"/customers/{house.ines}", "Note"),
    ):
        page.goto(address)
        page.locator(f"summary:has-text('{opener}')").first.click()
        box = page.locator("details[open] > .drop").first.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
