"""What journeys look at in a replay, as it stood at each instant of a stretch: the input tables of the engine."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regard.decide.facts.columns import as_input, read_rows
from regard.decide.facts.hours import local_hours, openings
from regard.decide.facts.laying import arm_table, channels_of, doors, draw_table, splits_of
from regard.decide.facts.paces import read_paces
from regard.decide.facts.programs import tables_of
from regard.decide.facts.reading import (
    WHO,
    Scope,
    holdout_keys,
    read_complaints,
    read_consents,
    read_contacts,
    read_humans,
    read_restrictions,
    read_touches,
)
from regard.decide.replay.addresses import addresses_then
from regard.decide.replay.history import Past, arrivals_over, fields_of_dates
from regard.decide.replay.profiles import fields_of_people, people_then
from regard.decide.replay.standing import Standing, Stored, minutes_waited_for, stand_at
from regard.engine.journeys.facts import LESS_OFTEN_US
from regard.engine.journeys.instructions import Program
from regard.engine.journeys.what_if import ASSUMED
from regard.kernel.instant import DAY_US
from regard.kernel.sampling import SCALE, draw
from regard.playbooks.channels import address_fields

FEW_OF_THEM = 30_000  # above so many people, everybody is read at once
_UNDER_WAY = 9 * DAY_US  # how far beyond the end opening hours are worked out


def fields_asked(program: Program) -> set[str]:
    """Return the fields whose history a replay reads."""
    return (
        fields_of_people(program.playbook.guardrails.minors)
        | address_fields(channels_of(program))
        | fields_of_dates(program)
    )


def history_tables(
    program: Program, past: Past, stored: list[Stored], *, grid_us: int
) -> tuple[dict[str, pa.Table], Standing]:
    """Return what journeys look at, about those who come to some door in the stretch or stand inside; and who stands.

    Nobody else is ever asked about.
    """
    coming = arrivals_over(program, past)
    people = sorted({*coming.column("person").to_pylist(), *(row["person"] for row in stored)})
    person = people_then(people, past.told, program.playbook.guardrails.minors)
    standing = stand_at(program, stored, person, from_us=past.from_us, grid_us=grid_us, upto=past.upto)
    scope = Scope(people if len(people) < FEW_OF_THEM else None, past.upto, as_then=True, by_origin=True)
    since = [past.from_us, *standing.enrolments.column("since_us").to_pylist()]
    touch, detail = read_touches(scope, program, since_us=min(since) - 1)
    keys, whom = _who_may_enter(program, coming, standing, people)
    tables = tables_of(program) | _permissions(program, past, scope, people)
    return tables | {
        "clock": pa.table({"as_of": np.arange(past.from_us, past.to_us + 1, grid_us, dtype=np.int64)}),
        "person": person,
        **_hours(program, set(pc.unique(person.column("zone")).to_pylist()), past),
        "touch": past.joined.tell(touch),
        "detail": detail,
        "membership": _known_before(past),
        "arrival": coming,
        "enrolment": standing.enrolments,
        "learnt": standing.learnt,
        "former": _former(past),
        "arm": arm_table(program, keys, whom),
        "draw": draw_table(program, keys, {n: whom.get(n, ()) for n, _ in splits_of(program)}),
        "assumed": assumed_table(program, keys),
    }, standing


def _who_may_enter(
    program: Program, coming: pa.Table, standing: Standing, people: list[int]
) -> tuple[dict[int, int], dict[int, Collection[int]]]:
    """Return the holdout keys of all, and by the number of a journey who comes to its door or stands inside."""
    whom: dict[int, set[int]] = {}
    for table in (coming, standing.enrolments):
        numbers, placed = table.column("number"), table.column("person")
        for number in pc.unique(numbers).to_pylist():
            there = placed.filter(pc.equal(numbers, number)).to_pylist()
            whom.setdefault(number, set()).update(there)
    everybody = dict.fromkeys(doors(program), people)
    return holdout_keys(people), {**whom, **everybody}


def _permissions(program: Program, past: Past, scope: Scope, people: list[int]) -> dict[str, pa.Table]:
    """Return what the guardrails look at, each row seen from when we knew it."""
    limits, tell = program.playbook.guardrails, past.joined.tell
    address, suppression = addresses_then(
        channels_of(program),
        people,
        past.told,
        upto=past.upto,
        joined=past.joined,
        from_us=past.from_us,
    )
    caps = max((cap.per for cap in limits.caps), default=0)
    human = limits.human_touch.within if limits.human_touch else 0
    back = past.from_us - max(caps, human, LESS_OFTEN_US)
    contacts = read_contacts(scope, since_us=back, claimed_only=False)
    complaints = read_complaints(scope) if limits.complaint_pauses else as_input("complaint", ())
    return {
        "address": address,
        "suppression": suppression,
        "consent": tell(read_consents(scope)),
        "restriction": tell(read_restrictions(scope)),
        "contact": tell(_before(contacts, past.from_us)),
        "human": tell(read_humans(scope, since_us=past.from_us - human)),
        "complaint": tell(complaints, at="opened_us"),
        "pace": tell(read_paces(scope), at="from_us"),
    }


def _hours(program: Program, zones: set[str], past: Past) -> dict[str, pa.Table]:
    """Return when it is open in each zone, and every time an hour comes for which some step waits."""
    company, quiet = program.playbook.company, program.playbook.guardrails.quiet_hours
    until, minutes = past.to_us + _UNDER_WAY, minutes_waited_for(program)
    opening = openings(zones, quiet, company, from_us=past.from_us, to_us=until)
    hour = local_hours(zones, minutes, company, from_us=past.from_us, to_us=past.to_us + DAY_US)
    return {
        "opening": as_input("opening", opening),
        "hour": as_input("hour", hour if minutes else ()),
    }


def _known_before(past: Past) -> pa.Table:
    """Who is in a segment when the stretch begins did not come into it just then: it leads nobody out."""
    since = past.membership.column("from_us")
    place = past.membership.schema.get_field_index("from_us")
    earlier = pc.if_else(pc.equal(since, past.from_us), 0, since)
    return past.membership.set_column(place, "from_us", earlier)


def _former(past: Past) -> pa.Table:
    """Return who had entered which journey before the stretch began: they come in again by its re-entry rule only."""
    rows = read_rows(
        f"SELECT {WHO}, e.journey, e.entry_key, e.entered_at FROM decide_enrolment AS e"
        " JOIN identify_person AS o ON o.id = e.person_id WHERE e.entered_at <= %s",
        [past.from_us],
    )
    return as_input("former", rows)


def _before(contacts: pa.Table, start: int) -> pa.Table:
    """Keep what other tools sent, and of our own messages those up to the beginning: later ones are decided again."""
    is_theirs = pc.is_null(contacts.column("seq"))
    return contacts.filter(pc.or_(is_theirs, pc.less_equal(contacts.column("at_us"), start)))


def assumed_table(program: Program, keys: dict[int, int]) -> pa.Table:
    """Return what the stated rates answer: for each person and wait with a rate, whether they answer and how."""
    rows: list[dict[str, object]] = []
    for compiled in program.journeys:
        for step, rate in compiled.journey.assume.items():
            pc_, salt = compiled.at(step), f"assume:{compiled.name}:{step}"
            for person, key in keys.items():
                is_answered = draw(key, salt) < rate.answered * SCALE
                score = _score(draw(key, f"{salt}:score"), rate.scores) if is_answered else None
                rows.append(
                    {
                        "person": person,
                        "number": compiled.number,
                        "pc": pc_,
                        "is_answered": is_answered,
                        "score_milli": None if score is None else score * 1000,
                        "after_us": rate.after,
                    }
                )
    return pa.Table.from_pylist(rows, ASSUMED)


def _score(drawn: int, shares: dict[int, float]) -> int | None:
    below = 0.0
    for score, share in sorted(shares.items()):
        below += share * SCALE
        if drawn < below:
            return score
    return max(shares) if shares else None
