"""What a webhook says: which step told it, about whom, and only those fields its purpose allows to leave the house."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from secrets import token_bytes
from typing import Any

from django.conf import settings

from regard.act.channels.webhook.signing import event_id
from regard.act.known.people import LetterFacts
from regard.act.models import Message
from regard.decide.models import Decision
from regard.identify.selectors import PREFIX
from regard.kernel.ids import public_id, uuid7
from regard.kernel.issues import Issue, Refused
from regard.playbooks.checks.templates import allowed_fields
from regard.playbooks.model import Playbook
from regard.playbooks.steps import Step
from regard.playbooks.steps.webhook import Webhook

CHANNEL = "webhook"
LARGEST_BODY = 64_000  # bytes


def make_call(decision: Decision, step: Webhook, *, asked: Mapping[str, str], queued_us: int) -> Message:
    """Return the message, not yet stored, that carries a webhook of a go-decision from queue to record.

    `asked`: the columns that say what was asked (`requests.asked`).

    It may be repeated: its id is made from the decision's key, so the other side can drop a second one.
    """
    return Message(
        **asked,
        decision=decision,
        public_id=uuid7(queued_us, token_bytes(10)),
        person=decision.person,
        channel=CHANNEL,
        purpose=decision.purpose,
        is_marketing=False,
        may_repeat=True,
        template=step.event,
        sender=step.endpoint,
        subject=f"{step.event} to {step.endpoint}",
        message_id_header=event_id(decision.key, settings.SECRET_KEY.encode()),
    )


def body_of(message: Message, decision: Decision, step: Step, playbook: Playbook, known: LetterFacts) -> str:
    """Return what is told now, as JSON. Raises Refused where the step names a field its purpose does not allow."""
    forbidden = sorted(set(step.fields()) - allowed_fields(playbook, step.bound_by()))
    if forbidden:
        raise Refused(
            *(
                Issue(
                    f"journeys.{decision.journey}.{step.step}",
                    f"the purpose '{step.bound_by()}' does not allow '{field}'",
                    code="field_not_allowed",
                )
                for field in forbidden
            )
        )
    told = {
        "type": message.template,
        "timestamp": decision.as_of.isoformat(),
        "data": {
            "person": public_id(PREFIX, message.person.public_id),
            "journey": decision.journey,
            "step": decision.step,
            "purpose": step.bound_by(),
            "fields": _fields(known, step.fields()),
        },
    }
    text = json.dumps(told, ensure_ascii=False, allow_nan=False)
    if len(text.encode()) > LARGEST_BODY:
        raise Refused(Issue("webhook", f"what it tells is longer than {LARGEST_BODY:,} bytes"))
    return text


def trial_body(at: datetime) -> str:
    """Return what a test from Settings tells: of nobody."""
    told = {"type": "regard.test", "timestamp": at.isoformat(), "data": {"is_test": True}}
    return json.dumps(told)


def _fields(known: LetterFacts, names: tuple[str, ...]) -> dict[str, Any]:
    """Return the fields and traits by name, as they are now; null where nothing is known."""
    told = {**known.traits, **known.fields}
    return {name: told.get(name) for name in names}
