"""No finding of axe on any page, light and dark, wide and on a phone; and nothing scrolls sideways."""

from __future__ import annotations

from pathlib import Path

import axe_playwright_python
import pytest

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
PAGES = (
    "/today", "/customers", "/customers?q=zzz", "/customers/{ines}", "/segments", "/segments/high-value",
    "/segments/high-value/edit", "/segments/+new", "/journeys", "/journeys/thank-high-value",
    "/journeys/thank-high-value/simulate", "/journeys/thank-high-value/people", "/journeys/thank-high-value/words",
    "/journeys/thank-high-value/history", "/outbox", "/outbox/{message}", "/privacy", "/settings", "/me",
)  # fmt: skip
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_every_page_is_accessible(visit, house, width, scheme):
    page = visit(width=width, scheme=scheme)
    script = AXE.read_text()
    found = []
    for address in PAGES:
        page.goto(address.format(ines=house.ines, message=house.message.public_id.hex))
        page.wait_for_load_state("networkidle")
        page.evaluate(script)
        report = page.evaluate("rules => axe.run(document, rules)", RULES)
        found += [
            f"{address}: {v['id']}: {v['nodes'][0]['html'][:160]} ({v['nodes'][0]['failureSummary'][:200]})"
            for v in report["violations"]
        ]
        sideways = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        found += [f"{address}: scrolls sideways by {sideways} px"] if sideways > 0 else []
    assert found == []


def test_the_login_page_is_accessible_too(chromium, live_server, house):
    page = chromium.new_page(base_url=live_server.url)
    page.goto("/login")
    page.evaluate(AXE.read_text())
    report = page.evaluate("rules => axe.run(document, rules)", RULES)
    assert [v["id"] for v in report["violations"]] == []
    page.close()
