"""Reads of consent: where each purpose stands with a person, and on which word; states in bulk for the engine."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
from django.db import connection
from django.db.models import Q

from regard.collect.among import among
from regard.collect.models import Source, Touchpoint
from regard.collect.values import as_value, read_values
from regard.consent.contracts import LimitStanding, WordTold
from regard.consent.folding import State, Word, standing_of
from regard.consent.models import Consent, Restriction
from regard.engine.bench.consents import newest_of_each
from regard.identify.selectors import families_of, origins_of
from regard.kernel.instant import from_us, to_us
from regard.playbooks.purposes import Purpose
from regard.versions.selectors import active_playbook

ORIGINS_A_QUERY = 500  # each is a bound value, and SQLite takes a limited number of them
BASES = {  # what a purpose rests on where the person said nothing
    "consent": "They were never asked",
    "contract": "Needed for a contract with them",
    "legal_obligation": "The law asks for it",
    "legitimate_interest": "Our legitimate interest, not objected to",
}

LIMITS = tuple(Restriction.Kind.values)


def words_of(origins: Iterable[int], *, as_of: datetime | None = None, upto: int | None = None) -> list[Word]:
    """Return every word of these origins that had reached us by then; without an instant all that are written down."""
    rows = Consent.objects.filter(person_id__in=list(origins))
    if as_of is not None:
        rows = rows.filter(recorded_at__lte=as_of)
    if upto is not None:
        rows = rows.filter(seq__lte=upto)
    return [word_of(row) for row in rows.order_by("seq")]


def words_among(people: Iterable[int]) -> dict[int, list[Word]]:
    """Return every word of each of these people, by whichever origin it was said, as they are written down."""
    families = families_of(people)
    origins = sorted({origin for family in families.values() for origin in family})
    told: dict[int, list[Word]] = {}
    for start in range(0, len(origins), ORIGINS_A_QUERY):
        for row in Consent.objects.filter(person_id__in=origins[start : start + ORIGINS_A_QUERY]).order_by("seq"):
            told.setdefault(row.person_id, []).append(word_of(row))
    return {person: [word for origin in family for word in told.get(origin, ())] for person, family in families.items()}


def word_of(row: Consent | WordTold) -> Word:
    """Return what a row of the ledger says."""
    granted = row.state == Consent.State.GRANTED
    return Word(row.seq, row.purpose, row.channel, granted, to_us(row.occurred_at), to_us(row.recorded_at))


def limits_of(
    people: Iterable[int] | None = None, *, as_of: datetime, upto: int | None = None
) -> dict[int, set[Restriction.Kind]]:
    """Return surviving person -> which limits hold of any of their origins: "restricted", "objected" (promise D7).

    `people`: only these survivors (default: everybody). `upto`: only what has a number up to this (default: all).
    """
    rows = Restriction.objects.filter(at__lte=as_of)
    if people is not None:
        whose = list(people)
        rows = rows.filter(Q(person_id__in=whose) | Q(person__survivor_id__in=whose))
    if upto is not None:
        rows = rows.filter(seq__lte=upto)
    newest = {
        (origin, kind): (survivor or origin, lifted)
        for origin, survivor, kind, lifted in rows.order_by("seq").values_list(
            "person_id", "person__survivor_id", "kind", "lifted"
        )
    }
    limits: dict[int, set[Restriction.Kind]] = {}
    for (_, kind), (person, lifted) in newest.items():
        if not lifted:
            limits.setdefault(person, set()).add(Restriction.Kind(kind))
    return limits


@dataclass(frozen=True, slots=True)
class ConsentCell:
    """One cell of a person's consent matrix, with the row it rests on."""

    purpose: str
    name: str
    channel: str
    state: str
    basis: str
    can_be_left: bool
    row: Consent | None

    @property
    def words(self) -> str:
        """What it rests on: the word of the person, else the basis the purpose has without one."""
        if self.row is not None and self.can_be_left:
            said = "agreed to" if self.state == State.GRANTED else "withdrew from"
            return f"They {said} {self.name} on {from_us(word_of(self.row).at_us):%-d %B %Y}"
        return BASES[self.basis]


def consent_matrix(person: int, as_of: datetime) -> list[ConsentCell]:
    """Return every purpose x channel of the active playbook with its state and proof."""
    purposes = active_playbook().playbook.purposes
    words = words_of(origins_of(person), as_of=as_of)
    rows = Consent.objects.in_bulk([word.seq for word in words])
    cells = []
    for name, declared in purposes.items():
        for channel in declared.channels:
            standing = standing_of(words, name, channel)
            cells.append(
                ConsentCell(
                    name,
                    declared.name,
                    channel,
                    standing.state.value,
                    declared.basis,
                    declared.can_be_left,
                    rows.get(standing.word.seq) if standing.word else None,
                )
            )
    return cells


