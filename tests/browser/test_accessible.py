"""No finding of axe on any page, light and dark, wide and on a phone; and nothing scrolls sideways."""

from __future__ import annotations

import uuid
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from regard.act.addresses import preferences_address, survey_address, unsubscribe_address
from regard.identify.models import Person
from regard.listen.models import SurveyInvitation
from tests.browser.axe import AXE, PAGES, RULES

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


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
        sideways = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        found += [f"{address}: scrolls sideways by {sideways} px"] if sideways > 0 else []
    assert found == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_the_pages_of_customers_are_accessible(chromium, live_server, house, width, scheme):
    page = chromium.new_page(base_url=live_server.url, viewport={"width": width, "height": 900}, color_scheme=scheme)
    script, found = AXE.read_text(), []
    for address in _of_customers(house):
        page.goto(address)
        page.evaluate(script)
        report = page.evaluate("rules => axe.run(document, rules)", RULES)
        found += [f"{address}: {v['id']}: {v['nodes'][0]['html'][:160]}" for v in report["violations"]]
        sideways = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        found += [f"{address}: scrolls sideways by {sideways} px"] if sideways > 0 else []
    page.close()
    assert found == []


def _of_customers(house) -> list[str]:
    """Return the page of a survey, of what one gets, of leaving, and of a link that opens nothing."""
    person = Person.objects.get(pk=house.message.person_id)
    asked = SurveyInvitation.objects.create(
        public_id=uuid.uuid4(),
        survey="after-order",
        person=person,
        asked_at=house.now,
        expires_at=house.now + timedelta(days=14),
    )
    addresses = (
        survey_address(asked.public_id),
        preferences_address(person.public_id),
        unsubscribe_address(person.public_id, "offers", house.message.public_id),
    )
    return [urlsplit(a).path for a in addresses] + ["/p/c/nonsense"]


def test_the_login_page_is_accessible_too(chromium, live_server, house):
    page = chromium.new_page(base_url=live_server.url)
    page.goto("/login")
    page.evaluate(AXE.read_text())
    report = page.evaluate("rules => axe.run(document, rules)", RULES)
    assert [v["id"] for v in report["violations"]] == []
    page.close()
