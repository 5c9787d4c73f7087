"""Read what a decision may look at, in columns, for some people or for everybody: the seam before the engine.

Every query speaks of survivors: what was stored for an origin is read as the person who speaks for it now. Nothing
newer than `upto` is read. A row's `visible_us` is 0 where it is simply known by now (the live cycle and the claim).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from regard.collect.among import among
from regard.consent.suppression import address_hash, has_suppressions
from regard.decide.contracts import ON_REQUEST, sent_key
from regard.decide.facts.columns import as_input, read_columns, read_input, read_rows
from regard.decide.facts.hours import zone_key
from regard.engine.journeys.instructions import Program
from regard.engine.journeys.kinds import Kind
from regard.engine.journeys.tables import INPUTS
from regard.kernel.instant import DAY_US, FOREVER_US, to_us
from regard.kernel.money import own_minor
from regard.playbooks.channels import NEEDS_NO_ADDRESS, REACHED_BY, id_kinds
from regard.playbooks.guardrails import Minors
from regard.playbooks.values.happening import property_text
from regard.playbooks.vocabulary import MESSAGE_SENT, VOCABULARY

WHO = "COALESCE(o.survivor_id, o.id)"
_parse = msgspec.json.Decoder().decode
_KNOWN_AS = pa.schema([("person", pa.int64()), ("kind", pa.string())])
# Whatever the log names so opens or closes a pause of promotions; which of them do says each by a property.
_PAUSES = {kind.name: kind.pause for kind in VOCABULARY if kind.pause}


@dataclass(frozen=True)
class Scope:
    """Whom to read about (None: everybody) and the last sequence number that counts."""

    people: Sequence[int] | None
    upto: int
    as_then: bool = False  # a replay: a row is seen from its own instant on, not from the beginning
    by_origin: bool = False  # whose a row was when it came: who speaks for them since is the reader's to say

    @property
    def who(self) -> str:
        """Return the SQL of whose a row is."""
        return "o.id" if self.by_origin else WHO

    def seen(self, column: str) -> str:
        """Return the SQL of `visible_us` of a row that happened at `column`."""
        return column if self.as_then else "0"

    def seen_too(self, column: str) -> str:
        """Return `seen` as one more column of a query, where it has to be asked for at all."""
        return f", {column}" if self.as_then else ""

    def seen_always(self) -> dict[str, int]:
        """Return `visible_us` where it is the same for every row."""
        return {} if self.as_then else {"visible_us": 0}

    @cached_property
    def origins(self) -> list[int] | None:
        """Return every origin behind these people, found once by its index; None: no restriction."""
        if self.people is None:
            return None
        listed, bound = among(self.people)
        joined = read_rows(f"SELECT id FROM identify_person WHERE survivor_id {listed}", [bound])
        return sorted({*self.people, *(origin for (origin,) in joined)})

    def joined(self, column: str) -> str:
        """Return the join from a stored person or origin to `o`, and the condition that it is one of ours."""
        return f" JOIN identify_person AS o ON o.id = {column} WHERE {self.ours(column)}"

    def ours(self, column: str = "o.id") -> str:
        """Return the condition on the stored column itself, so that its index is used; %(people)s is bound by `bound`."""
        if self.people is None:
            return "1 = 1"
        return f"{column} {among((0,))[0].replace('%s', '%(people)s')}"

    def bound(self, **more: Any) -> dict[str, Any]:
        """Return the values to bind."""
        return {"people": among(self.origins or ())[1], "upto": self.upto, **more}


def read_cards(scope: Scope) -> dict[int, dict[str, Any]]:
    """Return person -> fields; what the survivor's own card says goes before what a joined one says."""
    rows = read_rows(
        f"SELECT {WHO}, c.fields, o.survivor_id IS NULL FROM identify_person AS o"
        f" LEFT JOIN profile_card AS c ON c.person_id = o.id WHERE {scope.ours()}",
        scope.bound(),
    )
    merged: dict[int, dict[str, Any]] = {}
    for person, fields, is_survivor in rows:
        known = _parse(fields) if fields else {}
        if before := merged.get(person):
            known = {**before, **known} if is_survivor else {**known, **before}
        merged[person] = known
    return merged


