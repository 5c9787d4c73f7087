"""send, ask: a request for a message, written when it is handed over."""

from __future__ import annotations

from regard.act.drafting import letter_of
from regard.act.requests import Request, Templated, cause_of, key_of, message_of
from regard.act.services.acts.base import Going, Made
from regard.engine.journeys.kinds import message_kind
from regard.playbooks.steps.message import MessageStep


def carry_out(step: MessageStep, going: Going) -> Made:
    """Return the message of a step that reaches the person on a channel."""
    decision, playbook = going.decision, going.playbook
    template, survey, signed_by = letter_of(step, playbook)
    request = Request(
        person=decision.person_id,
        kind=message_kind(playbook.purposes.get(decision.purpose), step.act),
        purpose=decision.purpose,
        channel=decision.channel or "email",
        cause=cause_of(decision),
        key=key_of(decision),
        asked_by=f"journey:{decision.journey}",
        letter=Templated(template, signed_by, survey),
    )
    made = message_of(request, person=decision.person, playbook=playbook, now=going.now, decision=decision)
    return Made(message=made)
