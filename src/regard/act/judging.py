"""The last judgement before a message goes: the guardrails of the plan, run on what is known inside the claim."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

from regard.consent.bases import bases_of
from regard.consent.suppression import ALL, has_suppressions, suppressed_addresses
from regard.decide.services import check
from regard.kernel.instant import to_us
from regard.playbooks.model import Playbook
from regard.profile.selectors import addresses_of


class Due(NamedTuple):
    """A message whose time has come, locked by the claim."""

    id: int
    decision: int
    person: int
    channel: str
    purpose: str
    is_service: bool  # neither a promotion nor a survey


@dataclass(frozen=True, slots=True)
class Judgement:
    """Go, no or wait for one message, with the address and the basis it would go on."""

    verdict: str
    code: str
    words: str
    retry_at: datetime | None = None
    address: str = ""
    basis: dict[str, Any] = field(default_factory=dict)


def judge(due: Sequence[Due], *, playbook: Playbook, now: datetime, known: int) -> dict[int, Judgement]:
    """Judge locked messages inside the claim's transaction. Returns a judgement for each, by the message's id.

    Everything is read for all of them at once: the number of queries does not grow with the number of messages.
    `known`: the last number of the log, whatever the clock says of when it was written.
    """
    judged = check(decision_ids=[one.decision for one in due], playbook=playbook, now=now)
    found = {}
    for one in due:
        told = judged[one.decision]
        found[one.id] = Judgement(told.verdict, told.code, told.words, told.retry_at)
    going = [one for one in due if found[one.id].verdict == "go"]
    addresses = _addresses(going)
    bases = bases_of({_asked(one) for one in going}, purposes=playbook.purposes, upto=known)
    for one in going:
        basis = bases[_asked(one)] | {"read_us": to_us(now)}
        address = addresses.get(one.id, "")
        found[one.id] = replace(found[one.id], address=address, basis=basis)
    return found | _suppressed(going, addresses)


def _addresses(going: Iterable[Due]) -> dict[int, str]:
    people: dict[str, dict[int, list[int]]] = {}
    for one in going:
        people.setdefault(one.channel, {}).setdefault(one.person, []).append(one.id)
    return {
        message: address
        for channel, there in people.items()
        for person, address in addresses_of(there, channel).items()
        for message in there[person]
    }


def _suppressed(going: Iterable[Due], addresses: Mapping[int, str]) -> dict[int, Judgement]:
    """Look once more at the very addresses written to: of two a person has, the other one may be suppressed."""
    if not has_suppressions():
        return {}
    used = {one.id: (one.channel, addresses[one.id]) for one in going if addresses.get(one.id)}
    listed = suppressed_addresses(set(used.values()))
    no = Judgement("no", "suppressed", "The address is on the suppression list")
    return {
        one.id: no
        for one in going
        if (scopes := listed.get(used.get(one.id, ("", "")))) and (ALL in scopes or not one.is_service)
    }


def _asked(one: Due) -> tuple[int, str, str]:
    return one.person, one.purpose, one.channel
