"""What is asked for outside journeys: an answer, a statement, a double opt-in. Each leaves once, under its own list."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from regard.act.channels.email.handover import parse_smtp_url
from regard.act.channels.email.transport import Smtp
from regard.act.models import Message
from regard.act.requests import Cause, Request, Templated, WrittenWords
from regard.act.services import ask, ask_reply, claim, deliver, leave_purpose, settle_leases
from regard.collect.contracts import Incoming
from regard.collect.models import Touchpoint
from regard.collect.services import ensure_source
from regard.consent.services import restrict
from regard.consent.suppression import suppress
from regard.decide.models import Decision
from regard.engine.journeys.kinds import Kind
from regard.flow import receive
from regard.kernel.instant import to_us
from regard.kernel.issues import Refused
from regard.playbooks.model import Playbook
from regard.privacy.erasing import erase_person
from regard.privacy.exporting import export_person
from regard.versions.selectors import active_playbook, shipped_text
from regard.versions.services import apply_playbook
from tests.mailserver import MailServer

STATEMENT = """
  points-so-far:
    name: How your points stand
    purpose: order_news
    sender: maya
    subject: {en: "You have {{ request.points }} points"}
    letter:
      en: |
        Hello {{ person.first_name | default: "there" }},

        you have {{ request.points }} points.
    track: false
  confirm-address:
    name: Please confirm
    purpose: order_news
    sender: maya
    subject: {en: Please confirm your address}
    letter:
      en: |
        [Yes, write to me](https://harbour-records.example/confirm/{{ request.code }})
    track: false
"""
NIGHT = timedelta(hours=13)  # 23:00 where they live
LETTER = WrittenWords("Your question", "Dear Ines,\n\nyes, we have it.\n\n- one copy\n- in the window", "maya")


@pytest.fixture
def shop(playbook: Playbook, as_of: datetime) -> Playbook:
    """The shop with a statement and a double opt-in among its templates."""
    text = shipped_text().replace("\ntemplates:\n", f"\ntemplates:{STATEMENT}", 1)
    apply_playbook(text=text, by="test", now=as_of - timedelta(days=300))
    return active_playbook().playbook


@pytest.fixture
def writes(as_of: datetime) -> Callable[..., int]:
    """Return how somebody writes to us; returns the number of what they said."""

    def write(address: str, at: datetime = as_of) -> int:
        told = Incoming(
            source=ensure_source(name="mailbox", kind="api", now=at),
            message_id=f"wrote-{address}-{to_us(at)}",
            type="track",
            name="Email Received",
            channel="email",
            direction="in",
            actor="customer",
            occurred_us=to_us(at),
            received_us=to_us(at),
            ids=(("email", address),),
        )
        return receive([told], now=at)[0].seq or 0

    return write


def statement(person: int, *, points: int = 120, month: str = "2026-03", **more: object) -> Request:
    asked = {
        "kind": Kind.STATEMENT,
        "cause": Cause("points", f"{person}:{month}"),
        "key": f"statement:{person}:{month}",
        "letter": Templated("points-so-far", values={"points": points}),
    } | more
    return Request(person=person, purpose="order_news", asked_by="loyalty", **asked)  # type: ignore[arg-type]


def send_all(playbook: Playbook, server: MailServer, now: datetime) -> None:
    claimed = claim(playbook=playbook, now=now, worker="w1")
    transport = Smtp(parse_smtp_url(server.url))
    deliver(messages=claimed.messages, playbook=playbook, worker="w1", clock=lambda: now, opened=lambda _: transport)


def the_message() -> Message:
    return Message.objects.get(decision__isnull=True)


def test_a_statement_goes_once_however_often_it_is_asked_for(
    shop: Playbook, make_person: Callable[..., int], mail_server: MailServer, as_of: datetime
) -> None:
    ines = make_person("ok-1@example.org", agreed=())

    first = ask(request=statement(ines), playbook=shop, now=as_of)
    again = ask(request=statement(ines, points=130), playbook=shop, now=as_of)
    send_all(shop, mail_server, as_of)
    send_all(shop, mail_server, as_of + timedelta(hours=1))

    assert (first.is_new, again.is_new, first.message) == (True, False, again.message)
    (taken,) = mail_server.box.taken
    assert taken.mail["Subject"] == "You have 120 points"
    message = the_message()
    assert (message.state, message.kind, message.cause_kind) == ("sent", "statement", "points")
    told = Touchpoint.objects.get(origin=ines, name="Message Sent")
    assert (told.actor, told.properties["kind"]) == ("automation", "statement")


def test_a_statement_waits_for_the_morning_and_a_double_opt_in_does_not(
    shop: Playbook, make_person: Callable[..., int], mail_server: MailServer, as_of: datetime
) -> None:
    ines = make_person("ok-1@example.org", agreed=())
    opt_in = Request(
        person=ines,
        kind=Kind.SERVICE,
        purpose="order_news",
        cause=Cause("consent", "asked"),
        key=f"opt-in:{ines}:offers",
        asked_by="preferences",
        letter=Templated("confirm-address", values={"code": "c-42"}),
    )
    ask(request=statement(ines), playbook=shop, now=as_of + NIGHT)
    ask(request=opt_in, playbook=shop, now=as_of + NIGHT)

    send_all(shop, mail_server, as_of + NIGHT)

    (taken,) = mail_server.box.taken
    assert "https://harbour-records.example/confirm/c-42" in taken.mail.get_body(("plain",)).get_content()
    waiting = Message.objects.get(kind="statement")
    assert (waiting.state, waiting.note[:15]) == ("queued", "It is outside t")
    assert waiting.due_at > as_of + NIGHT


def test_a_colleagues_answer_reaches_who_left_everything_and_asked(
    shop: Playbook,
    make_person: Callable[..., int],
    writes: Callable[..., int],
    mail_server: MailServer,
    as_of: datetime,
) -> None:
    ines = make_person("ok-1@example.org")
    leave_purpose(person=ines, purpose="*", source="page", now=as_of)
    question = writes("ok-1@example.org", as_of + NIGHT)
    said = {"person": ines, "answers": question, "purpose": "order_news", "letter": LETTER, "by": "staff:7"}

    ask_reply(**said, playbook=shop, now=as_of + NIGHT)
    ask_reply(**said, playbook=shop, now=as_of + NIGHT)
    send_all(shop, mail_server, as_of + NIGHT)

    (taken,) = mail_server.box.taken
    words = taken.mail.get_body(("plain",)).get_content()
    assert "yes, we have it." in words
    assert "because you wrote to" in words
    assert taken.mail["List-Unsubscribe"] is None
    message = the_message()
    assert (message.state, message.cause_kind, message.cause_id) == ("sent", "touchpoint", str(question))
    told = Touchpoint.objects.get(origin=ines, name="Message Sent")
    assert (told.actor, told.direction) == ("staff", "out")


def test_leaving_does_not_take_an_answer_back_that_waits(
    shop: Playbook, make_person: Callable[..., int], writes: Callable[..., int], as_of: datetime
) -> None:
    ines = make_person("ok-1@example.org")
    answers = writes("ok-1@example.org")
    ask_reply(person=ines, answers=answers, purpose="order_news", letter=LETTER, by="staff:7", playbook=shop, now=as_of)
    leave_purpose(person=ines, purpose="*", source="page", now=as_of)
    assert the_message().state == "queued"


def refused_answer(shop: Playbook, ines: int, question: int, now: datetime) -> Message:
    said = {"answers": question, "purpose": "order_news", "letter": LETTER, "by": "staff:7"}
    ask_reply(person=ines, **said, playbook=shop, now=now)  # type: ignore[arg-type]
    claim(playbook=shop, now=now, worker="w1")
    return the_message()


def test_an_answer_to_an_address_whose_mail_came_back_says_so(
    shop: Playbook, make_person: Callable[..., int], writes: Callable[..., int], as_of: datetime
) -> None:
    ines = make_person("ok-1@example.org")
    suppress(address="ok-1@example.org", channel="email", reason="hard_bounce", now=as_of, scope="all")
    message = refused_answer(shop, ines, writes("ok-1@example.org"), as_of)
    assert (message.state, message.basis["cancelled_by"]) == ("cancelled", "suppressed")
    assert message.note == "The address is on the suppression list: mail to it came back for good"


def test_an_answer_goes_where_only_marketing_is_suppressed(
    shop: Playbook, make_person: Callable[..., int], writes: Callable[..., int], as_of: datetime
) -> None:
    ines = make_person("ok-1@example.org")
    suppress(address="ok-1@example.org", channel="email", reason="complaint", now=as_of)
    assert refused_answer(shop, ines, writes("ok-1@example.org"), as_of).state == "claimed"


def test_nothing_goes_to_who_is_restricted(
    shop: Playbook, make_person: Callable[..., int], writes: Callable[..., int], as_of: datetime
) -> None:
    ines = make_person("ok-1@example.org")
    restrict(person=ines, kind="restricted", by="staff:7", now=as_of)
    message = refused_answer(shop, ines, writes("ok-1@example.org"), as_of)
    assert (message.state, message.basis["cancelled_by"]) == ("cancelled", "restricted")


def test_what_is_no_answer_cannot_be_sent_as_one(
    shop: Playbook, make_person: Callable[..., int], writes: Callable[..., int], as_of: datetime
) -> None:
    ines, jan = make_person("ok-1@example.org"), make_person("ok-2@example.org")
    of_jan = writes("ok-2@example.org")
    said = {"letter": LETTER, "by": "staff:7", "playbook": shop, "now": as_of}
    with pytest.raises(Refused, match="no such thing"):
        ask_reply(person=ines, answers=of_jan, purpose="order_news", **said)  # type: ignore[arg-type]
    leave_purpose(person=jan, purpose="offers", source="page", now=as_of)
    left = Touchpoint.objects.get(origin=jan, name="Unsubscribed").seq
    with pytest.raises(Refused, match="no such thing"):
        ask_reply(person=jan, answers=left, purpose="order_news", **said)  # type: ignore[arg-type]
    with pytest.raises(Refused, match="for marketing"):
        ask_reply(person=jan, answers=of_jan, purpose="offers", **said)  # type: ignore[arg-type]
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"letter": Templated("points-so-far")}, "request.points"),
        ({"letter": Templated("nothing-such")}, "no template"),
        ({"letter": Templated("personal-offer")}, "written for the purpose"),
        ({"letter": Templated("points-so-far", "nobody", values={"points": 1})}, "no sender"),
        ({"letter": WrittenWords("", "Hello", "maya")}, "one line"),
        ({"letter": WrittenWords("Hello", "[here](javascript:alert)", "maya")}, "https://"),
        ({"kind": Kind.SURVEY}, "a survey"),
        ({"channel": "phone"}, "nothing carries"),
    ],
)
def test_what_nobody_could_send_is_refused_at_once(
    shop: Playbook, make_person: Callable[..., int], as_of: datetime, asked: dict[str, object], told: str
) -> None:
    with pytest.raises(Refused, match=told):
        ask(request=statement(make_person("ok-1@example.org"), **asked), playbook=shop, now=as_of)
    assert not Message.objects.exists()


def promotion(person: int, key: str) -> Request:
    return Request(
        person=person,
        kind=Kind.PROMOTION,
        purpose="offers",
        cause=Cause("event", key),
        key=key,
        asked_by="community",
        letter=Templated("personal-offer"),
    )


def test_a_promotion_on_request_needs_consent_and_counts_under_the_caps(
    shop: Playbook,
    make_person: Callable[..., int],
    queue: Callable[..., Message],
    mail_server: MailServer,
    as_of: datetime,
) -> None:
    ines, jan = make_person("ok-1@example.org"), make_person("ok-2@example.org", agreed=())
    for person in (ines, jan):
        ask(request=promotion(person, f"party:{person}"), playbook=shop, now=as_of)
    send_all(shop, mail_server, as_of)
    assert Message.objects.get(person_id=ines).state == "sent"
    refused = Message.objects.get(person_id=jan)
    assert (refused.state, refused.basis["cancelled_by"]) == ("cancelled", "no_consent")

    most = min(cap.at_most for cap in shop.guardrails.caps)
    for number in range(most):
        ask(request=promotion(ines, f"more:{number}"), playbook=shop, now=as_of)
    send_all(shop, mail_server, as_of + timedelta(minutes=5))
    held = queue(ines)
    claim(playbook=shop, now=as_of + timedelta(minutes=9), worker="w1")

    held.refresh_from_db()
    assert held.note.startswith("Already had")
    assert len(mail_server.box.taken) == most, "requests and decisions share the caps"


def test_a_dead_worker_leaves_a_statement_to_be_sent_again_and_an_offer_uncertain(
    shop: Playbook, make_person: Callable[..., int], as_of: datetime
) -> None:
    ines = make_person("ok-1@example.org")
    ask(request=promotion(ines, "party"), playbook=shop, now=as_of)
    ask(request=statement(ines), playbook=shop, now=as_of)
    assert len(claim(playbook=shop, now=as_of, worker="w1").messages) == 2
    Message.objects.update(begun_at=as_of)

    settle_leases(now=as_of + timedelta(hours=1))

    assert dict(Message.objects.values_list("kind", "state")) == {"promotion": "uncertain", "statement": "queued"}
    assert not Decision.objects.exists()


def test_a_request_is_handed_out_and_erased_with_its_person(
    shop: Playbook, make_person: Callable[..., int], writes: Callable[..., int], as_of: datetime, tmp_path: Path
) -> None:
    ines = make_person("ok-1@example.org")
    answers = writes("ok-1@example.org")
    ask_reply(person=ines, answers=answers, purpose="order_news", letter=LETTER, by="staff:7", playbook=shop, now=as_of)

    export_person(person=ines, file=tmp_path / "ines.zip", by="staff:7", now=as_of)
    with zipfile.ZipFile(io.BytesIO((tmp_path / "ines.zip").read_bytes())) as archive:
        held = json.loads(archive.read("person.json"))["held"]
    (told,) = held["messages"]
    assert (told["kind"], told["cause_id"]) == ("reply", str(answers))
    assert "yes, we have it." in str(told["given"])

    erase_person(person=ines, by="staff:7", now=as_of)
    assert not Message.objects.exists()
