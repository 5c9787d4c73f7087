"""The portrait on a segment's page: what the group is like, and nothing that points at one of a few."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.test import Client

from regard import flow
from regard.collect.contracts import Incoming
from regard.collect.services import ensure_source
from regard.consent.services import lift_restriction, restrict
from regard.identify.selectors import find_person, public_id_of
from regard.kernel.instant import DAY_US, to_us
from regard.privacy.erasing import erase_person
from regard.staff.models import Role, User
from regard.understand.selectors import persona_of
from regard.versions.selectors import active_playbook
from regard.versions.services import apply_shipped_playbook

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PLACE = "/segments/one-and-done/portrait"
MEMBERS = 7


def _happened(source: int, key: str, who: int, days: float, **told: object) -> Incoming:
    at = to_us(NOW) - round(days * DAY_US)
    ids = (("email", f"p{who}@example.org"),)
    return Incoming(source=source, message_id=key, type="track", occurred_us=at, received_us=at, ids=ids, **told)  # type: ignore[arg-type]


def _one_and_done(source: int, who: int) -> list[Incoming]:
    products = [{"name": "Shared Songs"}] + ([{"name": "Rare Songs"}] if who < 4 else [])
    order = _happened(
        source,
        f"o{who}",
        who,
        200 + who,
        name="Order Completed",
        channel="shop",
        value_minor=1000 * (who + 1),
        currency="USD",
        properties=json.dumps({"products": products}),
    )
    said = _happened(
        source,
        f"s{who}",
        who,
        150 - who,
        name="Survey Answered",
        channel="survey",
        score_milli=9000,
        properties=json.dumps({"survey": "after-order", "comment": f"Words of number {who}"}),
    )
    return [order, said]


@pytest.fixture(scope="module")
def shop(django_db_setup, django_db_blocker):
    """Seven people who ordered once and said something, and one who orders all the time."""
    with django_db_blocker.unblock():
        built = transaction.atomic()
        built.__enter__()
        try:
            apply_shipped_playbook(now=NOW - timedelta(days=400))
            source = ensure_source(name="shop", kind="api", now=NOW)
            rows = [row for who in range(MEMBERS) for row in _one_and_done(source, who)]
            rows += [
                _happened(
                    source,
                    f"r{n}",
                    99,
                    10 * n + 1,
                    name="Order Completed",
                    channel="web",
                    value_minor=9900,
                    currency="USD",
                )
                for n in range(6)
            ]
            flow.receive(rows, now=NOW)
            flow.run_cycle(as_of=NOW, everybody=True)
            for role in Role:
                User.objects.create_user(email=f"{role}@example.org", name=role, role=role)
            yield
        finally:
            transaction.set_rollback(True)
            built.__exit__(None, None, None)


def _page(address: str = PLACE, role: str = Role.OWNER) -> str:
    client = Client()
    client.force_login(User.objects.get(role=role), backend="django.contrib.auth.backends.ModelBackend")
    return client.get(address).content.decode()


def _words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def _person(who: int) -> int:
    found = find_person(f"p{who}@example.org")
    assert found is not None
    return found


def test_it_shows_typical_values_beside_everybodys(shop):
    words = _words(_page())
    assert "half of them $20.00 to $60.00" in words
    assert "$40.00" in words  # the median of 10, 20, ... 70
    assert "of all 8 people" in words


def test_it_shows_channels_and_products_but_none_of_fewer_than_five(shop):
    words = _words(_page())
    assert "Shop everybody 88 % 100 %" in words
    assert "Shared Songs" in words
    assert "Rare Songs" not in words  # bought by four


def test_each_quote_leads_to_its_touchpoint(shop):
    page = _page()
    link = rf'href="/customers/{public_id_of(_person(6))}#e\d+"'
    assert "Words of number 6" in page  # the newest
    assert re.search(link, page)
    assert page.count("<q>") == 3


@pytest.mark.parametrize("kind", ["restricted", "objected"])
def test_who_may_not_be_used_is_not_quoted(shop, kind):
    restrict(person=_person(6), kind=kind, by="staff:1", now=NOW - timedelta(hours=1))
    assert "Words of number 6" not in _page()
    lift_restriction(person=_person(6), kind=kind, by="staff:1", now=NOW)
    assert "Words of number 6" in _page()


def test_words_of_an_erased_person_are_gone_at_once(shop):
    assert "Words of number 5" in _page()
    erase_person(person=_person(5), by="staff:1", now=NOW, origin="test")
    assert "Words of number 5" not in _page()


def test_a_few_people_are_no_group(shop):
    words = _words(_page("/segments/new/portrait"))
    assert "1 person is too few for a portrait" in words
    assert "p99" not in words


def test_an_empty_segment_says_so(shop):
    assert "nobody to describe" in _page("/segments/cannot-lose-them/portrait")
    assert "Drawing the portrait" in _page("/segments/cannot-lose-them")


def test_what_is_marked_sensitive_is_left_out(shop):
    playbook = active_playbook().playbook
    limits = playbook.guardrails.sensitive.model_copy(
        update={"fields": ("lifetime_value", "comment"), "segments": ("won-back",)}
    )
    marked = playbook.model_copy(update={"guardrails": playbook.guardrails.model_copy(update={"sensitive": limits})})
    shown = persona_of("one-and-done", playbook=marked)
    assert "lifetime_value" not in shown.persona.traits
    assert shown.persona.quotes is None
    assert set(shown.left_out) == {"lifetime_value", "quotes"}
    whole = persona_of("won-back", playbook=marked).persona
    assert (whole.products, whole.quotes) == (None, None)


def test_a_segment_called_new_has_a_page(shop):
    assert "<h1>New</h1>" in _page("/segments/new")