def consent_of_key(key: str) -> Consent | None:
    """Return the word that was told under a key (see `Told`), or None."""
    told = Touchpoint.objects.filter(source__kind=Source.Kind.PRODUCT, message_id=f"consent:{key}"[:255])
    return Consent.objects.filter(seq__in=told.values("seq")).first()


def consent_facts(*, as_of: datetime, upto: int, people: Iterable[int] | None = None) -> pa.Table:
    """Return all words in bulk, folded to maxima: person (survivor, int64), purpose, channel, granted_us, withdrawn_us.

    One row a (person, purpose, channel) as told; '*' stands for itself. What they make of a purpose on a channel is
    said in engine/bench/consents.py. `people`: only these survivors.
    """
    where, bound = ("", []) if people is None else _of_people(people)
    # '+' keeps the planner from walking all words in order of time where few people are asked about.
    at = "CASE WHEN c.occurred_at < c.recorded_at THEN c.occurred_at ELSE c.recorded_at END"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT COALESCE(p.survivor_id, p.id), c.purpose, c.channel,
                       {newest_of_each(is_granted="c.state = 'granted'", at=at)}
                FROM consent_consent c JOIN identify_person p ON p.id = c.person_id
                WHERE +c.seq <= %s AND +c.recorded_at <= %s {where}
                GROUP BY COALESCE(p.survivor_id, p.id), c.purpose, c.channel""",  # noqa: S608 (values are bound)
            [upto, to_us(as_of), *bound],
        )
        rows = cursor.fetchall()
    columns = list(zip(*rows, strict=True)) if rows else [(), (), (), (), ()]
    return pa.table(
        {
            "person": pa.array(columns[0], pa.int64()),
            "purpose": pa.array(columns[1], pa.string()),
            "channel": pa.array(columns[2], pa.string()),
            "granted_us": pa.array(columns[3], pa.int64()),
            "withdrawn_us": pa.array(columns[4], pa.int64()),
        }
    )


def _of_people(people: Iterable[int]) -> tuple[str, list[Any]]:
    sql, bound = among(people)
    origins = (
        f"SELECT id FROM identify_person WHERE id {sql}"  # noqa: S608 (values are bound)
        f" UNION ALL SELECT id FROM identify_person WHERE survivor_id {sql}"
    )
    return f"AND c.person_id IN ({origins})", [bound, bound]


def consent_states(
    *,
    as_of: datetime,
    upto: int,
    purposes: Mapping[str, Purpose] | None = None,
    people: Iterable[int] | None = None,
) -> pa.Table:
    """Return person (survivor), purpose, channel, state for every purpose x channel declared; 'unknown' is left out."""
    declared = active_playbook().playbook.purposes if purposes is None else purposes
    rows = Consent.objects.filter(seq__lte=upto, recorded_at__lte=as_of).order_by("seq").select_related("person")
    if people is not None:
        whose = list(people)
        rows = rows.filter(Q(person_id__in=whose) | Q(person__survivor_id__in=whose))
    words: dict[int, list[Word]] = {}
    for row in rows:
        words.setdefault(row.person.survivor_id or row.person_id, []).append(word_of(row))
    found = [
        (person, purpose, channel, state)
        for person, said in sorted(words.items())
        for purpose, about in declared.items()
        for channel in about.channels
        if (state := standing_of(said, purpose, channel).state) is not State.UNKNOWN
    ]
    columns = list(zip(*found, strict=True)) if found else [(), (), (), ()]
    kinds = (pa.int64(), pa.string(), pa.string(), pa.string())
    arrays = [pa.array(list(column), kind) for column, kind in zip(columns, kinds, strict=True)]
    return pa.Table.from_arrays(arrays, names=["person", "purpose", "channel", "state"])


def ledger_of(origins: Collection[int], *, as_of: datetime) -> list[WordTold]:
    """Return every word of a person known by then, in the order it was written down."""
    rows = Consent.objects.filter(person_id__in=origins, recorded_at__lte=as_of)
    return read_values(WordTold, rows.order_by("seq"))


def word_told(seq: int) -> WordTold | None:
    """Return one word by its number in the log, or None."""
    found = read_values(WordTold, Consent.objects.filter(seq=seq))
    return found[0] if found else None


def limits_standing(*, most: int = 50) -> list[LimitStanding]:
    """Return the restrictions and objections that hold now, newest first."""
    newest = {(r.person_id, r.kind): r for r in Restriction.objects.order_by("seq")}
    holding = sorted((r for r in newest.values() if not r.lifted), key=lambda r: -r.seq)
    return [as_value(LimitStanding, row) for row in holding[:most]]
