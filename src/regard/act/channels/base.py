"""What every channel says of itself, and the words all of them share: a draft, a transport, what became of a hand-over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import TracebackType
from typing import Any, Protocol, Self

from regard.act.known.people import LetterFacts
from regard.act.models import Message
from regard.collect.deeds import Deed
from regard.decide.contracts import sent_key
from regard.kernel.ids import public_id
from regard.playbooks.model import Playbook
from regard.playbooks.vocabulary import MESSAGE_SENT, SURVEY_ASKED

PREFIX = "msg"
PAUSES = (1, 5, 15, 60, 180, 360, 720)  # minutes after each deferral; one try more than there are pauses

Clock = Callable[[], datetime]


class Outcome(StrEnum):
    """What became of a hand-over."""

    SENT = "sent"
    REFUSED = "refused"
    DEFERRED = "deferred"  # known not to have left
    UNKNOWN = "unknown"  # handed over, and no answer


@dataclass(frozen=True, slots=True)
class Handed:
    """The outcome, the other side's words for people to read, and how long it asked to be left alone, in seconds."""

    outcome: Outcome
    note: str
    rest_s: int = 0


class Unfit(Exception):
    """A message the channel cannot carry as it stands; it says why, without the address."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A message as it would leave: who it says it is from, its words, and the links to keep."""

    language: str
    sender: str
    subject: str
    text: str
    html: str = ""
    links: tuple[str, ...] = ()


class Transport(Protocol):
    """Hands one message over at a time; used as a context, so that a connection is let go of."""

    @property
    def name(self) -> str:
        """What the outbox shows: the server, or that nothing left."""

    def hand_over(self, *, sender: str, receiver: str, mail: bytes) -> Handed:
        """Hand over and say what became of it; never raises for what the other side does."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class InTurn:
    """The lane of letters: one after the other in the worker's own thread, over one transport a batch.

    `pack(message, draft, playbook, at)` returns what the transport takes. Raises Unfit, or Refused.
    """

    pack: Callable[[Message, Draft, Playbook, datetime], bytes]
    open_transport: Callable[[], Transport]


@dataclass(frozen=True, slots=True)
class OwnLane:
    """A lane of the channel's own: `send(playbook=, worker=, clock=, lanes=)` claims, begins, and returns how many."""

    send: Callable[..., int]


_ACTORS = {Message.Kind.REPLY.value: "staff"}  # a colleague wrote it: a human was in touch


def letter_deeds(message: Message) -> list[Deed]:
    """Return what the log is told of a message that reached a person: what was sent, and what it asked."""
    person, key = message.person_id, message.public_id.hex
    named = public_id(PREFIX, message.public_id)
    about: dict[str, Any] = {
        "message": named,
        "purpose": message.purpose,
        "template": message.template,
        "marketing": message.is_marketing,
        "subject": message.subject,
        "language": message.language,
    }
    channel, actor, sent = message.channel, "", f"sent:{key}"
    if message.decision_id is None:  # it says what it was, so that caps count it and the timeline tells it
        sent, actor = sent_key(message.kind, key), _ACTORS.get(message.kind, "")
        about |= {
            "kind": message.kind,
            "cause": f"{message.cause_kind}:{message.cause_id}",
            "asked_by": message.asked_by,
        }
    deeds = [Deed(person=person, kind=MESSAGE_SENT, key=sent, channel=channel, actor=actor, properties=about)]
    if message.survey:
        asked = {"survey": message.survey, "message": named}
        deeds.append(Deed(person=person, kind=SURVEY_ASKED, key=f"asked:{key}", channel=channel, properties=asked))
    return deeds


@dataclass(frozen=True, slots=True)
class Carrier:
    """How one channel's messages go from their claim to the log; what reaches whom is in `playbooks/channels.py`.

    `draft(message, playbook, known)` returns the words from what is known of the person now. Raises Refused where the
    template may not be used. `spread` is the share of a pause by which tries that failed together are drawn apart.
    """

    draft: Callable[[Message, Playbook, LetterFacts], Draft]
    lane: InTurn | OwnLane
    deeds: Callable[[Message], list[Deed]] = letter_deeds
    pauses: tuple[int, ...] = PAUSES
    spread: float = 0.0
