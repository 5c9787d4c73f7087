"""Everything the guardrails and journeys look at, about some people, as the tables the engine reads."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from regard.collect.among import among
from regard.decide.facts.columns import as_input, read_input
from regard.decide.facts.hours import local_hours, openings
from regard.decide.facts.paces import read_paces
from regard.decide.facts.reading import (
    WHO,
    Scope,
    holdout_keys,
    people_table,
    read_addresses,
    read_cards,
    read_complaints,
    read_consents,
    read_contacts,
    read_humans,
    read_restrictions,
    read_touches,
)
from regard.decide.live.ways_in import Arrival
from regard.decide.models import Steering
from regard.engine.journeys.facts import LESS_OFTEN_US
from regard.engine.journeys.instructions import Compiled, Instruction, Program
from regard.kernel.instant import DAY_US, FOREVER_US
from regard.kernel.sampling import draw, is_held_out
from regard.playbooks.steps import Op
from regard.understand.columns import SEGMENT_CHANGES, SHOWN_MEMBERS, SHOWN_RUN

LOOK_AHEAD_US = 9 * DAY_US  # how far opening hours are worked out
OVERALL = "overall"


def permissions_about(
    program: Program,
    scope: Scope,
    *,
    now_us: int,
    claimed_only: bool = False,
    only: Collection[int] | None = None,
    also: Collection[tuple[str, str]] = (),
) -> dict[str, pa.Table]:
    """Return what the guardrails look at: consent, limits, addresses, contacts, complaints, hours, pauses.

    `only`: the journeys, by number, that anybody of them is in or comes to; what no other asks about is not read.
    `also`: (purpose, channel) that is asked about outside journeys.
    """
    limits = program.playbook.guardrails
    cards = read_cards(scope)
    people = people_table(cards, limits.minors)
    address, suppression = read_addresses(scope, cards, channels_of(program, only) | {channel for _, channel in also})
    caps = max((cap.per for cap in limits.caps), default=0)
    human = limits.human_touch.within if limits.human_touch else 0
    zones = set(people.column("zone").to_pylist())
    hours = openings(
        zones,
        limits.quiet_hours,
        program.playbook.company,
        from_us=now_us,
        to_us=now_us + LOOK_AHEAD_US,
    )
    return {
        "person": people,
        "address": address,
        "suppression": suppression,
        "consent": read_consents(scope, purposes_of(program, only) | {purpose for purpose, _ in also}),
        "restriction": read_restrictions(scope),
        "contact": read_contacts(scope, since_us=now_us - max(caps, human, LESS_OFTEN_US), claimed_only=claimed_only),
        "human": read_humans(scope, since_us=now_us - human),
        "complaint": read_complaints(scope) if limits.complaint_pauses else as_input("complaint", ()),
        "opening": as_input("opening", hours),
        "pace": read_paces(scope),
        "paused": as_input("paused", ((name,) for name in paused_journeys(scope.upto))),
    }


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


@dataclass(frozen=True, slots=True)
class Turns:
    """Whose turn it is: who comes to the door of a journey, and who is inside one (`enrolment`)."""

    coming: Sequence[Arrival]
    inside: pa.Table

    def entering(self, program: Program, people: Collection[int]) -> dict[int, Collection[int]]:
        """Return who may enter which journey, by its number; a step that lets people in may do so with anybody."""
        whom: dict[int, Collection[int]] = {}
        for person, number, _, _ in self.coming:
            _set_of(whom, number).add(person)
        return whom | dict.fromkeys(doors(program), people)

    def present(self, program: Program, people: Collection[int]) -> dict[int, Collection[int]]:
        """Return who is inside or may enter which journey, by its number."""
        whom = self.entering(program, people)
        numbers, placed = self.inside.column("number"), self.inside.column("person")
        for number in pc.unique(numbers).to_pylist():
            there = placed.filter(pc.equal(numbers, number)).to_pylist()
            whom[number] = {*whom.get(number, ()), *there}
        return whom

    @property
    def since_us(self) -> int | None:
        """From when on something may matter to somebody inside."""
        found: int | None = pc.min(self.inside.column("since_us")).as_py()
        return found


def _set_of(whom: dict[int, Any], number: int) -> set[int]:
    found: set[int] = whom.setdefault(number, set())
    return found


def doors(program: Program) -> set[int]:
    """Return the journeys, by number, into which a step of another lets people."""
    named = {
        one.terms.get("other") for compiled in program.journeys for one in compiled.instructions if one.act == "enter"
    }
    return {c.number for c in program.journeys if c.is_current and c.name in named}


def everything_about(program: Program, scope: Scope, *, now_us: int, turns: Turns) -> dict[str, pa.Table]:
    """Return what journeys look at beyond the guardrails: touchpoints, membership, former entries, arms and draws."""
    people = set(scope.people or ())
    entering, present = turns.entering(program, people), turns.present(program, people)
    tables = permissions_about(program, scope, now_us=now_us, only=present)
    since = min(turns.since_us or now_us, now_us)
    touch, detail = read_touches(scope, program, since_us=since - 1)
    zones = set(tables["person"].column("zone").to_pylist())
    minutes = {m for c in program.journeys for i in c.instructions if (m := i.terms.get("until_minute")) is not None}
    splitting = {number for number, _ in splits_of(program)}
    drawn = {number: whom for number, whom in present.items() if number in splitting}
    keys = holdout_keys(sorted({p for w in (*entering.values(), *drawn.values()) for p in w}))
    hours = local_hours(zones, minutes, program.playbook.company, from_us=now_us, to_us=now_us + 2 * DAY_US)
    return tables | {
        "touch": touch,
        "detail": detail,
        "membership": _membership(program, scope, since),
        "former": _former(scope, {program.numbered(number).name for number in entering}),
        "arm": arm_table(program, keys, entering),
        "draw": draw_table(program, keys, drawn),
        "hour": as_input("hour", hours if minutes else ()),
    }


def paused_journeys(upto: int = FOREVER_US) -> list[str]:
    """Return the journeys on pause, by the newest word of a colleague about each, up to a number."""
    newest: dict[str, str] = {}
    words = Steering.objects.filter(kind__in=(Steering.Kind.PAUSE, Steering.Kind.RESUME), seq__lte=upto)
    for journey, kind in words.order_by("seq").values_list("journey", "kind"):
        newest[journey] = kind
    return [journey for journey, kind in newest.items() if kind == Steering.Kind.PAUSE]


def holdout_share(compiled: Compiled, program: Program) -> float:
    """Return which share of a journey is held out: its own, else the guardrails', and nobody where it only serves."""
    if compiled.journey.holdout is not None:
        return compiled.journey.holdout
    purposes = program.playbook.purposes
    used = {str(i.terms.get("purpose")) for i in compiled.instructions if i.is_message}
    is_marketing = any(purposes[name].marketing for name in used if name in purposes)
    return program.playbook.guardrails.holdout if is_marketing else 0.0


