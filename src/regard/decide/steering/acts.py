"""What colleagues decide about journeys: pause, resume, let somebody in or out, approve a crowd.

Each is one append-only row with a sequence number, so a replay finds it where it was.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from regard.collect.sequence import allot_sequence
from regard.decide.models import Enrolment, Steering
from regard.decide.steering.releasing import release_held
from regard.decide.tallies import STANDING
from regard.identify.selectors import origins_of
from regard.kernel.issues import Issue, Refused
from regard.playbooks.model import Playbook

MOST_RELEASE_DAYS = 90


@transaction.atomic
def pause_journey(*, journey: str, by: str, now: datetime) -> int:
    """Hold everybody where they are; who would enter waits at the door. Returns how many are held."""
    _steer(Steering.Kind.PAUSE, journey, by, now)
    return Enrolment.objects.filter(journey=journey, state=Enrolment.State.ACTIVE).update(state=Enrolment.State.PAUSED)


@transaction.atomic
def resume_journey(*, journey: str, by: str, now: datetime, release_days: int = 0) -> int:
    """Let everybody go on: at once, or one after another over `release_days`. Returns how many were held.

    Nobody is lost, nobody is hurried past a wait, and who was due first goes first (releasing.py).
    """
    if not 0 <= release_days <= MOST_RELEASE_DAYS:
        raise Refused(Issue("release_days", f"spread over 0 to {MOST_RELEASE_DAYS} days"))
    _steer(Steering.Kind.RESUME, journey, by, now, release_days=release_days)
    held = release_held(journey=journey, now=now, days=release_days)
    STANDING.count_again(journey)
    return held


@transaction.atomic
def let_in(*, journey: str, person: int, playbook: Playbook, by: str, now: datetime) -> None:
    """Let a person into a journey by hand; the next cycle applies the re-entry rule. Raises Refused."""
    found = playbook.journeys.get(journey)
    if found is None:
        raise Refused(Issue("journey", f"there is no journey '{journey}'", code="not_found"))
    if not any(entry.is_by_hand for entry in found.entry):
        raise Refused(
            Issue(
                "journey",
                f"'{journey}' cannot be entered by hand",
                hint="add the entry {on: by_hand}",
            )
        )
    _steer(Steering.Kind.ENTER, journey, by, now, person=person)


@transaction.atomic
def let_out(*, journey: str, person: int, by: str, now: datetime) -> bool:
    """Take a person out of a journey where they are. False where they are not in it."""
    rows = Enrolment.objects.filter(
        journey=journey,
        person_id__in=origins_of(person),
        state__in=(Enrolment.State.ACTIVE, Enrolment.State.PAUSED),
    )
    left = rows.update(
        state=Enrolment.State.EXITED,
        ended_at=now,
        due_at=None,
        end_reason="taken out by a colleague",
    )
    if left:
        _steer(Steering.Kind.LEAVE, journey, by, now, person=person)
    return bool(left)


@transaction.atomic
def approve_step(*, journey: str, step: str, by: str, now: datetime) -> None:
    """Let a step of a journey go out to more people than the guardrails allow without a second pair of eyes."""
    _steer(Steering.Kind.APPROVE, journey, by, now, step=step)


def _steer(
    kind: str,
    journey: str,
    by: str,
    now: datetime,
    *,
    step: str = "",
    person: int | None = None,
    release_days: int = 0,
) -> None:
    Steering.objects.create(
        seq=allot_sequence(),
        kind=kind,
        journey=journey,
        step=step,
        person_id=person,
        release_days=release_days,
        by=by[:80],
        at=now,
    )