def people_table(cards: dict[int, dict[str, Any]], minors: Minors | None) -> pa.Table:
    """Return `person`: zone key and, where a birth date is known, the instant they come of age."""
    return as_input(
        "person",
        (
            (
                person,
                zone_key(known.get("time_zone"), known.get("country")),
                comes_of_age(known.get(minors.field), minors.under) if minors else None,
                0,
                FOREVER_US,
            )
            for person, known in cards.items()
        ),
    )


def read_consents(scope: Scope, purposes: Collection[str] | None = None) -> pa.Table:
    """Return `consent`: every word of theirs about these purposes, or all; the engine folds it.

    A word never counts from later than it reached us. A replay sees it from when it reached us; a history that was imported, from when it was said.
    """
    listed, bound = among(sorted({*(purposes or ()), "*"}))
    wanted = "" if purposes is None else f" AND c.purpose {listed.replace('%s', '%(purposes)s')}"
    at = "CASE WHEN c.recorded_at < c.occurred_at THEN c.recorded_at ELSE c.occurred_at END"
    seen = f"CASE WHEN c.batch_id IS NULL THEN c.recorded_at ELSE {at} END"
    return read_input(
        "consent",
        f"SELECT {scope.who}, c.purpose, c.channel, c.state = 'granted', {at}, c.seq{scope.seen_too(seen)}"
        f" FROM consent_consent AS c{scope.joined('c.person_id')} AND c.seq <= %(upto)s{wanted}",
        scope.bound(purposes=bound),
        **scope.seen_always(),
    )


def read_restrictions(scope: Scope) -> pa.Table:
    """Return `restriction`: restrictions and objections, set and lifted."""
    return read_input(
        "restriction",
        f"SELECT {scope.who}, r.person_id, r.kind, r.lifted, r.seq{scope.seen_too('r.at')}"
        f" FROM consent_restriction AS r{scope.joined('r.person_id')} AND r.seq <= %(upto)s",
        scope.bound(),
        **scope.seen_always(),
    )


def read_addresses(
    scope: Scope, cards: dict[int, dict[str, Any]], channels: Collection[str]
) -> tuple[pa.Table, pa.Table]:
    """Return `address` and `suppression`: where people can be reached on these channels, and where not any more.

    The field told last is the address, else the newest id of that kind (the rule of `profile.selectors.address_of`).
    """
    reached = {channel: by for channel, by in REACHED_BY.items() if channel in channels}
    kinds = among(id_kinds(reached))
    known = (
        f" FROM identify_identifier AS i{scope.joined('i.person_id')}"
        f" AND i.kind {kinds[0].replace('%s', '%(kinds)s')} AND i.seq <= %(upto)s"
    )
    bound = scope.bound(kinds=kinds[1])
    told = {
        (person, channel): fields[field]
        for channel, (_, field) in reached.items()
        for person, fields in cards.items()
        if isinstance(fields.get(field), str)
    }
    if has_suppressions():
        rows = read_rows(f"SELECT {WHO}, i.kind, i.value{known} ORDER BY i.seq, i.id", bound)
        found = {
            (person, channel): value
            for channel, (by, _) in reached.items()
            for person, kind, value in rows
            if kind == by
        } | told
        suppressed = as_input("suppression", _suppressed(found, scope))
        parts = [as_input("address", ((person, channel, 0, None) for person, channel in found))]
    else:
        suppressed = as_input("suppression", ())
        ids = read_columns(f"SELECT DISTINCT {WHO}, i.kind{known}", bound, _KNOWN_AS)
        parts = [as_input("address", ((person, channel, 0, None) for person, channel in told))]
        parts += [
            _reached(ids.filter(pc.equal(ids["kind"], by))["person"], channel) for channel, (by, _) in reached.items()
        ]
    everybody = pa.array(cards, pa.int64())
    parts += [_reached(everybody, channel) for channel in NEEDS_NO_ADDRESS if channel in channels]
    return pa.concat_tables(parts), suppressed


