"""Writes what the product itself did into the log, so that the loop can see it (contract 3)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from regard.collect.contracts import Incoming
from regard.collect.services import product_source, record
from regard.kernel.instant import to_us
from regard.playbooks.vocabulary import TouchpointKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One thing the product, a colleague or a person on our own pages did. `key` makes it once for ever.

    Channel, direction and actor are those of its kind where the deed does not say another. `score` is of the scale as
    asked; `occurred_us` is when it happened, where that is not now.
    """

    person: int
    kind: TouchpointKind
    key: str
    channel: str = ""
    actor: str = ""
    score: int | None = None
    properties: dict[str, Any] = field(default_factory=dict)
    context: dict[str, Any] = field(default_factory=dict)
    occurred_us: int | None = None
    batch: int | None = None


def record_deeds(*, deeds: Sequence[Deed], now: datetime, source: int | None = None) -> list[int | None]:
    """Write deeds into the log and return their sequence numbers, None for one that was there already.

    `source` is the log's source (default: the product itself). Call inside a transaction, late: the sequence is allotted
    here (contract 2).
    """
    if not deeds:
        return []
    source, at = product_source(now=now) if source is None else source, to_us(now)
    incomings = [
        Incoming(
            source=source,
            message_id=deed.key,
            type="product",
            name=deed.kind.name,
            channel=deed.channel or deed.kind.channel,
            direction=deed.kind.direction,
            actor=deed.actor or deed.kind.actor,
            occurred_us=at if deed.occurred_us is None else deed.occurred_us,
            received_us=at,
            origin=deed.person,
            score_milli=None if deed.score is None else deed.score * 1000,
            properties=_json(deed.properties),
            context=_json(deed.context),
            batch=deed.batch,
        )
        for deed in deeds
    ]
    return [r.seq for r in record(incomings, [deed.person for deed in deeds])]


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
