"""Moving people inside a journey to another version of it: who goes along, who stays on theirs, who leaves.

1. Whoever is at a step that the new version has too, under the same name and of the same kind, goes on at that step.
   Who waits keeps the time they were told; patience for a touchpoint never ends later than the new version says.
2. Whoever is at a step that is gone stays on the version they began, or leaves the journey if the colleague says so.
3. One row of steering says who did it, to which version and how many: append-only, with its sequence number.

Nothing happens twice to those who are moved: a decision's key holds journey, step, person and entry, never a version.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db import connection, transaction

from regard.collect.sequence import allot_sequence
from regard.decide.facts.programs import INSIDE, definition_of
from regard.decide.models import Enrolment, EnrolmentTally, JourneyVersion, Steering
from regard.decide.tallies import STANDING
from regard.engine.journeys.instructions import Instruction, compile_steps
from regard.kernel.issues import Issue, Refused
from regard.playbooks.journeys import Journey
from regard.playbooks.steps import Op

Gone = Literal["stay", "leave"]  # what becomes of those whose step the new version does not have
TAKEN_OUT = "their step was taken out of the journey"

Place = tuple[str, str]  # (version people are on, step they are at)


@dataclass(frozen=True, slots=True)
class Crossing:
    """What moving everybody inside to one version would do, in people."""

    inside: int = 0
    there: int = 0  # on that version already
    movable: int = 0  # their step is in it too
    gone: tuple[tuple[str, int], ...] = ()  # (step that is gone, people at it), most people first

    @property
    def at_older(self) -> int:
        """People on other versions than this one."""
        return self.inside - self.there

    @property
    def at_gone(self) -> int:
        """People at a step that the new version does not have."""
        return sum(people for _, people in self.gone)


@dataclass(frozen=True, slots=True)
class Crossed:
    """What moving did."""

    moved: int
    left: int
    stayed: int


def places_of_all() -> dict[str, dict[Place, int]]:
    """Return by journey where people are: (version, step) -> how many."""
    rows = EnrolmentTally.objects.filter(state__in=INSIDE, people__gt=0)
    found: dict[str, dict[Place, int]] = {}
    for row in rows:
        places = found.setdefault(row.journey, {})
        places[row.version, row.step] = places.get((row.version, row.step), 0) + row.people
    return found


def crossing_of(name: str, journey: Journey, places: Mapping[Place, int] | None = None) -> Crossing:
    """Return what moving everybody inside a journey to this version of it would do."""
    places = places_of_all().get(name, {}) if places is None else places
    there = sum(people for (version, _), people in places.items() if version == journey.version)
    fits = fitting_places(name, journey, places)
    gone: dict[str, int] = {}
    for (version, step), people in places.items():
        if version != journey.version and (version, step) not in fits:
            gone[step] = gone.get(step, 0) + people
    return Crossing(
        inside=sum(places.values()),
        there=there,
        movable=sum(places[place] for place in fits),
        gone=tuple(sorted(gone.items(), key=lambda row: (-row[1], row[0]))),
    )


@transaction.atomic
def move_people(*, name: str, journey: Journey, gone: Gone, by: str, now: datetime) -> Crossed:
    """Move everybody inside a journey to this version of it, which is active or becomes so in this transaction.

    Raises Refused for another word than stay or leave. Nobody to move writes nothing.
    """
    if gone not in ("stay", "leave"):
        raise Refused(Issue("gone", "those whose step is gone stay, or leave"))
    places = _locked_places(name)
    fits = fitting_places(name, journey, places)
    moved = sum(_move(name, place, journey, fits[place]) for place in sorted(fits))
    left, stayed = 0, 0
    for version, step in sorted(places):
        if version != journey.version and (version, step) not in fits:
            rows = Enrolment.objects.filter(journey=name, version=version, step=step, state__in=INSIDE)
            if gone == "leave":
                left += rows.update(state=Enrolment.State.EXITED, ended_at=now, due_at=None, end_reason=TAKEN_OUT)
            else:
                stayed += rows.count()
    if moved or left:
        STANDING.count_again(name)
        _keep_version(name, journey, now)
        Steering.objects.create(
            seq=allot_sequence(),
            kind=Steering.Kind.MOVE,
            journey=name,
            version=journey.version,
            people=moved,
            left=left,
            by=by[:80],
            at=now,
        )
    return Crossed(moved, left, stayed)


def _locked_places(name: str) -> dict[Place, int]:
    """Return where people of a journey are, with everybody inside locked, in the order in which a cycle writes them."""
    rows = Enrolment.objects.select_for_update().filter(journey=name, state__in=INSIDE)
    return Counter(rows.order_by("id").values_list("version", "step"))


def fitting_places(name: str, journey: Journey, places: Iterable[Place]) -> dict[Place, Instruction]:
    """Return the places whose step the new version has too, with what it is there."""
    now = {one.step: one for one in compile_steps(journey, name)}
    before: dict[str, dict[str, Instruction]] = {}
    found: dict[Place, Instruction] = {}
    for version, step in places:
        if version == journey.version or step not in now:
            continue
        if version not in before:
            then = definition_of(name, version)
            before[version] = {} if then is None else {i.step: i for i in compile_steps(then, name)}
        was = before[version].get(step)
        if was is None or (was.op, was.act) == (now[step].op, now[step].act):
            found[version, step] = now[step]
    return found


def _move(name: str, place: Place, journey: Journey, one: Instruction) -> int:
    """Move who is at one place. A wait for a touchpoint is looked at again no later than the new patience ends."""
    patience = one.terms.get("wait_us") if one.op is Op.AWAIT else None
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE decide_enrolment SET version = %s, due_at = CASE"
            " WHEN %s AND is_waiting AND due_at > step_at + %s THEN step_at + %s ELSE due_at END"
            " WHERE journey = %s AND version = %s AND step = %s AND state IN ('active', 'paused')",
            [journey.version, patience is not None, patience or 0, patience or 0, name, *place],
        )
        return int(cursor.rowcount)


def _keep_version(name: str, journey: Journey, now: datetime) -> None:
    """Write the version down before anybody is on it: they must find it again whatever is published next."""
    JourneyVersion.objects.bulk_create(
        [
            JourneyVersion(
                journey=name,
                version=journey.version,
                definition=journey.model_dump(mode="json", by_alias=True),
                first_at=now,
            )
        ],
        ignore_conflicts=True,
    )