def _reached(people: pa.Array, channel: str) -> pa.Table:
    """Return `address` of people who can all be reached on a channel, known from the beginning."""
    known = [pa.repeat(pa.scalar(channel), len(people)), pa.repeat(pa.scalar(0), len(people))]
    never = pa.nulls(len(people), pa.int64())
    return pa.table([people, *known, never], schema=INPUTS["address"])


def _suppressed(found: dict[tuple[int, str], str], scope: Scope) -> Iterable[tuple[Any, ...]]:
    """Yield suppression rows by person; the list itself knows keyed hashes only."""
    if not has_suppressions():
        return
    owners: dict[str, list[tuple[int, str]]] = {}
    for (person, channel), value in found.items():
        owners.setdefault(address_hash(channel, value), []).append((person, channel))
    listed, bound = among(owners)
    rows = read_rows(
        f"SELECT s.address_hash, s.scope, CASE WHEN s.lifted THEN 1 ELSE 0 END, s.seq, {scope.seen('s.at')}"
        f" FROM consent_suppression AS s WHERE s.address_hash {listed} AND s.seq <= %s",
        [bound, scope.upto],
    )
    for digest, depth, is_lifted, seq, seen_us in rows:
        for person, channel in owners[digest]:
            yield person, channel, depth, is_lifted, seq, seen_us


# Of our own messages the log is asked only for those that no decision stands behind; each says its kind in its id.
_OF_OTHER_TOOLS = "s.kind <> 'product'"
_NO_DECISIONS = f"({_OF_OTHER_TOOLS} OR (t.name = '{MESSAGE_SENT}' AND t.message_id LIKE '{ON_REQUEST}%%'))"
_COUNTED = " ".join(
    f"WHEN t.message_id LIKE '{sent_key(kind.word)}%%' THEN {kind.counts}" for kind in Kind if kind.counts
)
_COUNTS = f"CASE WHEN {_OF_OTHER_TOOLS} THEN {int(Kind.PROMOTION)} {_COUNTED} ELSE 0 END"


def read_contacts(scope: Scope, *, since_us: int, claimed_only: bool) -> pa.Table:
    """Return `contact`: our messages to them since an instant, those of other tools among them.

    The plan counts every go, and what was asked for outside journeys once the log tells that it was sent. The claim
    counts what was claimed or sent, not what is still only planned; of the others Act tells it (`judging_again.check`).
    """
    gone = "('claimed', 'sent', 'uncertain')" if claimed_only else "('', 'claimed', 'sent', 'uncertain')"
    ours = read_input(
        "contact",
        f"SELECT {scope.who}, COALESCE(d.outcome_at, d.as_of), d.channel, d.counts, d.id FROM decide_decision AS d"
        f"{scope.joined('d.person_id')} AND d.as_of > %(since)s AND d.verdict = 'go' AND d.counts > 0"
        f" AND d.outcome IN {gone}",
        scope.bound(since=since_us - DAY_US * 30),
        visible_us=0,
        world=0,
    )
    theirs = read_input(
        "contact",
        f"SELECT {scope.who}, t.occurred_at, {scope.seen('t.occurred_at')}, t.channel, {_COUNTS} FROM collect_touchpoint AS t"
        f" JOIN collect_source AS s ON s.id = t.source_id{scope.joined('t.origin')}"
        " AND t.occurred_at > %(since)s AND t.seq <= %(upto)s AND t.direction = 'out'"
        f" AND t.actor = 'automation' AND {_OF_OTHER_TOOLS if claimed_only else _NO_DECISIONS}",
        scope.bound(since=since_us),
        world=0,
        seq=None,
    )
    return pa.concat_tables([ours, theirs])


