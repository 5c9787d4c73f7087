"""The last judgement before a message goes: the guardrails of the plan, run on what is known inside the claim."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from regard.act.models import Message
from regard.act.pace import pace_of
from regard.consent import selectors as consent
from regard.decide.services import check
from regard.identify.selectors import origins_of
from regard.kernel.instant import to_us
from regard.playbooks.model import Playbook
from regard.profile.selectors import address_of

LESS = timedelta(days=30)
_GONE = (Message.State.CLAIMED, Message.State.SENT, Message.State.UNCERTAIN)


@dataclass(frozen=True, slots=True)
class Judgement:
    """Go, no or wait for one message, with the address and the basis it would go on."""

    verdict: str
    code: str
    words: str
    retry_at: datetime | None = None
    address: str = ""
    basis: dict[str, Any] = field(default_factory=dict)


def judge(
    messages: Sequence[Message], *, playbook: Playbook, now: datetime
) -> dict[int, Judgement]:
    """Judge locked messages inside the claim's transaction. Returns a judgement for each, by the message's id."""
    judged = check(decision_ids=[m.decision_id for m in messages], playbook=playbook, now=now)
    found = {}
    for message in messages:
        told = judged[message.decision_id]
        if told.verdict != "go":
            found[message.id] = Judgement(told.verdict, told.code, told.words, told.retry_at)
            continue
        address = address_of(message.person_id, message.channel) or ""
        yes = Judgement("go", told.code, told.words, None, address, basis_of(message, now=now))
        found[message.id] = own_pace(message, now=now) or yes
    return found


def own_pace(message: Message, *, now: datetime) -> Judgement | None:
    """Return the wait that a person's own pace asks for, or None. What belongs to an order keeps no pace."""
    if message.may_repeat:
        return None
    pace = pace_of(message.person_id, as_of=now)
    if pace.until is not None:
        return Judgement("wait", "asked_for_a_pause", "Asked for a pause", pace.until)
    if pace.name != "less":
        return None
    before = Message.objects.filter(
        person_id__in=origins_of(message.person_id),
        state__in=_GONE,
        may_repeat=False,
        claimed_at__gt=now - LESS,
    )
    newest: Any = before.order_by("-claimed_at").values_list("claimed_at", flat=True).first()
    if newest is None:
        return None
    return Judgement(
        "wait", "asked_for_less", "Asked to hear from us at most once a month", newest + LESS
    )


def basis_of(message: Message, *, now: datetime) -> dict[str, Any]:
    """Return what a message rests on: consent record, wording, source, time, state (promise D1)."""
    return consent.basis_of(message.person_id, message.purpose, message.channel, now) | {
        "read_us": to_us(now)
    }
