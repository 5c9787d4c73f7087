"""Finds what a message is written from: its template, who signs, the language, and the consented values to fill in.

1. Only fields the purpose allows are handed to the template; one that asks for more is refused (the check says so
   earlier, this is the same rule at the moment of use).
2. The language is the person's if the letter is written in it, else the company's.

How it is set is the channel's own (`channels/<name>/`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from regard.act.addresses import referral_code
from regard.act.known.offered import Product, offered_products
from regard.act.known.people import LetterFacts
from regard.act.models import Message
from regard.kernel.issues import Issue, Refused
from regard.playbooks.checks.templates import PURCHASES, allowed_fields
from regard.playbooks.company import Sender
from regard.playbooks.letters.language import LetterError, Use, uses_of
from regard.playbooks.letters.templates import Template, choose_language
from regard.playbooks.model import Playbook
from regard.playbooks.steps import Step


@dataclass(frozen=True, slots=True)
class Material:
    """What a message is written from: its template, who signs it, in which language, filled with which values."""

    template: Template
    sender: Sender
    language: str
    values: dict[str, object]
    products: tuple[Product, ...]


def letter_of(step: Step, playbook: Playbook) -> tuple[str, str, str]:
    """Return (template, survey, sender) of a step that sends or asks, by their names in the playbook; '' for none."""
    survey = str(getattr(step, "survey", None) or "")
    asked = playbook.surveys.get(survey)
    name = str(getattr(step, "template", None) or (asked.template if asked else ""))
    template = playbook.templates.get(name)
    return name, survey, str(getattr(step, "sender", None) or (template.sender if template else ""))


def material_of(message: Message, playbook: Playbook, known: LetterFacts) -> Material:
    """Return what a message is written from, by what is known of its person. Raises Refused where it may not be used."""
    template = playbook.templates.get(message.template)
    if template is None:
        raise Refused(Issue(f"templates.{message.template}", "is not in the active playbook", code="no_template"))
    sender = signer_of(message, playbook)
    refuse_forbidden_fields(template, playbook, message.template)
    spoken = str(known.fields.get("language") or "")
    language = choose_language(template.languages, spoken, playbook.company.language)
    products = _products(template, playbook, language, known)
    values = _values(message, template, playbook, sender, language, known) | {
        "products": [{"name": p.name, "price": p.price, "url": p.url} for p in products]
    }
    return Material(template, sender, language, values, products)


def signer_of(message: Message, playbook: Playbook) -> Sender:
    """Return who signs a message. Raises Refused where the playbook has no such sender."""
    template = playbook.templates.get(message.template)
    signer = message.signed_by or (template.sender if template else "")
    sender = playbook.company.senders.get(signer)
    if sender is None:
        where = f"templates.{message.template}.sender" if message.template else f"senders.{signer}"
        raise Refused(Issue(where, "is not in the active playbook", code="no_sender"))
    return sender


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


def _products(template: Template, playbook: Playbook, language: str, known: LetterFacts) -> tuple[Product, ...]:
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
    known: LetterFacts,
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
        "survey": {"question": text_in(survey.question, language, playbook) if survey else ""},
        "referral": {"code": referral_code(message.person.public_id)},
        "request": message.given.get("values", {}),
    }


def text_in(texts: dict[str, str], language: str, playbook: Playbook) -> str:
    """Return the text in the letter's language, else the company's, else nothing."""
    return texts.get(language) or texts.get(playbook.company.language, "")
