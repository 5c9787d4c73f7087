"""Every mail handed over keeps the rules: headers, one-click leaving, text part, size, lines, no injection (C6)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import parseaddr, parsedate_to_datetime
from html.parser import HTMLParser

import pytest

from regard.act.channels.base import Outcome
from regard.act.channels.email.handover import SmtpLine, parse_smtp_url
from regard.act.channels.email.mime import LARGEST_MAIL, MailEnvelope, UnfitAddress, build_mail
from regard.act.models import Message
from regard.playbooks.model import Playbook
from tests.cast.sending import send_all
from tests.mailserver import MailServer

HEADER_VALUES = [
    "Ines\r\nBcc: everyone@example.org",
    "Ines\nX-Evil: 1",
    "Ines\rX-Evil: 1",
    "Ines\u2028X-Evil: 1",
    "Ines\x85X-Evil: 1",
    "Ines\x0b\x0cX-Evil: 1",
    "=?utf-8?q?=0D=0ABcc:_everyone=40example.org?=",
    "Ines%0d%0aBcc: everyone@example.org",
    '"Ines" <everyone@example.org>, other@example.org',
    "<script>alert(1)</script>",
    "Ines\x00",
    "И́нес 🌸" * 40,
    "x" * 5_000,
    "",
]


class Resources(HTMLParser):
    """Collects what a mail program would fetch, and anything that could run."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.runs: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "iframe", "object", "embed", "form", "base"):
            self.runs.append(tag)
        for name, value in attrs:
            if name.startswith("on") or (value or "").strip().lower().startswith(("javascript:", "data:text")):
                self.runs.append(f"{tag} {name}")
            if name == "src" or (tag == "link" and name == "href"):
                self.fetched.append(value or "")


def assert_keeps_the_rules(raw: bytes, *, receiver: str, base: str) -> EmailMessage:
    mail: EmailMessage = message_from_bytes(raw, policy=default)  # type: ignore[assignment]
    for header in (
        "From",
        "To",
        "Reply-To",
        "Subject",
        "Date",
        "Message-ID",
        "MIME-Version",
        "List-Unsubscribe",
    ):
        assert len(mail.get_all(header, [])) == 1, header
    assert not mail.defects
    allowed = {
        "from",
        "to",
        "reply-to",
        "subject",
        "date",
        "message-id",
        "content-language",
        "list-id",
        "list-unsubscribe",
        "list-unsubscribe-post",
        "mime-version",
        "content-type",
        "x-peer",
        "x-mailfrom",
        "x-rcptto",
    }
    assert {name.lower() for name in mail} <= allowed
    assert [a.addr_spec for a in mail["To"].addresses] == [receiver]
    assert parsedate_to_datetime(mail["Date"]).tzinfo is not None
    assert re.fullmatch(r"<[0-9a-f]{40}@[a-z0-9.-]+>", mail["Message-ID"])
    name, address = parseaddr(mail["From"])
    assert " " in name
    assert not re.match(r"(no|do.?not).?reply", address)
    assert parseaddr(mail["Reply-To"])[1] == address
    assert re.fullmatch(rf"<{re.escape(base)}/p/u/[A-Za-z0-9._-]+>", mail["List-Unsubscribe"])
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "@" not in mail["List-ID"]
    kinds = [part.get_content_type() for part in mail.iter_parts()]
    assert kinds == ["text/plain", "text/html"]
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert len(raw) < LARGEST_MAIL
    text, html = (part.get_content() for part in mail.iter_parts())
    assert mail["List-Unsubscribe"].strip("<>") in text
    resources = Resources()
    resources.feed(html)
    assert resources.runs == []
    assert all(address.startswith(f"{base}/p/o/") for address in resources.fetched)
    return mail


@pytest.mark.parametrize("step", ["offer", "ask", "invite"])
@pytest.mark.parametrize("name", HEADER_VALUES)
def test_every_mail_keeps_the_rules_whatever_a_person_is_called(
    playbook: Playbook,
    make_person: Callable[..., int],
    queue: Callable[..., Message],
    mail_server: MailServer,
    as_of: datetime,
    settings: object,
    step: str,
    name: str,
) -> None:
    settings.PUBLIC_URL = "https://letters.example"  # type: ignore[attr-defined]
    queue(make_person("ok-1@example.org", first_name=name), step)

    send_all(playbook, mail_server, as_of)

    (taken,) = mail_server.box.taken
    assert_keeps_the_rules(
        taken.raw.rstrip(b"\r\n") + b"\r\n",
        receiver="ok-1@example.org",
        base="https://letters.example",
    )


@pytest.mark.parametrize("value", HEADER_VALUES)
def test_no_value_makes_a_second_header(value: str, as_of: datetime) -> None:
    envelope = MailEnvelope(
        "<a@b.example>",
        value,
        "maya@shop.example",
        "ok@example.org",
        value,
        "offers.shop.example",
        value,
        "https://x.example/p/u/t",
    )

    mail = message_from_bytes(build_mail(envelope, text="Hello", html="<p>Hello</p>", at=as_of), policy=default)

    assert not any(name.lower() in ("bcc", "x-evil") for name in mail)
    assert [a.addr_spec for a in mail["From"].addresses] == ["maya@shop.example"]
    assert [a.addr_spec for a in mail["To"].addresses] == ["ok@example.org"]


@pytest.mark.parametrize(
    "receiver",
    [
        "",
        "nobody",
        "a@b@c",
        "a b@example.org",
        "a@example.org\r\nBcc: x@example.org",
        "a@example.org, b@example.org",
        "ä@example.org",
        "x" * 300 + "@example.org",
        "<a@example.org>",
        "@example.org",
    ],
)
def test_an_address_that_is_none_is_refused_before_anything_is_said(receiver: str, as_of: datetime) -> None:
    envelope = MailEnvelope("<a@b.example>", "Maya Lindqvist", "maya@shop.example", receiver, "Hi", "l.example", "L")

    with pytest.raises(UnfitAddress):
        build_mail(envelope, text="Hello", html="<p>Hello</p>", at=as_of)


def test_a_mail_that_cannot_be_left_offers_no_way_to(as_of: datetime) -> None:
    envelope = MailEnvelope(
        "<a@b.example>",
        "Maya Lindqvist",
        "maya@shop.example",
        "ok@example.org",
        "Hi",
        "l.example",
        "L",
    )

    mail = message_from_bytes(build_mail(envelope, text="Hello", html="<p>Hello</p>", at=as_of), policy=default)

    assert mail["List-Unsubscribe"] is None


def test_a_dot_alone_on_a_line_arrives_as_it_was(mail_server: MailServer, as_of: datetime) -> None:
    envelope = MailEnvelope(
        "<a@b.example>",
        "Maya Lindqvist",
        "maya@shop.example",
        "ok@example.org",
        "Hi",
        "l.example",
        "L",
    )
    raw = build_mail(envelope, text="one\n.\n..two\n", html="<p>x</p>", at=as_of)

    line = SmtpLine(parse_smtp_url(mail_server.url))
    handed = line.hand_over(sender="maya@shop.example", receiver="ok@example.org", mail=raw)
    line.close()

    assert handed.outcome is Outcome.SENT
    text = next(mail_server.box.taken[0].mail.iter_parts()).get_content()  # type: ignore[arg-type]
    assert text.replace("\r\n", "\n") == "one\n.\n..two\n"
