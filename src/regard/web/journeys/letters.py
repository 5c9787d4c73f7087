"""Every text a journey sends or asks, by language, as it stands in the playbook."""

from __future__ import annotations

from dataclasses import dataclass

from regard.playbooks.journeys import Journey
from regard.playbooks.model import Playbook


@dataclass(frozen=True, slots=True)
class Letter:
    """One text in one language."""

    step: str
    name: str
    language: str
    subject: str
    words: str
    purpose: str
    signed_by: str


def letters_of(journey: Journey, playbook: Playbook) -> list[Letter]:
    """Return the letters of a journey's steps in their order, each in every language it has."""
    found: list[Letter] = []
    for step in journey.all_steps():
        template = playbook.templates.get(getattr(step, "template", "") or "")
        survey = playbook.surveys.get(getattr(step, "survey", "") or "")
        if template is None and survey is not None:
            template = playbook.templates.get(getattr(survey, "template", "") or "")
        if template is None:
            continue
        sender = playbook.company.senders.get(str(getattr(template, "sender", "")))
        for language, words in template.letter.items():
            found.append(
                Letter(
                    step.step,
                    template.name,
                    language,
                    template.subject.get(language, ""),
                    words,
                    template.purpose,
                    f"{sender.name} <{sender.email}>" if sender else "",
                )
            )
    return found