def read_humans(scope: Scope, *, since_us: int) -> pa.Table:
    """Return `human`: when a colleague was last in touch."""
    return read_input(
        "human",
        f"SELECT {scope.who}, t.occurred_at, {scope.seen('t.occurred_at')} FROM collect_touchpoint AS t{scope.joined('t.origin')}"
        " AND t.occurred_at > %(since)s AND t.seq <= %(upto)s AND t.actor = 'staff' AND t.direction <> 'none'",
        scope.bound(since=since_us),
    )


def read_complaints(scope: Scope) -> pa.Table:
    """Return `complaint`: what pauses promotions, from its opening to its closing, as the log tells it."""
    listed, bound = among(sorted(_PAUSES))
    rows = read_rows(
        f"SELECT {scope.who}, t.name, t.occurred_at, t.properties FROM collect_touchpoint AS t"
        f" JOIN collect_source AS s ON s.id = t.source_id{scope.joined('t.origin')} AND t.seq <= %(upto)s"
        f" AND t.name {listed.replace('%s', '%(names)s')} AND s.kind <> 'api' ORDER BY t.seq",
        scope.bound(names=bound),
    )
    open_since: dict[tuple[int, str], int] = {}
    stretches: list[tuple[int, int, int | None, int]] = []
    for person, name, at_us, properties in rows:
        told = json.loads(properties)
        key = (person, str(told.get("task", "")))
        if _PAUSES[name] == "closes" and key in open_since:
            stretches.append((person, open_since.pop(key), at_us, 0))
        elif _PAUSES[name] == "opens" and told.get("pauses_promotions"):
            open_since.setdefault(key, at_us)
    stretches.extend((person, since, None, 0) for (person, _), since in open_since.items())
    return as_input("complaint", stretches)


def read_touches(scope: Scope, program: Program, *, since_us: int) -> tuple[pa.Table, pa.Table]:
    """Return `touch` and `detail`: what journeys listen for, and the properties their filters look at."""
    wanted = list(program.happenings())
    listed, bound = among(sorted({one.name for one in wanted}))
    keys = {key for one in wanted for key in one.where}
    rows = read_rows(
        f"SELECT t.seq, {scope.who}, t.name, t.occurred_at, t.occurred_at, t.score_milli, t.value_minor, t.currency,"
        f" t.properties FROM collect_touchpoint AS t{scope.joined('t.origin')}"
        f" AND t.name {listed.replace('%s', '%(names)s')} AND t.occurred_at > %(since)s AND t.seq <= %(upto)s",
        scope.bound(names=bound, since=since_us),
    )
    details = (
        (row[0], key, text)
        for row in rows
        if keys and any(key in row[8] for key in keys)
        for told in (json.loads(row[8]),)
        for key in keys
        if (text := property_text(told.get(key))) is not None
    )
    own = program.playbook.company.currency
    touches = ((*row[:6], own_minor(row[6], row[7], own)) for row in rows)
    return as_input("touch", touches), as_input("detail", details)


def holdout_keys(people: Sequence[int]) -> dict[int, int]:
    """Return person -> the random key that decides their arms for ever (contract 5)."""
    listed, bound = among(people)
    return dict(read_rows(f"SELECT id, holdout_key FROM identify_person WHERE id {listed}", [bound]))


def comes_of_age(value: object, age: int) -> int | None:
    """Return the instant at which somebody born on this day is `age` years old, or None where it is no day."""
    try:
        born = date.fromisoformat(str(value)[:10])
        grown = born.replace(year=born.year + age, day=min(born.day, 28) if born.month == 2 else born.day)
    except ValueError:
        return None
    return to_us(datetime(grown.year, grown.month, grown.day, tzinfo=UTC))
