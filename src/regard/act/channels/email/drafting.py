"""The letter of a message by e-mail: the template's words, products, scale, links and footer, set as text and HTML.

Both parts are set from the same blocks; each link is kept and gets an address of its own.
"""

from __future__ import annotations

from datetime import datetime

from babel.core import UnknownLocaleError
from babel.dates import format_date

from regard.act.addresses import (
    click_address,
    open_address,
    preferences_address,
    survey_address,
    unsubscribe_address,
)
from regard.act.channels.base import Draft
from regard.act.channels.email.letter import Footer, Letter, Links, Scale
from regard.act.channels.email.mime import MailEnvelope, build_mail
from regard.act.channels.email.typeset import set_html, set_text
from regard.act.drafting import Material, material_of, signer_of, text_in
from regard.act.known.people import LetterFacts
from regard.act.models import Message
from regard.act.words import words
from regard.kernel.issues import Issue, Refused
from regard.playbooks.letters.language import LetterError, blocks, fill, fill_line, written
from regard.playbooks.model import Playbook


def draft_letter(message: Message, playbook: Playbook, known: LetterFacts) -> Draft:
    """Return the letter of a message, from what is known of its person. Raises Refused where it may not be written so."""
    return _from_template(message, playbook, known) if message.template else _as_written(message, playbook, known)


def _as_written(message: Message, playbook: Playbook, known: LetterFacts) -> Draft:
    """Return the words a colleague wrote for this one person, with sender and footer; nothing in them is tracked."""
    sender = signer_of(message, playbook)
    language = str(known.fields.get("language") or playbook.company.language)
    try:
        paragraphs = written(str(message.given.get("body", "")))
    except LetterError as error:
        raise Refused(Issue("body", str(error), line=error.line)) from None
    letter = Letter(
        language=language,
        subject=str(message.given.get("subject", "")),
        preheader="",
        blocks=paragraphs,
        sign_off="",
        sender_name=sender.name,
        sender_title=sender.title,
        footer=_footer(message, playbook, language),
    )
    links = Links(None)
    html = set_html(letter, links)
    return Draft(language, sender.email, letter.subject, set_text(letter, links), html, tuple(links.urls))


def _from_template(message: Message, playbook: Playbook, known: LetterFacts) -> Draft:
    material = material_of(message, playbook, known)
    template, language = material.template, material.language
    try:
        letter = _letter(message, material, playbook)
    except LetterError as error:
        raise Refused(Issue(f"templates.{message.template}.letter.{language}", str(error), line=error.line)) from None
    links = Links((lambda position: click_address(message.public_id, position)) if template.track else None)
    html = set_html(letter, links)
    return Draft(language, material.sender.email, letter.subject, set_text(letter, links), html, tuple(links.urls))


def pack_mail(message: Message, draft: Draft, playbook: Playbook, at: datetime) -> bytes:
    """Return the mail of a letter. Raises UnfitAddress for an address that mail cannot be written to."""
    purpose = playbook.purposes.get(message.purpose)
    leave = unsubscribe_address(message.person.public_id, message.purpose, message.public_id)
    envelope = MailEnvelope(
        message_id=message.message_id_header or "",
        sender_name=signer_of(message, playbook).name,
        sender_email=draft.sender,
        receiver=message.address,
        subject=draft.subject,
        list_id=f"{message.purpose}.{draft.sender.rpartition('@')[2]}",
        list_name=purpose.name if purpose else message.purpose,
        unsubscribe=leave if can_be_left(message, playbook) else "",
        language=draft.language,
    )
    return build_mail(envelope, text=draft.text, html=draft.html, at=at)


def _letter(message: Message, material: Material, playbook: Playbook) -> Letter:
    template, sender, language, values = material.template, material.sender, material.language, material.values
    preheader = text_in(template.preheader, language, playbook)
    return Letter(
        language=language,
        subject=fill_line(template.subject[language], values),
        preheader=fill_line(preheader, values) if preheader else "",
        blocks=blocks(fill(template.letter[language], values)),
        sign_off=fill_line(text_in(template.sign_off, language, playbook), values),
        sender_name=sender.name,
        sender_title=sender.title,
        footer=_footer(message, playbook, language),
        products=material.products,
        scale=_scale(message, playbook, language),
        pixel=open_address(message.public_id) if template.track else "",
    )


def _scale(message: Message, playbook: Playbook, language: str) -> Scale | None:
    survey = playbook.surveys.get(message.survey)
    if survey is None:
        return None
    answers = tuple((score, survey_address(message.public_id, score)) for score in survey.scale)
    return Scale(answers, text_in(survey.low, language, playbook), text_in(survey.high, language, playbook))


def _footer(message: Message, playbook: Playbook, language: str) -> Footer:
    around, company = words(language), playbook.company
    purpose = playbook.purposes.get(message.purpose)
    name = purpose.words_in(language).name if purpose else message.purpose
    may_leave = can_be_left(message, playbook)
    leave = unsubscribe_address(message.person.public_id, message.purpose, message.public_id)
    return Footer(
        why=_why(message, around, name, company.name, language),
        preferences=(around["preferences"], preferences_address(message.person.public_id)),
        unsubscribe=(around["unsubscribe"].format(purpose=name), leave) if may_leave else None,
        company=company.name,
        postal_address=company.postal_address,
    )


def can_be_left(message: Message, playbook: Playbook) -> bool:
    """Say whether a letter offers to stop its like: not what belongs to an order, nor an answer somebody asked for."""
    purpose = playbook.purposes.get(message.purpose)
    return message.kind != Message.Kind.REPLY and (purpose is None or purpose.can_be_left)


def _why(message: Message, around: dict[str, str], purpose: str, company: str, language: str) -> str:
    basis = message.basis
    if message.kind == Message.Kind.REPLY:
        return around["why_reply"].format(company=company)
    if basis.get("basis") == "consent" and basis.get("occurred_at"):
        day = _day(datetime.fromisoformat(basis["occurred_at"]), language)
        return around["why_consent"].format(purpose=purpose, day=day)
    if basis.get("basis") == "consent":
        return around["why_agreed"].format(purpose=purpose)
    if basis.get("basis") in ("contract", "legal_obligation"):
        return around["why_contract"].format(company=company)
    return around["why_interest"].format(purpose=purpose, company=company)


def _day(at: datetime, language: str) -> str:
    try:
        return format_date(at, format="long", locale={"en": "en_GB"}.get(language, language.replace("-", "_")))
    except (UnknownLocaleError, ValueError):
        return format_date(at, format="long", locale="en_GB")
