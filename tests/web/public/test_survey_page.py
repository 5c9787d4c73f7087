"""The survey page: opening it changes nothing, a tap counts, words follow, and an answer can be changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client

from regard.act.addresses import survey_address
from regard.act.models import Message
from regard.collect.models import Touchpoint
from regard.listen.models import Answer, SurveyInvitation
from regard.listen.services import invite_asked
from regard.playbooks.model import Playbook


@pytest.fixture
def page(playbook: Playbook, make_person: Callable[..., int], queue: Callable[..., Message]) -> str:
    """The path of a survey page of somebody who was asked today."""
    message = queue(make_person("ok-1@example.org"), "ask")
    invite_asked(playbook=playbook, now=datetime.now(UTC))
    return urlsplit(survey_address(message.public_id)).path


def test_opening_the_page_changes_nothing(page: str, client: Client) -> None:
    before = Touchpoint.objects.count()

    for address in (page, f"{page}?a=9", f"{page}?change=1"):
        assert client.get(address).status_code == 200
        assert client.head(address).status_code == 200

    assert (Answer.objects.count(), Touchpoint.objects.count()) == (0, before)


def test_a_tap_counts_and_becomes_a_touchpoint(page: str, client: Client) -> None:
    answered = client.post(page, {"score": "9"})

    assert (answered.status_code, answered["Location"]) == (303, page)
    answer = Answer.objects.get()
    touchpoint = Touchpoint.objects.get(seq=answer.seq)
    assert (answer.score, touchpoint.name, touchpoint.score_milli) == (9, "Survey Answered", 9000)
    assert touchpoint.properties["survey"] == "after-order"


def test_words_come_after_the_number_and_a_changed_answer_is_a_new_row(page: str, client: Client) -> None:
    client.post(page, {"score": "3"})
    client.post(page, {"comment": "The sleeve was <b>torn</b>."})
    client.post(page, {"score": "5"})

    rows = list(Answer.objects.order_by("seq").values_list("score", "comment"))
    assert rows == [(3, ""), (3, "The sleeve was <b>torn</b>."), (5, "The sleeve was <b>torn</b>.")]
    assert b"&lt;b&gt;torn&lt;/b&gt;" in client.get(page).content


def test_the_same_answer_twice_is_one_answer(page: str, client: Client) -> None:
    client.post(page, {"score": "9"})
    client.post(page, {"score": "9"})

    assert Answer.objects.count() == 1


@pytest.mark.parametrize("score", ["11", "-1", "abc", "9" * 40, "9.5", "", "٩٩"])
def test_what_is_no_number_of_the_scale_asks_again(page: str, client: Client, score: str) -> None:
    assert client.post(page, {"score": score}).status_code == 303
    assert Answer.objects.count() == 0


def test_an_expired_question_says_so_and_takes_nothing(page: str, client: Client) -> None:
    SurveyInvitation.objects.update(expires_at=datetime.now(UTC) - timedelta(days=1))

    assert client.get(page).status_code == 410
    assert client.post(page, {"score": "9"}).status_code == 410
    assert Answer.objects.count() == 0


def test_the_page_asks_in_the_language_of_the_person(
    playbook: Playbook,
    make_person: Callable[..., int],
    queue: Callable[..., Message],
    client: Client,
) -> None:
    message = queue(make_person("ok-2@example.org", language="de"), "ask")
    invite_asked(playbook=playbook, now=datetime.now(UTC))

    page = client.get(urlsplit(survey_address(message.public_id)).path).content.decode()

    assert '<html lang="de"' in page
    assert playbook.surveys["after-order"].question["de"] in page
