"""Reads of consent: may we write to this person, about this, on this channel, and why; states in bulk for the engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
from django.db import connection

from regard.collect.among import among
from regard.collect.models import Source, Touchpoint
from regard.consent.folding import EVERY, Standing, State, Word, standing_of
from regard.consent.models import Consent, Restriction
from regard.consent.suppression import has_suppressions, suppressed_addresses
from regard.identify.models import Person
from regard.identify.selectors import origins_of
from regard.kernel.instant import from_us, to_us
from regard.kernel.reasons import Answer, Reason
from regard.playbooks.channels import BY_NAME
from regard.playbooks.purposes import Purpose
from regard.profile.selectors import address_of
from regard.versions.selectors import active_playbook

REASONS = {  # every code may_contact answers with, for the docs
    "granted": "They agreed.",
    "contract": "Needed for a contract with them.",
    "legal_obligation": "The law asks for it.",
    "legitimate_interest": "Our legitimate interest, not objected to.",
    "unknown_purpose": "The purpose is not in the playbook.",
    "unknown_channel": "The purpose is not done on this channel.",
    "restricted": "Processing is restricted (Art. 18).",
    "objected": "They objected to marketing and profiling (Art. 21).",
    "no_address": "We hold no address for the channel.",
    "suppressed": "The address is suppressed.",
    "consent_unknown": "They were never asked.",
    "consent_withdrawn": "They withdrew.",
}


def may_contact(
    person: int,
    purpose: str,
    channel: str,
    as_of: datetime,
    *,
    upto: int | None = None,
    purposes: Mapping[str, Purpose] | None = None,
) -> Answer:
    """Say whether we may write to a person about a purpose on a channel, with the reason and what would change a no.

    `upto`: only words up to this number (default: all). `purposes`: those of another playbook than the active one.
    Nothing said means no: the default is unknown, and unknown never sends.
    """
    declared = (active_playbook().playbook.purposes if purposes is None else purposes).get(purpose)
    if declared is None:
        return _no(
            "unknown_purpose",
            f"'{purpose}' is no purpose of the playbook",
            "Declare it in the playbook",
        )
    if channel not in declared.channels:
        return _no(
            "unknown_channel",
            f"{declared.name} is not done by {channel}",
            "Add the channel to the purpose",
        )
    origins = origins_of(person)
    limits = limits_of(origins, as_of=as_of, upto=upto)
    if Restriction.Kind.RESTRICTED in limits:
        return _no("restricted", "Processing of this person is restricted", "The restriction is lifted")
    if Restriction.Kind.OBJECTED in limits and declared.can_be_left and declared.marketing:
        return _no("objected", "They objected to marketing", "They take their objection back")
    blocked = _address_answer(person, channel, declared, as_of, upto)
    if blocked is not None:
        return blocked
    standing = standing_of(words_of(origins, as_of=as_of, upto=upto), purpose, channel)
    return _answer(declared, standing)


def _address_answer(person: int, channel: str, declared: Purpose, as_of: datetime, upto: int | None) -> Answer | None:
    """A no where there is no address or it is suppressed; None where the address is fine."""
    address = address_of(person, channel)
    if address is None:
        if channel in BY_NAME and BY_NAME[channel].needs_address:
            return _no("no_address", f"We hold no {channel} address", "They tell us one")
        return None
    if not has_suppressions():
        return None
    scopes = suppressed_addresses([(channel, address)], as_of=as_of, upto=upto).get((channel, address), {})
    reason = scopes.get("all") or (scopes.get("marketing") if declared.can_be_left else None)
    if reason is None:
        return None
    words = f"Their {channel} address is suppressed ({reason.replace('_', ' ')})"
    return _no("suppressed", words, "Staff lift the suppression, or they give another address")


def _answer(declared: Purpose, standing: Standing) -> Answer:
    facts: dict[str, object] = {"basis": declared.basis, "state": standing.state.value}
    if standing.word is not None:
        facts |= {"consent": standing.word.seq, "since": from_us(standing.word.at_us).isoformat()}
    name = declared.name
    if declared.basis in ("contract", "legal_obligation"):
        return Answer(True, Reason(declared.basis, REASONS[declared.basis], facts=facts))
    if standing.state is State.WITHDRAWN:
        return _no("consent_withdrawn", f"They withdrew from {name}", "They agree again", facts)
    if standing.state is State.GRANTED:
        since = from_us(standing.word.at_us).strftime("%-d %B %Y") if standing.word else ""
        return Answer(True, Reason("granted", f"They agreed to {name} on {since}", facts=facts))
    if declared.basis == "legitimate_interest":
        return Answer(True, Reason("legitimate_interest", REASONS["legitimate_interest"], facts=facts))
    return _no("consent_unknown", f"They were never asked about {name}", "They agree to it", facts)


def _no(code: str, words: str, change: str, facts: dict[str, object] | None = None) -> Answer:
    return Answer(False, Reason(code, words, change, facts or {}))


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
    may: Answer
    basis: str
    can_be_left: bool
    row: Consent | None


def consent_matrix(person: int, as_of: datetime) -> list[ConsentCell]:
    """Return every purpose x channel of the active playbook with its state, answer and proof."""
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
                    may_contact(person, name, channel, as_of, purposes=purposes),
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
