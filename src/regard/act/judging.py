"""The last judgement before a message goes: the guardrails of the plan, run on what is known inside the claim."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from regard.act.models import Message
from regard.act.pace import paces_of
from regard.consent.bases import bases_of
from regard.decide.services import check
from regard.identify.selectors import families_of
from regard.kernel.instant import to_us
from regard.playbooks.model import Playbook
from regard.profile.selectors import addresses_of

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
    """Judge locked messages inside the claim's transaction. Returns a judgement for each, by the message's id.

    Everything is read for all of them at once: the number of queries does not grow with the number of messages.
    """
    judged = check(decision_ids=[m.decision_id for m in messages], playbook=playbook, now=now)
    found = {}
    for message in messages:
        told = judged[message.decision_id]
        found[message.id] = Judgement(told.verdict, told.code, told.words, told.retry_at)
    going = [message for message in messages if found[message.id].verdict == "go"]
    slowed = own_paces(going, now=now)
    addresses = _addresses(going)
    bases = bases_of({_asked(m) for m in going}, purposes=playbook.purposes, as_of=now)
    for message in going:
        basis = bases[_asked(message)] | {"read_us": to_us(now)}
        yes = replace(found[message.id], address=addresses.get(message.id, ""), basis=basis)
        found[message.id] = slowed.get(message.id, yes)
    return found


def own_paces(messages: Sequence[Message], *, now: datetime) -> dict[int, Judgement]:
    """Return the waits that people's own pace asks for, by message. What belongs to an order keeps no pace."""
    kept = [message for message in messages if not message.may_repeat]
    paces = paces_of({message.person_id for message in kept}, as_of=now)
    newest = _newest_claims(
        {message.person_id for message in kept if paces[message.person_id].name == "less"}, now
    )
    waits = {}
    for message in kept:
        pace = paces[message.person_id]
        if pace.until is not None:
            waits[message.id] = Judgement(
                "wait", "asked_for_a_pause", "Asked for a pause", pace.until
            )
        elif pace.name == "less" and message.person_id in newest:
            waits[message.id] = Judgement(
                "wait",
                "asked_for_less",
                "Asked to hear from us at most once a month",
                newest[message.person_id] + LESS,
            )
    return waits


def _newest_claims(people: set[int], now: datetime) -> dict[int, datetime]:
    """Return when something last went to each of these people in the last thirty days."""
    if not people:
        return {}
    families = families_of(people)
    rows = Message.objects.filter(
        person_id__in={origin for family in families.values() for origin in family},
        state__in=_GONE,
        may_repeat=False,
        claimed_at__gt=now - LESS,
    ).values_list("person_id", "claimed_at")
    newest: dict[int, Any] = {}
    for origin, at in rows.order_by("claimed_at"):
        newest[origin] = at
    return {
        person: max(newest[origin] for origin in family if origin in newest)
        for person, family in families.items()
        if any(origin in newest for origin in family)
    }


def _addresses(messages: Sequence[Message]) -> dict[int, str]:
    found: dict[int, str] = {}
    for channel in {message.channel for message in messages}:
        there = [message for message in messages if message.channel == channel]
        known = addresses_of({message.person_id for message in there}, channel)
        found |= {m.id: known[m.person_id] for m in there if m.person_id in known}
    return found


def _asked(message: Message) -> tuple[int, str, str]:
    return message.person_id, message.purpose, message.channel
