"""The last judgement before a message goes: the guardrails of the plan, run on what is known inside the claim."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

from regard.act.contacts import contacts_of
from regard.consent.bases import bases_of
from regard.consent.suppression import ALL, has_suppressions, suppressed_addresses
from regard.decide.contracts import Requested
from regard.decide.services import Verdicts, check
from regard.engine.journeys.kinds import MARKETING, Kind
from regard.kernel.instant import to_us
from regard.playbooks.model import Playbook
from regard.profile.selectors import addresses_of


class Due(NamedTuple):
    """A message whose time has come, locked by the claim. `decision` is the one behind it, where a journey asked."""

    id: int
    decision: int | None
    person: int
    channel: str
    purpose: str
    kind: Kind
    template: str
    asked_us: int


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
    judged = _judged(due, playbook, now)
    found = {
        one.id: Judgement(told.verdict, told.code, told.words, told.retry_at)
        for one in due
        for told in [judged.requests[one.id] if one.decision is None else judged.decisions[one.decision]]
    }
    going = [one for one in due if found[one.id].verdict == "go"]
    addresses = _addresses([one for one in due if found[one.id].verdict == "go" or one.kind is Kind.REPLY])
    bases = bases_of({_asked(one) for one in going}, purposes=playbook.purposes, upto=known)
    for one in going:
        basis = bases[_asked(one)] | {"read_us": to_us(now)}
        address = addresses.get(one.id, "")
        found[one.id] = replace(found[one.id], address=address, basis=basis)
    return found | _suppressed(due, found, addresses)


def _judged(due: Sequence[Due], playbook: Playbook, now: datetime) -> Verdicts:
    """Judge decisions by the journeys they came out of, requests by what they are, all of them together."""
    return check(
        decision_ids=[one.decision for one in due if one.decision is not None],
        requests=[
            Requested(one.id, one.person, one.kind, one.purpose, one.channel, one.asked_us, one.template)
            for one in due
            if one.decision is None
        ],
        contacts=contacts_of({one.person for one in due}),
        playbook=playbook,
        now=now,
    )


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


def _suppressed(
    due: Iterable[Due], judged: Mapping[int, Judgement], addresses: Mapping[int, str]
) -> dict[int, Judgement]:
    """Look once more at the very addresses written to: of two a person has, the other one may be suppressed.

    What somebody asked for by hand is told why: a colleague whose answer cannot arrive wants to know what to do.
    """
    if not has_suppressions():
        return {}
    used = {one.id: (one.channel, addresses[one.id]) for one in due if addresses.get(one.id)}
    listed = suppressed_addresses(set(used.values()))
    found = {}
    for one in due:
        scopes = listed.get(used.get(one.id, ("", "")), {})
        may_go = judged[one.id].verdict == "go"
        if scopes and may_go and (ALL in scopes or one.kind in MARKETING):
            found[one.id] = _NO
        if one.kind is Kind.REPLY and ALL in scopes and (may_go or judged[one.id].code == _NO.code):
            found[one.id] = replace(_NO, words=f"{_NO.words}: {_BECAUSE.get(scopes[ALL], scopes[ALL])}")
    return found


_NO = Judgement("no", "suppressed", "The address is on the suppression list")
_BECAUSE = {
    "hard_bounce": "mail to it came back for good",
    "complaint": "mail to it was reported as unwanted",
    "staff": "a colleague put it there",
    "erased": "somebody with this address was erased",
}


def _asked(one: Due) -> tuple[int, str, str]:
    return one.person, one.purpose, one.channel
