"""Makes the letter of a message: the template's words, the person's consented fields, products, links and footer.

1. Only fields the purpose allows are handed to the template; one that asks for more is refused (the check says so
   earlier, this is the same rule at the moment of use).
2. The language is the person's if the letter is written in it, else the company's.
3. Text and HTML are set from the same blocks; each link is kept and gets an address of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from babel.core import UnknownLocaleError
from babel.dates import format_date

from regard.act.about_people import Known
from regard.act.addresses import (
    click_address,
    open_address,
    preferences_address,
    referral_code,
    survey_address,
    unsubscribe_address,
)
from regard.act.channels.email.letter import Footer, Letter, Links, Product, Scale
from regard.act.channels.email.typeset import set_html, set_text
from regard.act.channels.email.words import words
from regard.act.models import Message
from regard.act.offered import offered_products
from regard.kernel.issues import Issue, Refused
from regard.playbooks.checks.templates import PURCHASES, allowed_fields
from regard.playbooks.company import Sender
from regard.playbooks.letters.language import LetterError, Use, blocks, fill, fill_line, uses_of, written
from regard.playbooks.letters.templates import Template, choose_language
from regard.playbooks.model import Playbook
from regard.playbooks.steps import Step


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter as it would leave: who signs, its words, and the links to keep."""

    language: str
    sender: Sender
    subject: str
    text: str
    html: str
    links: tuple[str, ...]


def letter_of(step: Step, playbook: Playbook) -> tuple[str, str, str]:
    """Return (template, survey, sender) of a step that sends or asks, by their names in the playbook; '' for none."""
    survey = str(getattr(step, "survey", None) or "")
    asked = playbook.surveys.get(survey)
    name = str(getattr(step, "template", None) or (asked.template if asked else ""))
    template = playbook.templates.get(name)
    return name, survey, str(getattr(step, "sender", None) or (template.sender if template else ""))


def draft_message(message: Message, playbook: Playbook, known: Known) -> Draft:
    """Return the letter of a message, from what is known of its person. Raises Refused where it may not be written so."""
    return _from_template(message, playbook, known) if message.template else _as_written(message, playbook, known)


def _as_written(message: Message, playbook: Playbook, known: Known) -> Draft:
    """Return the words a colleague wrote for this one person, with sender and footer; nothing in them is tracked."""
    sender = playbook.company.senders.get(message.signed_by)
    if sender is None:
        raise Refused(Issue(f"senders.{message.signed_by}", "is not in the active playbook", code="no_sender"))
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
    return Draft(language, sender, letter.subject, set_text(letter, links), html, tuple(links.urls))


def _from_template(message: Message, playbook: Playbook, known: Known) -> Draft:
    template = playbook.templates.get(message.template)
    if template is None:
        raise Refused(Issue(f"templates.{message.template}", "is not in the active playbook", code="no_template"))
    sender = playbook.company.senders.get(message.signed_by or template.sender)
    if sender is None:
        raise Refused(
            Issue(
                f"templates.{message.template}.sender",
                "is not in the active playbook",
                code="no_sender",
            )
        )
    refuse_forbidden_fields(template, playbook, message.template)
    spoken = str(known.fields.get("language") or "")
    language = choose_language(template.languages, spoken, playbook.company.language)
    products = _products(template, playbook, language, known)
    values = _values(message, template, playbook, sender, language, known) | {
        "products": [{"name": p.name, "price": p.price, "url": p.url} for p in products]
    }
    try:
        letter = _letter(message, template, playbook, sender, language, values, products)
    except LetterError as error:
        raise Refused(Issue(f"templates.{message.template}.letter.{language}", str(error), line=error.line)) from None
    links = Links((lambda position: click_address(message.public_id, position)) if template.track else None)
    html = set_html(letter, links)
    return Draft(language, sender, letter.subject, set_text(letter, links), html, tuple(links.urls))


def refuse_forbidden_fields(template: Template, playbook: Playbook, name: str) -> None:
    """Raise Refused with every field the template uses and its purpose does not allow."""
    allowed = allowed_fields(playbook, template.purpose)
    issues = []
    for part in ("subject", "preheader", "letter", "sign_off"):
        for language, text in getattr(template, part).items():
            for use in _uses(text, f"templates.{name}.{part}.{language}"):
                field = ".".join(use.path[1:])
                if use.path[0] in ("person", "trait") and field not in allowed:
                    where = f"templates.{name}.{part}.{language}"
                    message = f"the purpose '{template.purpose}' does not allow '{field}'"
                    issues.append(Issue(where, message, line=use.line, code="field_not_allowed"))
    if template.products and PURCHASES not in allowed:
        issues.append(
            Issue(
                f"templates.{name}.products",
                f"the purpose '{template.purpose}' does not allow '{PURCHASES}'",
                code="field_not_allowed",
            )
        )
    if issues:
        raise Refused(*issues)


_uses_of = lru_cache(maxsize=256)(uses_of)  # a template's texts, asked about for every letter


def _uses(text: str, where: str) -> tuple[Use, ...]:
    try:
        return _uses_of(text)
    except LetterError as error:
        raise Refused(Issue(where, str(error), line=error.line)) from None


def _products(template: Template, playbook: Playbook, language: str, known: Known) -> tuple[Product, ...]:
    if template.products is None or known.shelf is None:
        return ()
    currency = playbook.company.currency
    return offered_products(known.owned, known.shelf, template.products, language=language, currency=currency)


def _values(
    message: Message,
    template: Template,
    playbook: Playbook,
    sender: Sender,
    language: str,
    known: Known,
) -> dict[str, object]:
    allowed = allowed_fields(playbook, template.purpose)
    fields, traits = known.fields, known.traits
    survey = playbook.surveys.get(message.survey)
    return {
        "person": {name: fields[name] for name in allowed if name in fields},
        "trait": {name: traits[name] for name in allowed if name in traits},
        "company": {
            "name": playbook.company.name,
            "postal_address": playbook.company.postal_address,
        },
        "sender": {
            "name": sender.name,
            "first_name": sender.name.split(" ")[0],
            "title": sender.title,
            "email": sender.email,
        },
        "survey": {"question": _in(survey.question, language, playbook) if survey else ""},
        "referral": {"code": referral_code(message.person.public_id)},
        "request": message.given.get("values", {}),
    }


def _letter(
    message: Message,
    template: Template,
    playbook: Playbook,
    sender: Sender,
    language: str,
    values: dict[str, object],
    products: tuple[Product, ...],
) -> Letter:
    preheader = _in(template.preheader, language, playbook)
    return Letter(
        language=language,
        subject=fill_line(template.subject[language], values),
        preheader=fill_line(preheader, values) if preheader else "",
        blocks=blocks(fill(template.letter[language], values)),
        sign_off=fill_line(_in(template.sign_off, language, playbook), values),
        sender_name=sender.name,
        sender_title=sender.title,
        footer=_footer(message, playbook, language),
        products=products,
        scale=_scale(message, playbook, language),
        pixel=open_address(message.public_id) if template.track else "",
    )


def _scale(message: Message, playbook: Playbook, language: str) -> Scale | None:
    survey = playbook.surveys.get(message.survey)
    if survey is None:
        return None
    answers = tuple((score, survey_address(message.public_id, score)) for score in survey.scale)
    return Scale(answers, _in(survey.low, language, playbook), _in(survey.high, language, playbook))


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


def _in(texts: dict[str, str], language: str, playbook: Playbook) -> str:
    """Return the text in the letter's language, else the company's, else nothing."""
    return texts.get(language) or texts.get(playbook.company.language, "")
