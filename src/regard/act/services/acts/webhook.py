"""webhook: a call for the workers, made out when it is handed over."""

from __future__ import annotations

from regard.act.channels.webhook.call import make_call
from regard.act.requests import asked_by_decision, queued
from regard.act.services.acts.base import Going, Made
from regard.engine.journeys.kinds import call_kind
from regard.kernel.instant import to_us
from regard.playbooks.steps.webhook import Webhook


def carry_out(step: Webhook, going: Going) -> Made:
    """Return the call that tells another system."""
    kind = call_kind(going.playbook.purposes.get(step.purpose))
    asked = asked_by_decision(going.decision, kind)
    return Made(message=queued(make_call(going.decision, step, asked=asked, queued_us=to_us(going.now)), going.now))
