"""Asking for a message outside journeys: a colleague's answer, a statement, a double opt-in. Each key is one message.

What can be seen to be wrong is refused at once, with every mistake. Whether it may go is not said here: the claim
judges it, by the guardrails its kind is asked, and a no stays in the outbox with its reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from regard.act.models import Message
from regard.act.requests import Cause, Request, Templated, WrittenWords, message_of
from regard.collect.models import Touchpoint
from regard.consent.services import lock_people
from regard.consent.vocabulary import VOCABULARY as CONSENT_WORDS
from regard.engine.journeys.kinds import MARKETING, MESSAGES, Kind
from regard.identify.models import Person
from regard.identify.selectors import origins_of
from regard.kernel.issues import Issue, Refused
from regard.playbooks.channels import BY_NAME
from regard.playbooks.checks.templates import REQUEST, values_of
from regard.playbooks.letters.language import LetterError, written
from regard.playbooks.model import Playbook
from regard.playbooks.vocabulary import EMAIL_LINK_CLICKED, EMAIL_OPENED, SURVEY_ANSWERED

LONGEST_SUBJECT = 200
TOUCHPOINT = "touchpoint"  # the kind of cause a reply has
# Where people speak to us; what pictures, links and pages of ours tell of them is nobody's question.
SPEAKS = Q(channel__in=[one.name for one in BY_NAME.values() if one.is_answered]) | Q(name=SURVEY_ANSWERED.name)
_UNSAID = (EMAIL_OPENED, EMAIL_LINK_CLICKED, *CONSENT_WORDS)


@dataclass(frozen=True, slots=True)
class MessageAsked:
    """The message of a request, and whether this asking made it."""

    message: int
    public_id: UUID
    is_new: bool


def ask(*, request: Request, playbook: Playbook, now: datetime) -> MessageAsked:
    """Queue the message of a request; in force when it returns. Asked again under its key, it is the same message.

    Who asks a survey lets `listen.invite_asked` run in the same transaction. Raises Refused where what is asked for
    cannot be sent by anybody: an unknown purpose, template or sender, words that are missing.
    """
    if request.kind not in MESSAGES:
        raise ValueError(f"{request.kind!r} is no message")
    if mistakes := list(_mistakes(request, playbook)):
        raise Refused(*mistakes)
    with transaction.atomic():
        lock_people([request.person])
        person = Person.objects.filter(id=request.person).first()
        if person is None:
            raise Refused(Issue("person", "there is no such person", code="not_found"))
        made = message_of(request, person=person, playbook=playbook, now=now)
        Message.objects.bulk_create([made], ignore_conflicts=True)
        kept = Message.objects.only("id", "public_id", "person_id").get(key=request.key)
        if kept.person_id not in origins_of(request.person):
            raise Refused(Issue("key", "was used for a message to somebody else", code="key_reused"))
    return MessageAsked(kept.pk, kept.public_id, kept.public_id == made.public_id)


def ask_reply(
    *, person: int, answers: int, purpose: str, letter: WrittenWords, by: str, playbook: Playbook, now: datetime
) -> MessageAsked:
    """Queue a colleague's answer to what a person said: the touchpoint numbered `answers`. `by`: "staff:<id>".

    The same words to the same touchpoint are one message. Raises Refused, also where the person said no such thing: a
    reply is asked no consent, so it must be one.
    """
    told = Touchpoint.objects.filter(seq=answers, origin__in=origins_of(person), direction="in", actor="customer")
    if not told.filter(SPEAKS).exclude(name__in=[kind.name for kind in _UNSAID]).exists():
        raise Refused(Issue("answers", "the person said no such thing to us", code="nothing_to_answer"))
    words = blake2b(f"{letter.subject}\n{letter.body}".encode(), digest_size=12).hexdigest()
    request = Request(
        person=person,
        kind=Kind.REPLY,
        purpose=purpose,
        cause=Cause(TOUCHPOINT, str(answers)),
        key=f"reply:{answers}:{words}",
        asked_by=by,
        letter=letter,
    )
    return ask(request=request, playbook=playbook, now=now)


def _mistakes(request: Request, playbook: Playbook) -> Iterator[Issue]:
    purpose, channel = playbook.purposes.get(request.purpose), BY_NAME.get(request.channel)
    if purpose is None:
        yield Issue("purpose", f"there is no purpose '{request.purpose}'", code="unknown_purpose")
    elif purpose.marketing and request.kind not in MARKETING:
        words = f"'{request.purpose}' is for marketing: no {request.kind.word} goes under it"
        yield Issue("purpose", words, code="wrong_kind")
    if channel is None or not (channel.is_carried and channel.reaches_people):
        yield Issue("channel", f"nothing carries messages by {request.channel}", code="unknown_channel")
    letter = request.letter
    if isinstance(letter, WrittenWords):
        yield from _mistakes_of_words(letter)
    else:
        yield from _mistakes_of_template(request, letter, playbook)
    if letter.sender not in playbook.company.senders and not (isinstance(letter, Templated) and not letter.sender):
        yield Issue("sender", f"there is no sender '{letter.sender}'", code="no_sender")


def _mistakes_of_words(letter: WrittenWords) -> Iterator[Issue]:
    if not letter.subject.strip() or len(letter.subject) > LONGEST_SUBJECT or not letter.subject.isprintable():
        yield Issue("subject", f"is one line of up to {LONGEST_SUBJECT} characters", code="no_subject")
    if not letter.body.strip():
        yield Issue("body", "says nothing", code="no_words")
    try:
        written(letter.body)
    except LetterError as error:
        yield Issue("body", str(error), line=error.line)


def _mistakes_of_template(request: Request, letter: Templated, playbook: Playbook) -> Iterator[Issue]:
    template = playbook.templates.get(letter.template)
    if template is None:
        yield Issue("template", f"there is no template '{letter.template}'", code="no_template")
        return
    if template.purpose != request.purpose:
        words = f"'{letter.template}' was written for the purpose '{template.purpose}', not '{request.purpose}'"
        yield Issue("template", words, code="wrong_purpose")
    if (request.kind is Kind.SURVEY) != (letter.survey in playbook.surveys):
        yield Issue("survey", "a survey, and only a survey, asks one of the playbook", code="unknown_survey")
    for name in sorted(values_of(template) - letter.values.keys()):
        yield Issue(f"values.{name}", f"'{letter.template}' speaks of {REQUEST}.{name}", code="missing_value")