def arm_of(key: int, compiled: Compiled, program: Program) -> str:
    """Return the arm of a person with this holdout key in a journey."""
    share = holdout_share(compiled, program)
    overall = program.playbook.guardrails.holdout_overall
    if share and overall and is_held_out(key, OVERALL, overall):
        return "held_out_overall"
    return "held_out" if share and is_held_out(key, f"journey:{compiled.name}", share) else "treated"


def arm_table(program: Program, keys: dict[int, int], whom: Mapping[int, Collection[int]] | None = None) -> pa.Table:
    """Return `arm`: only those who are held out; everybody else is treated. `whom`: who may enter, else all of `keys`."""
    return as_input(
        "arm",
        (
            (person, compiled.name, arm)
            for compiled in program.journeys
            if compiled.is_current and holdout_share(compiled, program)
            for person in _whom(keys, whom, compiled.number)
            if (arm := arm_of(keys[person], compiled, program)) != "treated"
        ),
    )


def draw_table(program: Program, keys: dict[int, int], whom: Mapping[int, Collection[int]] | None = None) -> pa.Table:
    """Return `draw`: where chance that can be repeated sends each person at each split. `whom`: else all of `keys`."""
    return as_input(
        "draw",
        (
            (person, number, one.pc, draw(keys[person], f"split:{program.numbered(number).name}:{one.step}"))
            for number, one in splits_of(program)
            for person in _whom(keys, whom, number)
        ),
    )


def splits_of(program: Program) -> list[tuple[int, Instruction]]:
    """Return the splits of a program with the numbers of their journeys."""
    return [
        (c.number, i)
        for c in program.journeys
        for i in c.instructions
        if i.op is Op.BRANCH and any(case.below is not None for case in i.cases)
    ]


def _whom(keys: dict[int, int], whom: Mapping[int, Collection[int]] | None, number: int) -> Iterable[int]:
    if whom is None:
        return keys
    return (person for person in whom.get(number, ()) if person in keys)


def _membership(program: Program, scope: Scope, since_us: int) -> pa.Table:
    """Return `membership`: where people are in now, and what they left since."""
    listed, names = among(sorted(program.segments()))
    named = listed.replace("%s", "%(segments)s")
    now = read_input(
        "membership",
        f"SELECT {WHO}, m.segment, m.since_at FROM {SHOWN_MEMBERS} AS m"
        f"{scope.joined('m.person_id')} AND m.segment {named}",
        scope.bound(segments=names),
        to_us=FOREVER_US,
    )
    left = read_input(
        "membership",
        f"SELECT {WHO}, c.segment, c.as_of FROM {SEGMENT_CHANGES} AS c"
        f"{scope.joined('c.person_id')} AND c.run_id <= {SHOWN_RUN} AND c.entered = %(left)s AND c.as_of > %(since)s"
        f" AND c.segment {named}",
        scope.bound(segments=names, left=False, since=since_us),
        from_us=0,
    )
    return pa.concat_tables([now, left])


def _former(scope: Scope, journeys: Collection[str]) -> pa.Table:
    """Return `former`: when people entered these journeys before."""
    if not journeys:
        return as_input("former", ())
    listed, names = among(sorted(journeys))
    return read_input(
        "former",
        f"SELECT {WHO}, e.journey, e.entry_key, e.entered_at FROM decide_enrolment AS e"
        f"{scope.joined('e.person_id')} AND e.journey {listed.replace('%s', '%(journeys)s')}",
        scope.bound(journeys=names),
    )
