"""Everything the guardrails and journeys looked at in one stored cycle: the tables of `laying`, as they were then.

What bears a sequence number is read up to the cycle's. Cards, members and our own messages have no such number: they
are folded from tellings and changes up to then, and from what the verification has decided so far.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from regard.collect.among import among
from regard.consent.suppression import address_hash
from regard.decide.facts.columns import as_input, read_rows
from regard.decide.facts.hours import local_hours, openings
from regard.decide.facts.laying import (
    LOOK_AHEAD_US,
    Turns,
    arm_table,
    channels_of,
    draw_table,
    paused_journeys,
    splits_of,
)
from regard.decide.facts.paces import read_paces
from regard.decide.facts.reading import (
    Scope,
    holdout_keys,
    people_table,
    read_complaints,
    read_consents,
    read_contacts,
    read_humans,
    read_restrictions,
    read_touches,
)
from regard.decide.verifying.families import Families
from regard.engine.journeys.facts import LESS_OFTEN_US
from regard.engine.journeys.instructions import Program
from regard.kernel.instant import DAY_US, FOREVER_US
from regard.playbooks.channels import NEEDS_NO_ADDRESS, REACHED_BY

Contact = tuple[int, int, str, int]  # person, at_us, channel, what it counts as
Former = tuple[int, str, str, int]  # person, journey, entry key, entered_us


@dataclass(frozen=True, slots=True)
class Moment:
    """One stored cycle: its clock, its number, the run it saw, and whom it is about."""

    program: Program
    now_us: int
    upto: int
    run: int
    families: Families
    people: Collection[int]


def tables_then(
    moment: Moment, turns: Turns, *, ours: Iterable[Contact], former: Iterable[Former]
) -> dict[str, pa.Table]:
    """Return the inputs of one cycle about its people. `ours`: the messages decided before; `former`: who was in."""
    program, now_us, families = moment.program, moment.now_us, moment.families
    scope = Scope(families.origins(moment.people), moment.upto, by_origin=True)
    limits, company = program.playbook.guardrails, program.playbook.company
    cards = _cards(moment, scope)
    people = people_table(cards, limits.minors)
    zones = set(people.column("zone").to_pylist())
    caps = max((cap.per for cap in limits.caps), default=0)
    human = limits.human_touch.within if limits.human_touch else 0
    since = min(turns.since_us or now_us, now_us)
    touch, detail = read_touches(scope, program, since_us=since - 1)
    theirs = read_contacts(scope, since_us=now_us - max(caps, human, LESS_OFTEN_US), claimed_only=False)
    address, suppression = _addresses(moment, scope, cards)
    told = {
        "consent": read_consents(scope),
        "restriction": read_restrictions(scope),
        "contact": theirs.filter(pc.is_null(theirs.column("seq"))),
        "human": read_humans(scope, since_us=now_us - human),
        "complaint": read_complaints(scope) if limits.complaint_pauses else as_input("complaint", ()),
        "pace": read_paces(scope),
        "touch": touch,
    }
    found = {name: families.spoken(table, moment.people) for name, table in told.items()}
    contact = as_input("contact", ((who, at, 0, by, bit, 0, None) for who, at, by, bit in ours))
    hours = openings(zones, limits.quiet_hours, company, from_us=now_us, to_us=now_us + LOOK_AHEAD_US)
    return found | {
        "person": people,
        "address": address,
        "suppression": suppression,
        "contact": pa.concat_tables([found["contact"], contact]),
        "detail": detail,
        "opening": as_input("opening", hours),
        "hour": _hours(program, zones, now_us),
        "paused": as_input("paused", ((name,) for name in paused_journeys(moment.upto))),
        "membership": as_input("membership", _membership(moment, scope, since)),
        "former": as_input("former", former),
        **_chance(program, turns, set(cards)),
    }


def _hours(program: Program, zones: Collection[str], now_us: int) -> pa.Table:
    minutes = {
        minute
        for compiled in program.journeys
        for one in compiled.instructions
        if (minute := one.terms.get("until_minute")) is not None
    }
    rows = local_hours(set(zones), minutes, program.playbook.company, from_us=now_us, to_us=now_us + 2 * DAY_US)
    return as_input("hour", rows if minutes else ())


def _chance(program: Program, turns: Turns, people: set[int]) -> dict[str, pa.Table]:
    """Return `arm` and `draw`, which never change."""
    entering, present = turns.entering(program, people), turns.present(program, people)
    splitting = {number for number, _ in splits_of(program)}
    drawn = {number: whom for number, whom in present.items() if number in splitting}
    keys = holdout_keys(sorted({p for w in (*entering.values(), *drawn.values()) for p in w}))
    return {"arm": arm_table(program, keys, entering), "draw": draw_table(program, keys, drawn)}


def _cards(moment: Moment, scope: Scope) -> dict[int, dict[str, Any]]:
    """Return person -> fields: of each field the newest telling; what only a card knows, counts all along."""
    listed, bound = among(scope.people or ())
    cards: dict[int, dict[str, Any]] = {person: {} for person in moment.people}
    for origin, fields in read_rows(f"SELECT person_id, fields FROM profile_card WHERE person_id {listed}", [bound]):
        cards[moment.families.speaker(origin)] |= json.loads(fields) if fields else {}
    rows = read_rows(
        f"SELECT person_id, name, value, seq FROM profile_fieldchange WHERE person_id {listed}"
        " ORDER BY occurred_at, seq",
        [bound],
    )
    told = [(moment.families.speaker(who), name, value, seq) for who, name, value, seq in rows]
    for person, name, _, _ in told:
        cards[person].pop(name, None)
    for person, name, value, seq in told:
        if seq <= moment.upto:
            cards[person][name] = None if value is None else json.loads(value)
    return cards


def _addresses(moment: Moment, scope: Scope, cards: Mapping[int, Mapping[str, Any]]) -> tuple[pa.Table, pa.Table]:
    """Return `address` and `suppression` by the rule of the live run: the field told last, else the newest id."""
    channels = channels_of(moment.program)
    reached = {channel: by for channel, by in REACHED_BY.items() if channel in channels}
    listed, bound = among(scope.people or ())
    ids = read_rows(
        f"SELECT person_id, kind, value FROM identify_identifier WHERE person_id {listed} AND seq <= %s"
        " ORDER BY seq, id",
        [bound, moment.upto],
    )
    found: dict[tuple[int, str], str] = {}
    for channel, (kind, field) in reached.items():
        for origin, told_as, value in ids:
            if told_as == kind:
                found[moment.families.speaker(origin), channel] = value
        for person, known in cards.items():
            if isinstance(value := known.get(field), str):
                found[person, channel] = value
    rows = [(person, channel, 0, None) for person, channel in found]
    free = [channel for channel in NEEDS_NO_ADDRESS if channel in channels]
    rows += [(person, channel, 0, None) for channel in free for person in cards]
    return as_input("address", rows), as_input("suppression", _suppressed(found, moment.upto))


def _suppressed(found: Mapping[tuple[int, str], str], upto: int) -> Iterator[tuple[Any, ...]]:
    owners: dict[str, list[tuple[int, str]]] = {}
    for (person, channel), value in found.items():
        owners.setdefault(address_hash(channel, value), []).append((person, channel))
    listed, bound = among(sorted(owners))
    rows = read_rows(
        "SELECT address_hash, scope, CASE WHEN lifted THEN 1 ELSE 0 END, seq FROM consent_suppression"
        f" WHERE address_hash {listed} AND seq <= %s",
        [bound, upto],
    )
    for digest, depth, is_lifted, seq in rows:
        for person, channel in owners[digest]:
            yield person, channel, depth, is_lifted, seq, 0


def _membership(moment: Moment, scope: Scope, since_us: int) -> Iterator[tuple[int, str, int, int]]:
    """Yield where people were in, and what they had left since, up to the run the cycle saw."""
    listed, bound = among(scope.people or ())
    wanted, names = among(sorted(moment.program.segments()))
    rows = read_rows(
        "SELECT person_id, segment, CASE WHEN entered THEN 1 ELSE 0 END, as_of FROM understand_segmentchange"
        f" WHERE person_id {listed} AND segment {wanted} AND run_id <= %s ORDER BY as_of, id",
        [bound, names, moment.run],
    )
    inside: dict[tuple[int, str], int] = {}
    for origin, segment, came, at_us in rows:
        if came:
            inside[origin, segment] = at_us
            continue
        inside.pop((origin, segment), None)
        if at_us > since_us:
            yield moment.families.speaker(origin), segment, 0, at_us
    for (origin, segment), at_us in inside.items():
        yield moment.families.speaker(origin), segment, at_us, FOREVER_US


def crowded(places: Mapping[tuple[str, str], int], approved: Sequence[tuple[str, str]]) -> pa.Table:
    """Return `crowd` of the steps that would reach too many people."""
    rows = ((*place, people, place in approved, 0, FOREVER_US, None) for place, people in places.items())
    return as_input("crowd", rows)
