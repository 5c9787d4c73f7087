"""Everything the guardrails and journeys look at, about some people, as the tables the engine reads."""

from __future__ import annotations

import pyarrow as pa

from regard.decide.columns import as_input, read_rows
from regard.decide.hours import local_hours, openings
from regard.decide.models import Steering
from regard.decide.reading import (
    SHOWN_MEMBER,
    SHOWN_RUN,
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
from regard.engine.instructions import Compiled, Program
from regard.kernel.instant import DAY_US
from regard.kernel.sampling import draw, is_held_out
from regard.playbooks.steps import Op

FOREVER_US = 2**62
LOOK_AHEAD_US = 9 * DAY_US  # how far opening hours are worked out
OVERALL = "overall"


def permissions_about(
    program: Program, scope: Scope, *, now_us: int, claimed_only: bool = False
) -> dict[str, pa.Table]:
    """Return what the guardrails look at: consent, limits, addresses, contacts, complaints, hours, pauses."""
    limits = program.playbook.guardrails
    cards = read_cards(scope)
    people = people_table(cards, limits.minors)
    address, suppression = read_addresses(scope, cards, channels_of(program))
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
        "consent": read_consents(scope),
        "restriction": read_restrictions(scope),
        "contact": read_contacts(
            scope, since_us=now_us - max(caps, human), claimed_only=claimed_only
        ),
        "human": read_humans(scope, since_us=now_us - human),
        "complaint": read_complaints(scope)
        if limits.complaint_pauses
        else as_input("complaint", ()),
        "opening": as_input("opening", hours),
        "paused": as_input("paused", ((name,) for name in paused_journeys(scope.upto))),
    }


def channels_of(program: Program) -> set[str]:
    """Return the channels some message of the program goes by."""
    return {
        str(one.terms.get("channel"))
        for compiled in program.journeys
        for one in compiled.instructions
        if one.is_message
    }


def everything_about(
    program: Program, scope: Scope, *, now_us: int, inside: pa.Table
) -> dict[str, pa.Table]:
    """Return what journeys look at beyond the guardrails: touchpoints, membership, former entries, arms and draws."""
    tables = permissions_about(program, scope, now_us=now_us)
    people = tables["person"].column("person").to_pylist()
    since = min((us for us in inside.column("since_us").to_pylist()), default=now_us)
    touch, detail = read_touches(scope, program, since_us=min(since, now_us) - 1)
    zones = set(tables["person"].column("zone").to_pylist())
    minutes = {
        m
        for c in program.journeys
        for i in c.instructions
        if (m := i.terms.get("until_minute")) is not None
    }
    keys = holdout_keys(people)
    hours = local_hours(
        zones, minutes, program.playbook.company, from_us=now_us, to_us=now_us + 2 * DAY_US
    )
    return tables | {
        "touch": touch,
        "detail": detail,
        "membership": _membership(scope, since),
        "former": _former(scope),
        "arm": arm_table(program, keys),
        "draw": draw_table(program, keys),
        "hour": as_input("hour", hours if minutes else ()),
    }


def paused_journeys(upto: int) -> list[str]:
    """Return the journeys on pause, by the newest word of a colleague about each."""
    newest: dict[str, str] = {}
    words = Steering.objects.filter(
        kind__in=(Steering.Kind.PAUSE, Steering.Kind.RESUME), seq__lte=upto
    )
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
    return (
        "held_out" if share and is_held_out(key, f"journey:{compiled.name}", share) else "treated"
    )


def arm_table(program: Program, keys: dict[int, int]) -> pa.Table:
    """Return `arm`: only those who are held out; everybody else is treated."""
    return as_input(
        "arm",
        (
            (person, compiled.name, arm)
            for compiled in program.journeys
            if compiled.is_current
            for person, key in keys.items()
            if (arm := arm_of(key, compiled, program)) != "treated"
        ),
    )


def draw_table(program: Program, keys: dict[int, int]) -> pa.Table:
    """Return `draw`: where chance that can be repeated sends each person at each split."""
    splits = [
        (c, i)
        for c in program.journeys
        for i in c.instructions
        if i.op is Op.BRANCH and any(case.below is not None for case in i.cases)
    ]
    return as_input(
        "draw",
        (
            (person, c.number, i.pc, draw(key, f"split:{c.name}:{i.step}"))
            for c, i in splits
            for person, key in keys.items()
        ),
    )


def _membership(scope: Scope, since_us: int) -> pa.Table:
    """Return `membership`: where people are in now, and what they left since."""
    rows = read_rows(
        f"SELECT {WHO}, m.segment, m.since_at, %(forever)s FROM understand_member AS m"
        f"{scope.joined('m.person_id')} AND {SHOWN_MEMBER}",
        scope.bound(forever=FOREVER_US),
    )
    rows += read_rows(
        f"SELECT {WHO}, c.segment, 0, c.as_of FROM understand_segmentchange AS c"
        f"{scope.joined('c.person_id')} AND c.run_id <= {SHOWN_RUN} AND c.entered = %(left)s AND c.as_of > %(since)s",
        scope.bound(left=False, since=since_us),
    )
    return as_input("membership", rows)


def _former(scope: Scope) -> pa.Table:
    return as_input(
        "former",
        read_rows(
            f"SELECT {WHO}, e.journey, e.entry_key, e.entered_at FROM decide_enrolment AS e"
            f"{scope.joined('e.person_id')}",
            scope.bound(),
        ),
    )
