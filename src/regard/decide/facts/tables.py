"""The tables a decision may see, about some people, as the engine reads them: written once, for every past there is.

One fact of the guardrails is one reader here. What a past has to say of its own (members, messages of ours) it says.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from regard.decide.facts.addresses import read_addresses
from regard.decide.facts.arms import arm_table, draw_table, holdout_keys, splits_of
from regard.decide.facts.columns import as_input
from regard.decide.facts.fields import fields_of_people, people_table
from regard.decide.facts.hours import local_hours, openings
from regard.decide.facts.messages import read_complaints, read_humans, read_theirs, read_touches
from regard.decide.facts.past import Past
from regard.decide.facts.wishes import read_consents, read_paces, read_restrictions
from regard.engine.journeys.facts import LESS_OFTEN_US
from regard.engine.journeys.instructions import Instruction, Program
from regard.kernel.instant import DAY_US
from regard.playbooks.channels import address_fields

LOOK_AHEAD_US = 9 * DAY_US  # how far opening hours are worked out


@dataclass(frozen=True, slots=True)
class Turns:
    """Whose turn it is: who comes to the door of a journey (`arrival`), and who is inside one (`enrolment`)."""

    coming: pa.Table
    inside: pa.Table

    def entering(self, program: Program, people: Collection[int]) -> dict[int, Collection[int]]:
        """Return who may enter which journey, by its number; a step that lets people in may do so with anybody."""
        return {**_by_number(self.coming), **dict.fromkeys(doors(program), people)}

    def present(self, program: Program, people: Collection[int]) -> dict[int, Collection[int]]:
        """Return who is inside or may enter which journey, by its number."""
        whom = self.entering(program, people)
        for number, there in _by_number(self.inside).items():
            whom[number] = {*whom.get(number, ()), *there}
        return whom

    @property
    def since_us(self) -> int | None:
        """From when on something may matter to somebody inside."""
        found: int | None = pc.min(self.inside.column("since_us")).as_py()
        return found


def _by_number(table: pa.Table) -> dict[int, Collection[int]]:
    numbers, placed = table.column("number"), table.column("person")
    return {n: set(placed.filter(pc.equal(numbers, n)).to_pylist()) for n in pc.unique(numbers).to_pylist()}


def doors(program: Program) -> set[int]:
    """Return the journeys, by number, into which a step of another lets people."""
    named = {
        one.terms.get("other") for compiled in program.journeys for one in compiled.instructions if one.act == "enter"
    }
    return {c.number for c in program.journeys if c.is_current and c.name in named}


def permissions_about(
    program: Program,
    past: Past,
    *,
    only: Collection[int] | None = None,
    also: Collection[tuple[str, str]] = (),
) -> dict[str, pa.Table]:
    """Return what the guardrails look at: consent, limits, addresses, contacts, complaints, hours, pauses.

    `only`: the journeys, by number, that anybody of them is in or comes to; what no other asks about is not read.
    `also`: (purpose, channel) that is asked about outside journeys.
    """
    limits, company, scope = program.playbook.guardrails, program.playbook.company, past.scope
    channels = channels_of(program, only) | {channel for _, channel in also}
    fields = past.fields({*fields_of_people(limits.minors), *address_fields(channels)})
    people = people_table(fields, limits.minors)
    address, suppression = read_addresses(past, fields, channels)
    caps = max((cap.per for cap in limits.caps), default=0)
    human = limits.human_touch.within if limits.human_touch else 0
    back = past.first_us - max(caps, human, LESS_OFTEN_US)
    until = past.stretch.until_us + LOOK_AHEAD_US
    hours = openings(zones_of(people), limits.quiet_hours, company, from_us=past.first_us, to_us=until)
    return {
        "person": people,
        "address": address,
        "suppression": suppression,
        "consent": read_consents(scope, purposes_of(program, only) | {purpose for purpose, _ in also}),
        "restriction": read_restrictions(scope),
        "contact": pa.concat_tables(
            [past.ours(back), read_theirs(scope, since_us=back, with_requests=past.counts_planned)]
        ),
        "human": read_humans(scope, since_us=past.first_us - human),
        "complaint": read_complaints(scope) if limits.complaint_pauses else as_input("complaint", ()),
        "opening": as_input("opening", hours),
        "pace": read_paces(scope),
        "paused": as_input("paused", ((name,) for name in past.paused())),
    }


def everything_about(program: Program, past: Past, turns: Turns) -> dict[str, pa.Table]:
    """Return all that journeys look at: beyond the guardrails, touchpoints, membership, former entries, arms, draws."""
    people = list(past.people or ())
    entering, present = turns.entering(program, people), turns.present(program, people)
    tables = permissions_about(program, past, only=present)
    since = min(turns.since_us or past.first_us, past.first_us)
    touch, detail = read_touches(past.scope, program, since_us=since - 1)
    splitting = {number for number, _ in splits_of(program)}
    drawn = {number: whom for number, whom in present.items() if number in splitting}
    keys = holdout_keys(sorted({p for w in (*entering.values(), *drawn.values()) for p in w}))
    return tables | {
        "touch": touch,
        "detail": detail,
        "membership": past.membership(program.segments(), since),
        "former": past.former({program.numbered(number).name for number in entering}),
        "arm": arm_table(program, keys, entering),
        "draw": draw_table(program, keys, drawn),
        "hour": hours_waited_for(
            program, zones_of(tables["person"]), from_us=past.first_us, to_us=past.stretch.until_us
        ),
        "arrival": turns.coming,
        "enrolment": turns.inside,
    }


def zones_of(people: pa.Table) -> set[str]:
    """Return the zone keys of the input `person`."""
    return set(pc.unique(people.column("zone")).to_pylist())


def hours_waited_for(program: Program, zones: set[str], *, from_us: int, to_us: int) -> pa.Table:
    """Return `hour`: every time an hour comes for which some step waits, in each zone."""
    found = {i.terms.get("until_minute") for c in program.journeys for i in c.instructions}
    minutes = {minute for minute in found if minute is not None}
    rows = local_hours(zones, minutes, program.playbook.company, from_us=from_us, to_us=to_us + 2 * DAY_US)
    return as_input("hour", rows if minutes else ())


def channels_of(program: Program, only: Collection[int] | None = None) -> set[str]:
    """Return the channels some message of the program, or of these journeys, goes by."""
    return {str(one.terms.get("channel")) for one in _acts(program, only) if one.is_message}


def purposes_of(program: Program, only: Collection[int] | None = None) -> set[str]:
    """Return the purposes some act of the program, or of these journeys, rests on."""
    return {str(one.terms.get("purpose")) for one in _acts(program, only)} - {"None"}


def _acts(program: Program, only: Collection[int] | None) -> Iterator[Instruction]:
    for compiled in program.journeys:
        if only is None or compiled.number in only:
            yield from (one for one in compiled.instructions if one.act)
