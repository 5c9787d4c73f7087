"""What a customer writes changes no page's structure (promise F5): every payload in every text, on every kind of page.

A page with a payload in it must be made of exactly the elements and attributes it is made of with a harmless word in its
place. That is stronger than looking for scripts, and needs no browser; tests/browser opens the same payloads in Chromium.
"""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from django.db import transaction

from tests.web.hostile import NEUTRAL, PAYLOADS, rewrite
from tests.web.house import furnish

pytestmark = pytest.mark.django_db
PLACES = (
    "/today",
    "/customers",
    "/customers?sort=name",
    "/customers?tag=collector",
    "/customers/{ines}",
    "/customers/{wen}",
    "/customers/{ines}/timeline",
    "/customers/{ines}/peek",
    "/find?q=ines",
    "/segments/reachable-for-offers",
    "/outbox",
    "/outbox/{message}",
    "/journeys/thank-high-value/people",
    "/privacy",
)
SAFE = ("/", "?", "#", "tel:", "mailto:")
ADDRESSES = ("href", "src", "action", "formaction", "hx-get", "hx-post", "data")


@pytest.fixture(scope="module")
def house(django_db_setup, django_db_blocker):
    """The house with a harmless word in every text a customer can send."""
    with django_db_blocker.unblock():
        built = transaction.atomic()
        built.__enter__()
        try:
            yield furnish(mark=NEUTRAL)
        finally:
            transaction.set_rollback(True)
            built.__exit__(None, None, None)


class _Made(HTMLParser):
    """What a page is made of: each element with the names of its attributes, and every address."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[tuple[str, ...]] = []
        self.addresses: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.parts.append((tag, *(name for name, _ in attrs)))
        self.addresses += [value or "" for name, value in attrs if name in ADDRESSES]

    def handle_endtag(self, tag):
        self.parts.append((f"/{tag}",))

    def handle_comment(self, data):
        self.parts.append(("comment",))


def _made(client, house) -> dict[str, _Made]:
    found = {}
    for place in PLACES:
        where = place.format(ines=house.ines, wen=house.wen, message=house.message.public_id.hex)
        reply = client.get(where)
        assert reply.status_code == 200, where
        found[place] = _Made(reply.content.decode())
    return found


def test_there_are_twenty_one_payloads_and_no_two_are_one():
    assert len(PAYLOADS) == len(set(PAYLOADS.values())) == 21


def test_no_words_change_what_a_page_is_made_of(owner, house):
    plain = _made(owner, house)
    assert (
        sum(
            NEUTRAL
            in owner.get(p.format(ines=house.ines, wen=house.wen, message=house.message.public_id.hex)).content.decode()
            for p in PLACES
        )
        >= 10
    )
    for name, payload in PAYLOADS.items():
        with transaction.atomic():
            assert rewrite(NEUTRAL, payload) >= 10
            for place, made in _made(owner, house).items():
                assert made.parts == plain[place].parts, f"{name} in {place}"
                new = set(made.addresses) - set(plain[place].addresses)
                wrong = [a for a in new if not a.startswith(SAFE) or a.startswith("//")]
                assert wrong == [], f"{name} in {place}"
            transaction.set_rollback(True)


@pytest.mark.parametrize("name", list(PAYLOADS))
def test_a_letter_is_served_where_nothing_of_it_can_act(owner, house, name):
    with transaction.atomic():
        rewrite(NEUTRAL, PAYLOADS[name])
        policy = owner.get(f"/outbox/{house.message.public_id.hex}/letter").headers["Content-Security-Policy"]
        transaction.set_rollback(True)
    parts = {part.strip().split(" ")[0]: part for part in policy.split(";")}
    assert "sandbox" in parts
    assert parts["default-src"].strip() == "default-src 'none'"
    assert "script-src" not in policy
    assert "allow-scripts" not in policy
