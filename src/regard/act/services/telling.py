"""Making a claimed webhook ready, and putting it off while its endpoint rests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from regard.act.channels.webhook.call import body_of
from regard.act.models import Endpoint, Message
from regard.act.services.queue import step_of
from regard.decide.models import Decision
from regard.decide.services import record_outcome
from regard.kernel.issues import Issue, Refused
from regard.playbooks.model import Playbook
from regard.playbooks.steps.webhook import Webhook


@dataclass(frozen=True, slots=True)
class Call:
    """A webhook ready to leave: to which endpoint, under which id, with which body; `rests_until` while it must wait."""

    endpoint: Endpoint
    event: str
    body: bytes
    rests_until: datetime | None = None


def prepare_call(message: Message, playbook: Playbook, now: datetime) -> Call:
    """Write what is told from what is known now, and keep it with the message. Raises Refused with what stands in the way."""
    step = _step(message, playbook)
    endpoint = Endpoint.objects.filter(name=step.endpoint).first()
    if endpoint is None:
        words, hint = f"no endpoint is called '{step.endpoint}'", "add it in Settings"
        raise Refused(Issue("endpoint", words, hint, code="no_endpoint"))
    if endpoint.off_at is not None:
        words = f"the endpoint '{endpoint.name}' is switched off: {endpoint.off_because}"
        raise Refused(Issue("endpoint", words, code="endpoint_off"))
    message.text = body_of(message, step, playbook)
    Message.objects.filter(id=message.id).update(text=message.text)
    rests = endpoint.paused_until
    return Call(
        endpoint,
        message.message_id_header or "",
        message.text.encode(),
        rests if rests is not None and rests > now else None,
    )


def render_call(message: Message, playbook: Playbook) -> None:
    """Write what a sample's webhook would tell; nothing is sent. Raises Refused."""
    message.text = body_of(message, _step(message, playbook), playbook)
    Message.objects.filter(id=message.id).update(text=message.text)


def put_off(*, message_id: int, worker: str, until: datetime, now: datetime) -> None:
    """Queue a claimed message of a resting endpoint again for when it may be told; no try is counted."""
    with transaction.atomic():
        rows = Message.objects.select_for_update().filter(
            id=message_id, claimed_by=worker, state=Message.State.CLAIMED, begun_at__isnull=True
        )
        row = rows.first()
        if row is None:
            return
        row.state, row.claimed_by, row.lease_until = Message.State.QUEUED, "", None
        row.due_at, row.note = until, "The endpoint rests after failures"
        row.save()
        record_outcome(outcomes={row.decision_id: Decision.Outcome.PLANNED.value}, now=now)


def _step(message: Message, playbook: Playbook) -> Webhook:
    step = step_of(playbook, message.decision)
    if not isinstance(step, Webhook):
        raise Refused(Issue("journey", "the step is in no playbook we have", code="no_step"))
    return step
