"""A script that posts all day fills nothing; tokens cannot be guessed; every language says everything (F14)."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.test import Client

from regard.act.addresses import (
    click_address,
    preferences_address,
    survey_address,
    unsubscribe_address,
)
from regard.act.models import Message
from regard.collect.models import Touchpoint
from regard.listen.models import Answer
from regard.listen.services import invite_asked
from regard.playbooks.model import Playbook
from regard.web.public import limits
from regard.web.public.limits import Limit
from regard.web.public.words import WORDS, choose


@pytest.fixture(autouse=True)
def fresh_limits() -> Iterator[None]:
    yield
    for limit in (limits.POSTS_A_LINK, limits.BAD_TOKENS_AN_ADDRESS, limits.ACCESSES_A_LINK):
        limit.clear()


def test_a_thousand_posts_to_a_survey_are_limited_and_fill_nothing(
    playbook: Playbook,
    make_person: Callable[..., int],
    queue: Callable[..., Message],
    client: Client,
) -> None:
    message = queue(make_person("ok-1@example.org"), "ask")
    invite_asked(playbook=playbook, now=datetime.now(UTC))
    page = urlsplit(survey_address(message.public_id)).path

    told = [client.post(page, {"score": str(n % 11)}).status_code for n in range(1000)]

    assert set(told) == {303, 429}
    assert told.count(429) >= 900
    assert Answer.objects.count() <= 20


def test_an_answer_can_be_changed_only_so_often_however_slowly(
    playbook: Playbook,
    make_person: Callable[..., int],
    queue: Callable[..., Message],
    client: Client,
) -> None:
    message = queue(make_person("ok-1@example.org"), "ask")
    invite_asked(playbook=playbook, now=datetime.now(UTC))
    page = urlsplit(survey_address(message.public_id)).path

    for n in range(40):
        limits.POSTS_A_LINK.clear()
        client.post(page, {"score": str(n % 11)})

    assert Answer.objects.count() == 20


def test_guessing_tokens_is_slowed_down(playbook: Playbook, client: Client) -> None:
    told = [client.get(f"/p/s/{uuid4().hex}.{uuid4().hex[:22]}").status_code for _ in range(1000)]

    assert set(told) == {404, 429}
    assert told.count(404) <= 120


def test_leaving_is_never_limited_by_address(make_person: Callable[..., int], client: Client) -> None:
    from regard.identify.models import Person

    person = Person.objects.get(id=make_person("ok-1@example.org"))
    page = urlsplit(unsubscribe_address(person.public_id, "offers")).path

    assert {client.post(page, {"List-Unsubscribe": "One-Click"}).status_code for _ in range(200)} == {200}
    assert Touchpoint.objects.filter(name="Unsubscribed").count() == 1


def test_ten_thousand_tokens_differ_and_carry_128_bits() -> None:
    makers = (
        survey_address,
        preferences_address,
        lambda u: unsubscribe_address(u, "offers"),
        lambda u: click_address(u, 0),
    )
    tokens = [make(uuid4()).rsplit("/", 1)[1] for make in makers for _ in range(2500)]

    macs = [token.partition(".")[2] for token in tokens]
    assert len(set(tokens)) == len(set(macs)) == 10_000
    assert all(len(base64.urlsafe_b64decode(mac + "==")) * 8 >= 128 for mac in macs)


def test_a_limit_counts_by_key_and_minute_and_stays_small() -> None:
    limit, now = Limit(2), datetime(2026, 11, 16, 12, tzinfo=UTC)

    assert [limit.allows("a", now) for _ in range(3)] == [True, True, False]
    assert limit.allows("b", now)
    assert limit.allows("a", now.replace(minute=1))
    for n in range(limits.KEPT + 100):
        limit.allows(str(n), now)
    assert len(limit._counts) == limits.KEPT


@pytest.mark.parametrize("language", sorted(WORDS))
def test_every_language_says_everything(language: str) -> None:
    assert WORDS[language].keys() == WORDS["en"].keys()
    for key, words in WORDS["en"].items():
        holes = {part.split("}")[0] for part in words.split("{")[1:]}
        assert {part.split("}")[0] for part in WORDS[language][key].split("{")[1:]} == holes, key


def test_the_language_is_the_nearest_there_is() -> None:
    assert (choose("de-AT"), choose("fr", "de"), choose("xx"), choose()) == ("de", "de", "en", "en")
