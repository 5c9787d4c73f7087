"""The main job, seen from the customer's side: a real letter, a real tap in Chromium, and what it turns into.

A shop's history is loaded; the high-value customers get a personal letter over SMTP; two of them order again and are
asked one question; one is unhappy, one delighted. Chromium opens the links of their mails. The unhappy answer becomes a
task with the whole context and promotions to that person pause until it is closed; the delighted one is invited to
bring a friend.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.mailserver import MailServer, Taken
from tests.servers import Server, free_port, server

CHROMIUM = Path("/usr/bin/chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no Chromium at {CHROMIUM}: apt-get install chromium"),
]


@pytest.fixture
def box() -> Iterator[MailServer]:
    running = MailServer()
    running.start()
    yield running
    running.stop()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.promises)])
def shop(request: pytest.FixtureRequest, tmp_path: Path, box: MailServer) -> Iterator[Server]:
    port = free_port()
    settings = {"REGARD_SMTP_URL": box.url, "REGARD_PUBLIC_URL": f"http://127.0.0.1:{port}"}
    with server(tmp_path / "data", request.param, start=False, **settings) as at:
        at.port = port
        at.start()
        yield at


@pytest.fixture(scope="module")
def browser(chromium: Browser) -> Browser:
    """The one Chromium of the run: Playwright starts once a thread."""
    return chromium


@pytest.fixture
def customer(browser: Browser) -> Iterator[Page]:
    """A customer's phone; whatever the pages say in the console, or load from elsewhere, is a failure."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on(
        "request",
        lambda r: said.append(r.url) if not r.url.startswith("http://127.0.0.1:") else None,
    )
    yield page
    context.close()
    assert said == []


def run(at: Server, *words: str) -> Any:
    command = [sys.executable, "-m", "tests.browser.shop", *words]
    done = subprocess.run(command, env=at.environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def order_again(at: Server, email: str) -> None:
    sent = {
        "type": "track",
        "event": "Order Completed",
        "messageId": f"again-{email}",
        "anonymousId": f"a-{email}",
    }
    more = {
        "context": {"traits": {"email": email}},
        "properties": {"order_id": f"again-{email}", "total": 25.0},
    }
    identify = {
        "type": "identify",
        "messageId": f"who-{email}",
        "anonymousId": f"a-{email}",
        "traits": {"email": email},
    }
    answer = at.post("/v1/batch", {"batch": [identify, sent | more]})
    assert answer.status == 200, answer


def real_now() -> str:
    """The pages and the intake read the real clock; the loop keeps to it until the story jumps ahead."""
    return datetime.now(UTC).isoformat()


def newest_to(box: MailServer, email: str) -> Taken:
    return box.box.to(email)[-1]


def link_in(mail: Taken, page: str, more: str = "") -> str:
    html = mail.mail.get_body(("html",)).get_content()  # type: ignore[union-attr]
    found = re.search(rf'href="([^"]*/p/{page}/[^"]*{re.escape(more)})"', html)
    assert found, html[:2000]
    return unescape(found[1])


def answer(customer: Page, link: str, score: int, words: str) -> None:
    customer.goto(link)
    customer.get_by_role("button", name=f"Send my answer: {score}").click()
    customer.get_by_role("textbox").fill(words)
    customer.get_by_role("button", name="Send my words").click()
    assert words in customer.inner_text("blockquote")


def test_a_tap_in_the_mail_becomes_the_task_or_the_invitation(
    shop: Server, box: MailServer, customer: Page, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    big = run(shop, "history", now.isoformat())

    run(shop, "tick", real_now())

    treated = [email for email in big if box.box.to(email)]
    assert len(treated) >= 2, "by chance nearly everybody was held out"
    assert {taken.receiver for taken in box.box.taken} == set(treated)
    unhappy, delighted = treated[:2]
    offer = newest_to(box, unhappy)
    text = offer.mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "Hello Ines," in text
    assert "Maya Lindqvist" in text
    assert "Goes with" in text, "no product that fits"

    for email in (unhappy, delighted):
        order_again(shop, email)
    run(shop, "tick", real_now())
    questions = {email: newest_to(box, email) for email in (unhappy, delighted)}
    assert all("One question" in question.mail["Subject"] for question in questions.values())

    answer(
        customer,
        link_in(questions[unhappy], "s", "a=3"),
        3,
        "The sleeve was torn and nobody answered.",
    )
    answer(customer, link_in(questions[delighted], "s", "a=10"), 10, "A joy, as ever.")
    later = now + timedelta(days=8)
    run(shop, "tick", real_now())
    run(shop, "tick", later.isoformat())

    ((kind, pauses, context),) = shop.rows(
        "SELECT kind, pauses_promotions, context FROM act_humantask WHERE state = 'open'"
    )
    assert (kind, bool(pauses)) == ("complaint", True)
    told = json.loads(context)
    assert told["answers"][0]["comment"] == "The sleeve was torn and nobody answered."
    assert len(told["orders"]) == 3
    assert told["messages"]
    invitation = newest_to(box, delighted)
    assert invitation.mail["Subject"] == "Do you know somebody who would like us?"
    assert newest_to(box, unhappy) is questions[unhappy]

    much_later = now + timedelta(days=20)
    for email in (unhappy, delighted):
        run(shop, "promote", email, much_later.isoformat())
    run(shop, "tick", much_later.isoformat())
    assert newest_to(box, unhappy) is questions[unhappy], "promoted to in spite of an open complaint"
    assert newest_to(box, delighted) is not invitation
    run(shop, "close", (much_later + timedelta(minutes=1)).isoformat())
    run(shop, "tick", (much_later + timedelta(minutes=2)).isoformat())
    assert newest_to(box, unhappy) is not questions[unhappy]

    customer.goto(link_in(newest_to(box, unhappy), "u"))
    customer.get_by_role("button", name="Stop “Personal offers”").click()
    assert "We have stopped" in customer.inner_text("h1")
    newest = "SELECT state FROM consent_consent WHERE purpose = 'offers' ORDER BY seq DESC LIMIT 1"
    assert shop.rows(newest) == [("withdrawn",)]
