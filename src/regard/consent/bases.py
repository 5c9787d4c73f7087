"""What messages rest on: the word of each person they are sent by, kept with the message (promise D1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from regard.consent.folding import Word, standing_of
from regard.consent.models import Consent
from regard.identify.selectors import families_of
from regard.kernel.instant import to_us
from regard.playbooks.purposes import Purpose

Asked = tuple[int, str, str]  # person, purpose, channel


def bases_of(
    asked: Iterable[Asked], *, purposes: Mapping[str, Purpose], as_of: datetime
) -> dict[Asked, dict[str, object]]:
    """Return what each message would rest on: record, wording, time, source, state. Three queries for any number."""
    wanted = set(asked)
    families = families_of(person for person, _, _ in wanted)
    rows = {
        row.seq: row
        for row in Consent.objects.filter(
            person_id__in={origin for family in families.values() for origin in family},
            recorded_at__lte=as_of,
        )
    }
    words: dict[int, list[Word]] = {}
    for row in rows.values():
        words.setdefault(row.person_id, []).append(_word(row))
    found = {}
    for person, purpose, channel in wanted:
        told = [word for origin in families[person] for word in words.get(origin, ())]
        standing = standing_of(told, purpose, channel)
        basis: dict[str, object] = {
            "purpose": purpose,
            "channel": channel,
            "basis": purposes[purpose].basis,
            "state": standing.state.value,
        }
        if standing.word is not None:
            basis |= _record(rows[standing.word.seq])
        found[person, purpose, channel] = basis
    return found


def _record(row: Consent) -> dict[str, object]:
    return {
        "consent": row.seq,
        "source": row.source,
        "wording": row.wording,
        "wording_text": row.wording_text,
        "occurred_at": row.occurred_at.isoformat(),
    }


def _word(row: Consent) -> Word:
    granted = row.state == Consent.State.GRANTED
    return Word(
        row.seq, row.purpose, row.channel, granted, to_us(row.occurred_at), to_us(row.recorded_at)
    )
