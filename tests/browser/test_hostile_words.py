"""What a customer writes never runs in a page (promise F5): every text carries a payload, every page is opened."""

from __future__ import annotations

import pytest

from tests.browser.axe import PAGES
from tests.web.hostile import PAYLOADS, rewrite
from tests.web.house import MARK

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_no_customers_words_run_anywhere(visit, house):
    page = visit()
    shown = 0
    for address in (*PAGES, "/customers/{ines}/timeline", "/customers/{ines}/peek", "/find?q=ines"):
        page.goto(address.format(ines=house.ines, message=house.message.public_id.hex))
        for letter in page.locator("iframe").all():  # a letter below the fold is loaded when it is seen
            letter.scroll_into_view_if_needed()
        page.wait_for_load_state("networkidle")
        assert page.evaluate("window.__x") is None, address
        for frame in page.frames[1:]:
            assert frame.evaluate("window.__x") is None, address
        shown += MARK in page.inner_text("body")
    assert shown >= 4  # the words are there, as words


def test_the_palette_shows_hostile_names_as_names(visit, house):
    page = visit()
    page.keyboard.press("Control+k")
    page.fill("dialog.pal input", "ines")
    page.wait_for_selector("#found li a bdi")
    assert MARK in page.inner_text("#found")
    assert page.evaluate("window.__x") is None


def test_each_of_the_hostile_words_stays_words_in_a_browser(visit, house):
    """tests/web holds every page's structure against all of them; here the pages that show most are run."""
    page, before = visit(), MARK
    page.set_default_timeout(120_000)  # a guard against hanging on a busy machine
    places = ("/today", f"/customers/{house.ines}", f"/outbox/{house.message.public_id.hex}")
    for name, payload in PAYLOADS.items():
        assert payload == before or rewrite(before, payload) >= 5, name
        before = payload
        for address in places:
            page.goto(address)
            page.wait_for_load_state("networkidle")
            assert page.evaluate("window.__x") is None, f"{name} in {address}"
            for frame in page.frames[1:]:
                assert frame.evaluate("window.__x") is None, f"{name} in {address}"
