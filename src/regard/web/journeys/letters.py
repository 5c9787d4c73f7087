"""Words: every letter of a journey in every language, as somebody receives it and as it is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render

from regard.act.drafting import letter_of
from regard.act.services.preview import preview_letter
from regard.decide.selectors import enrolled_in
from regard.identify.selectors import find_person
from regard.kernel.issues import Refused
from regard.playbooks.journeys import Journey
from regard.playbooks.letters.templates import Template
from regard.playbooks.model import Playbook
from regard.playbooks.steps import Step
from regard.staff.permissions import Capability
from regard.web.access import StaffRequest, page
from regard.web.framed import framed_letter
from regard.web.journeys.page import TABS, head_of
from regard.web.people import Shown, people_shown

NEWEST = 8  # people offered to read the letters as


@dataclass(frozen=True, slots=True)
class LetterShown:
    """One text in one language; `address` shows it as somebody receives it."""

    step: str
    name: str
    language: str
    subject: str
    words: str
    purpose: str
    signed_by: str
    address: str


def letters_of(slug: str, journey: Journey, playbook: Playbook, reader: str = "") -> list[LetterShown]:
    """Return the letters of a journey's steps in their order, each in every language it has."""
    return [
        _letter(slug, step, template, playbook, language, reader)
        for step, template in _sending(journey, playbook)
        for language in template.letter
    ]


def _letter(slug: str, step: Step, template: Template, playbook: Playbook, language: str, reader: str) -> LetterShown:
    sender = playbook.company.senders.get(letter_of(step, playbook)[2])
    purpose = playbook.purposes.get(template.purpose)
    asked = f"?{urlencode({'as': reader})}" if reader else ""
    return LetterShown(
        step.step,
        template.name,
        language,
        template.subject.get(language, ""),
        template.letter[language],
        purpose.name if purpose else template.purpose,
        f"{sender.name} <{sender.email}>" if sender else "",
        f"/journeys/{slug}/words/{step.step}/{language}/letter{asked}",
    )


def _sending(journey: Journey, playbook: Playbook) -> Iterator[tuple[Step, Template]]:
    """Yield every step that sends or asks, with its letter."""
    for step in journey.all_steps():
        if template := playbook.templates.get(letter_of(step, playbook)[0]):
            yield step, template


@page(Capability.SEE_JOURNEYS)
def journey_words(request: StaffRequest, slug: str) -> HttpResponse:
    """Show every text of a journey in every language, as one of those who came in lately receives it."""
    head = head_of(request, slug)
    readers = _readers(slug)
    reader = _asked_for(request, readers)
    context = {
        "head": head,
        "tabs": TABS,
        "tab": "words",
        "letters": letters_of(slug, head.journey, head.playbook, reader.public_id if reader else ""),
        "readers": readers,
        "reader": reader,
    }
    return render(request, "web/journey_words.html", context)


@page(Capability.SEE_OUTBOX)
def journey_letter(request: StaffRequest, slug: str, step: str, language: str) -> HttpResponse:
    """Serve one letter for the sandboxed frame."""
    head = head_of(request, slug)
    sending = {one.step: (one, letter) for one, letter in _sending(head.journey, head.playbook)}
    if step not in sending or language not in sending[step][1].letter:
        raise Http404
    asked = request.GET.get("as", "")
    try:
        draft = preview_letter(
            playbook=head.playbook,
            step=sending[step][0],
            language=language,
            person=find_person(asked) if asked else None,
        )
    except Refused as refused:
        return framed_letter("", f"This letter cannot be written: {refused}")
    return framed_letter(draft.html)


def _readers(slug: str) -> list[Shown]:
    people = list(dict.fromkeys(one.person_id for one in enrolled_in(slug, limit=3 * NEWEST)))
    shown = people_shown(people[:NEWEST])
    return list({one.id: one for one in (shown[p] for p in people[:NEWEST])}.values())


def _asked_for(request: StaffRequest, readers: list[Shown]) -> Shown | None:
    """Return whose letters to show: who is asked for, nobody for "nobody", else the newest who came in."""
    asked = request.GET.get("as", "")
    if not asked:
        return readers[0] if readers else None
    person = find_person(asked)
    return people_shown([person])[person] if person is not None else None
