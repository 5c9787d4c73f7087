"""send, ask: a message for the workers, written when it is handed over."""

from __future__ import annotations

from secrets import token_bytes

from regard.act.addresses import message_id_of
from regard.act.drafting import letter_of
from regard.act.models import Message
from regard.act.services.acts.base import Going, Made, queued
from regard.kernel.ids import uuid7
from regard.kernel.instant import to_us
from regard.playbooks.steps.message import MessageStep


def carry_out(step: MessageStep, going: Going) -> Made:
    """Return the message of a step that reaches the person on a channel."""
    decision, playbook = going.decision, going.playbook
    template, survey, signed_by = letter_of(step, playbook)
    sender = playbook.company.senders.get(signed_by)
    purpose = playbook.purposes.get(decision.purpose)
    made = Message(
        decision=decision,
        public_id=uuid7(to_us(going.now), token_bytes(10)),
        person=decision.person,
        channel=decision.channel or "email",
        purpose=decision.purpose,
        is_marketing=purpose.marketing if purpose else True,
        may_repeat=purpose is not None and purpose.basis in ("contract", "legal_obligation"),
        template=template,
        survey=survey,
        signed_by=signed_by,
        message_id_header=message_id_of(decision.key, sender.email if sender else ""),
    )
    return Made(message=queued(made, going.now))
