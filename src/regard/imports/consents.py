"""What the people of a file agreed to: asked, never assumed. Nothing said means unknown, and nothing can be sent.

A file is somebody's word about other people's words. So it never grants what a person has withdrawn here, and every
grant keeps what the importer said of where and how it was given (GDPR Art. 7(1)).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any

from regard.act.services import withdraw_consents
from regard.collect.contracts import Recorded
from regard.collect.models import Batch
from regard.collect.sequence import last_sequence
from regard.consent.selectors import consent_states
from regard.consent.services import ToldWord, record_consents
from regard.identify.selectors import survivors_of
from regard.imports.units import Unit
from regard.kernel.instant import to_us


@dataclass(frozen=True, slots=True)
class ConsentsAsked:
    """One thing that was said of everybody in the file: `--consent offers=granted --consent-source "..."`.

    `state` "by row" says that a column tells it row by row.
    """

    purpose: str
    state: str  # granted, withdrawn or by row
    evidence: str  # where and how they agreed, in the words of the person who imports

    def as_json(self) -> dict[str, Any]:
        """Return it as the batch keeps it."""
        return {"purpose": self.purpose, "state": self.state, "evidence": self.evidence}


def record_told(
    *,
    asked: Sequence[ConsentsAsked],
    units: Sequence[Unit],
    recorded: Sequence[Recorded],
    batch: Batch,
    now: datetime,
) -> int:
    """Write the consents that came with these units, once a person, purpose and source; returns how many were new."""
    words = dict.fromkeys(_words(asked, units, recorded))
    if not words:
        return 0
    withdrawn = _withdrawn({person for person, *_ in words}, now)
    survivors = survivors_of({person for person, *_ in words})
    told = [
        _told(person, purpose, is_granted, evidence, batch, now)
        for person, purpose, is_granted, evidence in words
        if not (is_granted and (survivors.get(person, person), purpose) in withdrawn)
    ]
    granted, left = ([word for word in told if word.is_granted is wanted] for wanted in (True, False))
    seqs = record_consents(told=granted, now=now, source=batch.source_id)
    seqs += withdraw_consents(told=left, now=now, source=batch.source_id)
    return sum(seq is not None for seq in seqs)


def _words(
    asked: Sequence[ConsentsAsked], units: Sequence[Unit], recorded: Sequence[Recorded]
) -> Iterator[tuple[int, str, bool, str]]:
    evidence = {one.purpose: one.evidence for one in asked if one.state == "by row"}
    for unit, row in zip(units, recorded, strict=True):
        if row.origin <= 0:
            continue
        for one in asked:
            if one.state != "by row":
                yield row.origin, one.purpose, one.state == "granted", one.evidence
        for purpose, is_granted in unit.consents:
            yield row.origin, purpose, is_granted, evidence.get(purpose, "")


def _withdrawn(people: set[int], now: datetime) -> set[tuple[int, str]]:
    states = consent_states(as_of=now, upto=last_sequence(), people=people).to_pylist()
    return {(row["person"], row["purpose"]) for row in states if row["state"] == "withdrawn"}


def _told(person: int, purpose: str, is_granted: bool, evidence: str, batch: Batch, now: datetime) -> ToldWord:
    digest = blake2b(evidence.encode(), digest_size=6).hexdigest()
    return ToldWord(
        person=person,
        purpose=purpose,
        is_granted=is_granted,
        source=f"import:{batch.id}",
        occurred_us=to_us(now),
        evidence={"told by the importer": evidence, "file": batch.file_name},
        key=f"import:{person}:{purpose}:{int(is_granted)}:{digest}",
        batch=batch.id,
        actor="system",
        via="server",
    )
