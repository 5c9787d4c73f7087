"""May we write to somebody? One question of a story, asked of the guardrails."""

from __future__ import annotations

from datetime import datetime

from regard.decide.live.permission import permissions_of
from regard.kernel.reasons import Verdict
from regard.versions.selectors import active_playbook


def may_contact(person: int, purpose: str, channel: str, as_of: datetime) -> Verdict:
    """What the guardrails of the active playbook say to a message of this purpose by this channel."""
    pair = (purpose, channel)
    return permissions_of(person, [pair], as_of=as_of, playbook=active_playbook().playbook)[pair]
