"""The last judgement before a message goes: the guardrails of the plan, run on what is known inside the claim."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from regard.act.models import Message
from regard.consent.bases import bases_of
from regard.decide.services import check
from regard.kernel.instant import to_us
from regard.playbooks.model import Playbook
from regard.profile.selectors import addresses_of


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
    addresses = _addresses(going)
    bases = bases_of({_asked(m) for m in going}, purposes=playbook.purposes, as_of=now)
    for message in going:
        basis = bases[_asked(message)] | {"read_us": to_us(now)}
        address = addresses.get(message.id, "")
        found[message.id] = replace(found[message.id], address=address, basis=basis)
    return found


def _addresses(messages: Sequence[Message]) -> dict[int, str]:
    found: dict[int, str] = {}
    for channel in {message.channel for message in messages}:
        there = [message for message in messages if message.channel == channel]
        known = addresses_of({message.person_id for message in there}, channel)
        found |= {m.id: known[m.person_id] for m in there if m.person_id in known}
    return found


def _asked(message: Message) -> tuple[int, str, str]:
    return message.person_id, message.purpose, message.channel
