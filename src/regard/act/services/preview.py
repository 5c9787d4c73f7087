"""A letter as somebody would receive it now, for colleagues who read a journey's words. Nothing is kept, nothing leaves.

Its links are signed for a person who does not exist: whoever follows one changes nobody's wishes.
"""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

from regard.act.channels.base import Draft
from regard.act.channels.registry import carrier_of
from regard.act.drafting import letter_of
from regard.act.known.people import LetterFacts, known_of
from regard.act.models import Message
from regard.identify.models import Person
from regard.playbooks.model import Playbook
from regard.playbooks.steps import Step


def preview_letter(*, playbook: Playbook, step: Step, language: str, person: int | None) -> Draft:
    """Return the letter of a step in a language, filled with what is known of a person (None: nothing is known).

    Raises Refused where the template may not be used, as the sending does.
    """
    known = LetterFacts() if person is None else known_of([person], buyers=[person])[person]
    spoken = replace(known, fields={**known.fields, "language": language})
    template, survey, sender = letter_of(step, playbook)
    asked_for = str(getattr(step, "purpose", ""))
    purpose = playbook.purposes.get(asked_for)
    message = Message(
        public_id=uuid4(),
        person=Person(public_id=uuid4()),
        channel=str(getattr(step, "channel", "")),
        template=template,
        survey=survey,
        signed_by=sender,
        purpose=asked_for,
        basis={"basis": purpose.basis} if purpose else {},
    )
    return carrier_of(message.channel).draft(message, playbook, spoken)
