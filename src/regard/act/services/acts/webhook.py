"""webhook: a call for the workers, made out when it is handed over."""

from __future__ import annotations

from regard.act.channels.webhook.call import make_call
from regard.act.services.acts.base import Going, Made, queued
from regard.kernel.instant import to_us
from regard.playbooks.steps.webhook import Webhook


def carry_out(step: Webhook, going: Going) -> Made:
    """Return the call that tells another system."""
    return Made(message=queued(make_call(going.decision, step, queued_us=to_us(going.now)), going.now))
