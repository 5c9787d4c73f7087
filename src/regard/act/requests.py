"""Requests to send: who, for which purpose, on which channel, of what kind, because of what, under which key.

A go-decision of a journey is one sort of request; what a colleague answers, and what another stage asks for (a
statement, a double opt-in), are others. `message_of` makes the message of any of them; from there on all go the same
way: the claim judges them by the guardrails their kind is asked (engine/journeys/kinds.py), and each leaves once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_bytes
from typing import NamedTuple

from regard.act.addresses import message_id_of
from regard.act.models import Message
from regard.decide.models import Decision
from regard.engine.journeys.kinds import Kind
from regard.identify.models import Person
from regard.kernel.ids import uuid7
from regard.kernel.instant import to_us
from regard.playbooks.model import Playbook

DECISION = "decision"  # the kind of cause that journeys have


class Cause(NamedTuple):
    """What a message is asked for because of: a decision, a touchpoint that is answered, a consent to be confirmed."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Templated:
    """A letter of the playbook. `values` are what the template calls `request.<name>`."""

    template: str
    sender: str = ""  # by its name in the playbook; '' is the template's
    survey: str = ""
    values: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WrittenWords:
    """Words somebody wrote for this one person, signed by a sender of the playbook."""

    subject: str
    body: str  # blank lines part paragraphs, "- " begins an item, [words](https://...) is a link
    sender: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request. Asked again under the same `key`, it is still one message."""

    person: int
    kind: Kind
    purpose: str
    cause: Cause
    key: str
    asked_by: str  # "journey:<name>", "staff:<id>", or the stage that asks
    letter: Templated | WrittenWords
    channel: str = "email"


def message_of(
    request: Request, *, person: Person, playbook: Playbook, now: datetime, decision: Decision | None = None
) -> Message:
    """Return the message of a request, not yet stored, as it waits for a worker.

    People of the sample get one that nothing ever hands over. Its Message-ID is the same however often it is made.
    """
    letter, purpose = request.letter, playbook.purposes.get(request.purpose)
    signed_by = letter.sender or _sender_of(letter, playbook)
    sender = playbook.company.senders.get(signed_by)
    made = Message(
        **asked(request.cause, key=request.key, kind=request.kind, by=request.asked_by),
        decision=decision,
        public_id=uuid7(to_us(now), token_bytes(10)),
        person=person,
        channel=request.channel,
        purpose=request.purpose,
        is_marketing=purpose.marketing if purpose else True,
        may_repeat=purpose is not None and purpose.basis in ("contract", "legal_obligation"),
        signed_by=signed_by,
        message_id_header=message_id_of(
            decision.key if decision else f"request:{request.key}", sender.email if sender else ""
        ),
    )
    if isinstance(letter, Templated):
        made.template, made.survey = letter.template, letter.survey
        made.given = {"values": dict(letter.values)} if letter.values else {}
    else:
        made.subject, made.given = letter.subject, {"subject": letter.subject, "body": letter.body}
    return queued(made, now)


def _sender_of(letter: Templated | WrittenWords, playbook: Playbook) -> str:
    template = playbook.templates.get(letter.template) if isinstance(letter, Templated) else None
    return template.sender if template else ""


def asked(cause: Cause, *, key: str, kind: Kind, by: str) -> dict[str, str]:
    """Return the columns of a message that say what was asked."""
    return {"key": key, "kind": kind.word, "cause_kind": cause.kind, "cause_id": cause.id, "asked_by": by[:80]}


def asked_by_decision(decision: Decision, kind: Kind) -> dict[str, str]:
    """Return the same for a go-decision of a journey."""
    return asked(cause_of(decision), key=key_of(decision), kind=kind, by=f"journey:{decision.journey}")


def cause_of(decision: Decision) -> Cause:
    """Return a decision as the cause of what it asks for."""
    return Cause(DECISION, str(decision.id))


def key_of(decision: Decision) -> str:
    """Return the key of what a decision asks for."""
    return f"{DECISION}:{decision.id}"


def queued(made: Message, now: datetime) -> Message:
    """Return the message as it waits for a worker; people of the sample get one that nothing ever hands over."""
    made.state = Message.State.SAMPLE if made.person.is_sample else Message.State.QUEUED
    made.queued_at = made.due_at = now
    return made
