"""Reads of consent: where each purpose stands with a person, and on which word; states in bulk for the engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
from django.db import connection

from regard.collect.among import among
from regard.collect.models import Source, Touchpoint
from regard.consent.folding import EVERY, State, Word, standing_of
from regard.consent.models import Consent, Restriction
from regard.identify.models import Person
from regard.identify.selectors import origins_of
from regard.kernel.instant import from_us, to_us
from regard.playbooks.purposes import Purpose
from regard.versions.selectors import active_playbook

BASES = {  # what a purpose rests on where the person said nothing
    "consent": "They were never asked",
    "contract": "Needed for a contract with them",
    "legal_obligation": "The law asks for it",
    "legitimate_interest": "Our legitimate interest, not objected to",
}


def words_of(origins: Iterable[int], *, as_of: datetime | None = None, upto: int | None = None) -> list[Word]:
    """Return every word of these origins that had reached us by then; without an instant all that are written down."""
    rows = Consent.objects.filter(person_id__in=list(origins))
    if as_of is not None:
        rows = rows.filter(recorded_at__lte=as_of)
    if upto is not None:
        rows = rows.filter(seq__lte=upto)
    return [word_of(row) for row in rows.order_by("seq")]


def word_of(row: Consent) -> Word:
    """Return what a row of the ledger says."""
    granted = row.state == Consent.State.GRANTED
    return Word(row.seq, row.purpose, row.channel, granted, to_us(row.occurred_at), to_us(row.recorded_at))


def limits_of(origins: Iterable[int], *, as_of: datetime, upto: int | None = None) -> set[str]:
    """Return which limits hold: "restricted", "objected"."""
    rows = Restriction.objects.filter(person_id__in=list(origins), at__lte=as_of)
    if upto is not None:
        rows = rows.filter(seq__lte=upto)
    newest = {(row.person_id, row.kind): row.lifted for row in rows.order_by("seq")}
    return {kind for (_, kind), lifted in newest.items() if not lifted}


def limited_among(people: Iterable[int], *, as_of: datetime) -> set[int]:
    """Return which of a few surviving people are restricted or objected at an instant, by any of their origins."""
    survivors = set(people)
    origins: dict[int, Any] = {person: person for person in survivors}
    origins.update(Person.objects.filter(survivor_id__in=survivors).values_list("id", "survivor_id"))
    rows = Restriction.objects.filter(person_id__in=origins, at__lte=as_of).order_by("seq")
    newest = {(row.person_id, row.kind): row.lifted for row in rows}
    return {origins[person] for (person, _), lifted in newest.items() if not lifted}


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

    One row a (person, purpose, channel) as told; '*' stands for itself. A purpose p on a channel c is granted iff the
    largest granted_us over channels (c, '*') exceeds the largest withdrawn_us over purposes (p, '*') and channels (c, '*');
    withdrawn iff there is a withdrawn_us otherwise; else unknown. `people`: only these survivors.
    """
    where, bound = ("", []) if people is None else _of_people(people)
    # '+' keeps the planner from walking all words in order of time where few people are asked about.
    at = "CASE WHEN c.occurred_at < c.recorded_at THEN c.occurred_at ELSE c.recorded_at END"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT COALESCE(p.survivor_id, p.id), c.purpose, c.channel,
                       MAX(CASE WHEN c.state = 'granted' THEN {at} END),
                       MAX(CASE WHEN c.state = 'withdrawn' THEN {at} END)
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
    granted: dict[tuple[int, str, str], int] = {}
    withdrawn: dict[tuple[int, str, str], int] = {}
    for row in consent_facts(as_of=as_of, upto=upto, people=people).to_pylist():
        targets = list(declared) if row["purpose"] == EVERY else [row["purpose"]]
        for purpose in targets:
            channels = declared[purpose].channels if purpose in declared else ()
            for channel in channels if row["channel"] == EVERY else [c for c in channels if c == row["channel"]]:
                key = (row["person"], purpose, channel)
                for told, column in ((granted, "granted_us"), (withdrawn, "withdrawn_us")):
                    if row[column] is not None:
                        told[key] = max(told.get(key, row[column]), row[column])
    keys = sorted(granted.keys() | withdrawn.keys())
    states = [
        State.GRANTED if key in granted and granted[key] > withdrawn.get(key, -(2**63)) else State.WITHDRAWN
        for key in keys
    ]
    return pa.table(
        {
            "person": pa.array([key[0] for key in keys], pa.int64()),
            "purpose": pa.array([key[1] for key in keys], pa.string()),
            "channel": pa.array([key[2] for key in keys], pa.string()),
            "state": pa.array([state.value for state in states], pa.string()),
        }
    )


def limited_people(*, as_of: datetime, upto: int, kinds: Iterable[str] = ("restricted", "objected")) -> set[int]:
    """Return the survivors of whom nothing may be computed or sent: restricted, or objected to profiling (promise D7)."""
    rows = Restriction.objects.filter(at__lte=as_of, seq__lte=upto, kind__in=list(kinds)).order_by("seq")
    newest = {
        (person, kind): (survivor or person, lifted)
        for person, survivor, kind, lifted in rows.values_list("person_id", "person__survivor_id", "kind", "lifted")
    }
    return {survivor for survivor, lifted in newest.values() if not lifted}
