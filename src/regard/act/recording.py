"""Writes what the product itself did into the log, so that the loop can see it (contract 3)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from regard.collect.contracts import Incoming
from regard.collect.services import product_source, record
from regard.kernel.instant import to_us


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing the product, a colleague or a person on our own pages did. `key` makes it once for ever."""

    person: int
    name: str
    key: str
    channel: str = "server"
    direction: str = "none"
    actor: str = "automation"
    score: int | None = None
    properties: dict[str, Any] = field(default_factory=dict)
    context: dict[str, Any] = field(default_factory=dict)


def record_deeds(*, deeds: list[Deed], now: datetime) -> list[int | None]:
    """Write deeds into the log and return their sequence numbers, None for one that was there already.

    Call inside a transaction, late: the sequence is allotted here (contract 2).
    """
    if not deeds:
        return []
    source, at = product_source(now=now), to_us(now)
    incomings = [
        Incoming(
            source=source,
            message_id=deed.key,
            type="product",
            name=deed.name,
            channel=deed.channel,
            direction=deed.direction,
            actor=deed.actor,
            occurred_us=at,
            received_us=at,
            origin=deed.person,
            score_milli=None if deed.score is None else deed.score * 1000,
            properties=_json(deed.properties),
            context=_json(deed.context),
        )
        for deed in deeds
    ]
    return [r.seq for r in record(incomings, [deed.person for deed in deeds])]


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
