"""What messages rest on: the word of each person they are sent by, kept with the message (promise D1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from django.db import connection

from regard.collect.among import among
from regard.consent.folding import EVERY, Word, standing_of
from regard.consent.models import Consent
from regard.identify.selectors import families_of
from regard.kernel.instant import from_us
from regard.playbooks.purposes import Purpose

Asked = tuple[int, str, str]  # person, purpose, channel


def bases_of(asked: Iterable[Asked], *, purposes: Mapping[str, Purpose], upto: int) -> dict[Asked, dict[str, object]]:
    """Return what each message would rest on: record, wording, time, source, state. Three queries for any number.

    `upto`: the last number that counts. What was written down counts, whatever the clock says now.
    """
    wanted = set(asked)
    families = families_of(person for person, _, _ in wanted)
    told: dict[int, list[Word]] = {}
    proofs: dict[int, dict[str, object]] = {}
    for person, word, proof in _rows(families, {purpose for _, purpose, _ in wanted}, upto):
        told.setdefault(person, []).append(word)
        proofs[word.seq] = proof
    found = {}
    for person, purpose, channel in wanted:
        words = [word for origin in families[person] for word in told.get(origin, ())]
        standing = standing_of(words, purpose, channel)
        basis: dict[str, object] = {
            "purpose": purpose,
            "channel": channel,
            "basis": purposes[purpose].basis,
            "state": standing.state.value,
        }
        found[person, purpose, channel] = basis if standing.word is None else basis | proofs[standing.word.seq]
    return found


def _rows(
    families: Mapping[int, Iterable[int]], purposes: Iterable[str], upto: int
) -> Iterator[tuple[int, Word, dict[str, object]]]:
    """Yield the words of these people about these purposes: whose, the word, and its proof."""
    people, bound = among({origin for family in families.values() for origin in family})
    named, names = among({*purposes, EVERY})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT person_id, seq, purpose, channel, state, occurred_at, recorded_at, source, wording, wording_text"  # noqa: S608
            f" FROM consent_consent WHERE person_id {people} AND purpose {named} AND seq <= %s",
            [bound, names, upto],
        )
        rows = cursor.fetchall()
    for person, seq, purpose, channel, state, occurred_us, recorded_us, *where in rows:
        granted = state == Consent.State.GRANTED.value
        proof = dict(zip(("source", "wording", "wording_text"), where, strict=True)) | {
            "consent": seq,
            "occurred_at": from_us(occurred_us).isoformat(),
        }
        yield person, Word(seq, purpose, channel, granted, occurred_us, recorded_us), proof
