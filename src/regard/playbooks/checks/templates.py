"""The check of templates and surveys: fields within their purpose, brand rules, every language, every mark in place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

from regard.kernel.issues import Issue, Level
from regard.playbooks.letters.language import MARKS, LetterError, Use, fill, uses_of
from regard.playbooks.letters.templates import Template
from regard.playbooks.model import Playbook

NO_REPLY = re.compile(r"^(?:no|do|dont|donot|never)[-_.]?(?:not[-_.]?)?(?:reply|answer|respond)", re.IGNORECASE)
_ALWAYS = {
    "company": {"name", "postal_address"},
    "sender": {"name", "first_name", "title", "email"},
    "survey": {"question"},
    "referral": {"code"},
    "products": set(),
}
REQUEST = "request"  # values of a letter that is asked for outside journeys
PURCHASES = "orders"  # the field a purpose allows when fitting products may be worked out from past orders


def template_issues(playbook: Playbook) -> list[Issue]:
    """Return every mistake in the playbook's templates and surveys.

    `where` is the dotted path to the text; `line` counts inside that text, and the loader adds the file's line.
    """
    issues: list[Issue] = []
    for name, template in playbook.templates.items():
        where = f"templates.{name}"
        issues += _sender_issues(playbook, template, where)
        issues += _language_issues(playbook, template, where)
        issues += _product_issues(playbook, template, where)
        for part in ("subject", "preheader", "letter", "sign_off"):
            for language, text in getattr(template, part).items():
                issues += _text_issues(playbook, template, text, f"{where}.{part}.{language}")
    for name in playbook.surveys:
        issues += _survey_issues(playbook, name)
    return issues


def allowed_fields(playbook: Playbook, purpose: str) -> frozenset[str]:
    """Return the fields and traits a purpose may use; none for a purpose that is not declared."""
    declared = playbook.purposes.get(purpose)
    return frozenset(declared.fields) if declared else frozenset()


def values_of(template: Template) -> set[str]:
    """Return the names of what whoever asks for a letter must tell it. A text that cannot be read says none."""
    parts = (template.subject, template.preheader, template.letter, template.sign_off)
    uses = (use for part in parts for text in part.values() for use in _uses(text))
    return {use.path[1] for use in uses if use.path[0] == REQUEST and len(use.path) > 1 and not use.has_default}


def _uses(text: str) -> tuple[Use, ...]:
    try:
        return uses_of(text)
    except LetterError:
        return ()  # an issue of its own


def _sender_issues(playbook: Playbook, template: Template, where: str) -> Iterator[Issue]:
    sender = playbook.company.senders.get(template.sender)
    if template.purpose not in playbook.purposes:
        yield Issue(
            f"{where}.purpose",
            f"unknown purpose '{template.purpose}'",
            _near(template.purpose, playbook.purposes),
        )
    elif template.channel not in playbook.purposes[template.purpose].channels:
        yield Issue(
            f"{where}.purpose",
            f"the purpose '{template.purpose}' is not agreed to for {template.channel}",
            f"add '{template.channel}' to its channels",
        )
    if sender is None:
        yield Issue(
            f"{where}.sender",
            f"unknown sender '{template.sender}'",
            _near(template.sender, playbook.company.senders),
        )
    elif NO_REPLY.match(sender.email.split("@")[0]):
        yield Issue(
            f"{where}.sender",
            f"'{sender.email}' tells people not to answer",
            "a letter comes from a named human who reads the replies",
            code="no_reply",
        )
    elif " " not in sender.name.strip():
        yield Issue(
            f"{where}.sender",
            f"'{sender.name}' is not a full name",
            "sign with a person's first and last name",
            level=Level.WARNING,
        )


def _language_issues(playbook: Playbook, template: Template, where: str) -> Iterator[Issue]:
    home = playbook.company.language
    for part in ("subject", "letter"):
        texts = getattr(template, part)
        if home not in texts:
            yield Issue(
                f"{where}.{part}",
                f"has no text in the company's language '{home}'",
                code="missing_translation",
            )
    everywhere = set(template.subject) | set(template.letter)
    for part in ("subject", "letter", "sign_off", "preheader"):
        texts = getattr(template, part)
        missing = sorted(everywhere - set(texts)) if texts or part in ("subject", "letter") else []
        for language in missing:
            if language != home or part in ("sign_off", "preheader"):
                yield Issue(
                    f"{where}.{part}",
                    f"is missing in '{language}'",
                    f"people who read '{language}' get the letter in another language",
                    level=Level.WARNING,
                    code="missing_translation",
                )


def _product_issues(playbook: Playbook, template: Template, where: str) -> Iterator[Issue]:
    marked = any("[products]" in text for text in template.letter.values())
    if template.products and PURCHASES not in allowed_fields(playbook, template.purpose):
        yield Issue(
            f"{where}.products",
            f"the purpose '{template.purpose}' does not allow '{PURCHASES}'",
            "fitting products are worked out from past orders: let the purpose use them, or leave products out",
            code="field_not_allowed",
        )
    if template.products and not marked:
        yield Issue(
            f"{where}.products",
            "no letter says where the products go",
            "put [products] in a paragraph of its own",
        )
    if marked and not template.products:
        yield Issue(
            f"{where}.letter",
            "[products] needs 'products:' in the template",
            "add products: {limit: 3}",
        )


def _text_issues(playbook: Playbook, template: Template, text: str, where: str) -> Iterator[Issue]:
    try:
        uses = uses_of(text)
        fill(text, {})  # a filter that does not exist only shows when it is used
    except LetterError as error:
        yield Issue(where, str(error), line=error.line)
        return
    for use in uses:
        yield from _use_issues(playbook, template, use, where)
    yield from _phrase_issues(playbook, text, where)
    for mark in re.finditer(r"^\s*\[([a-z]+)\]\s*$", text, re.MULTILINE):
        if mark[1] not in MARKS:
            line = text.count("\n", 0, mark.start(1)) + 1
            yield Issue(where, f"unknown block [{mark[1]}]", _near(mark[1], MARKS), line=line)


def _phrase_issues(playbook: Playbook, text: str, where: str) -> Iterator[Issue]:
    """Yield the words people read that the company does not use."""
    lowered = text.lower()
    for phrase in playbook.company.banned_phrases:
        at = lowered.find(phrase.lower())
        if at >= 0:
            yield Issue(
                where,
                f"'{phrase}' is not how we speak",
                "say it as you would to a friend",
                line=text.count("\n", 0, at) + 1,
                code="banned_phrase",
            )


def _use_issues(playbook: Playbook, template: Template, use: Use, where: str) -> Iterator[Issue]:
    space, name = use.path[0], ".".join(use.path[1:])
    if space in ("person", "trait"):
        allowed = allowed_fields(playbook, template.purpose)
        if name not in allowed:
            yield Issue(
                where,
                f"the purpose '{template.purpose}' does not allow '{name}'",
                _near(name, allowed) or f"add '{name}' to the fields of the purpose, if people were told so",
                line=use.line,
                code="field_not_allowed",
            )
        elif not use.has_default:
            yield Issue(
                where,
                f"'{space}.{name}' may be missing",
                'say what stands there then: | default: "..."',
                line=use.line,
                level=Level.WARNING,
            )
    elif space == REQUEST:  # told by whoever asks for the letter; `requests.ask` refuses one that tells too little
        if len(use.path) != 2:
            yield Issue(where, f"unknown value '{'.'.join(use.path)}'", f"{REQUEST}.<name>", line=use.line)
    elif space not in _ALWAYS:
        yield Issue(
            where,
            f"unknown value '{'.'.join(use.path)}'",
            _near(space, [*_ALWAYS, "person", "trait", REQUEST]),
            line=use.line,
        )
    elif len(use.path) > 1 and space != "products" and use.path[1] not in _ALWAYS[space]:
        yield Issue(
            where,
            f"unknown value '{'.'.join(use.path)}'",
            _near(use.path[1], _ALWAYS[space]),
            line=use.line,
        )


def _survey_issues(playbook: Playbook, name: str) -> Iterator[Issue]:
    survey, where = playbook.surveys[name], f"surveys.{name}"
    template = playbook.templates.get(survey.template)
    if survey.purpose not in playbook.purposes:
        yield Issue(
            f"{where}.purpose",
            f"unknown purpose '{survey.purpose}'",
            _near(survey.purpose, playbook.purposes),
        )
    if template is None:
        yield Issue(
            f"{where}.template",
            f"unknown template '{survey.template}'",
            _near(survey.template, playbook.templates),
        )
    elif template.purpose != survey.purpose:
        yield Issue(
            f"{where}.purpose",
            f"is '{survey.purpose}', but its mail is for '{template.purpose}'",
            "use one purpose for both",
        )
    elif not all("[scores]" in text for text in template.letter.values()):
        yield Issue(
            f"{where}.template",
            "its letter has no [scores]",
            "put [scores] in a paragraph of its own",
        )
    home = playbook.company.language
    for part in ("question", "low", "high", "follow_up"):
        for language, text in getattr(survey, part).items():
            yield from _phrase_issues(playbook, text, f"{where}.{part}.{language}")
        if home not in getattr(survey, part):
            yield Issue(
                f"{where}.{part}",
                f"has no text in the company's language '{home}'",
                code="missing_translation",
            )


def _near(word: str, known: object) -> str:
    near = get_close_matches(word, sorted(known), n=1)  # type: ignore[call-overload]
    return f"did you mean '{near[0]}'?" if near else ""
