"""What publishing a playbook would do to the people inside journeys, before anybody does it."""

from __future__ import annotations

from dataclasses import dataclass

from regard.decide.models import JourneyVersion
from regard.decide.steering.to_another_version import crossing_of, places_of_all
from regard.kernel.issues import Refused
from regard.playbooks.journeys import Journey
from regard.playbooks.model import Playbook
from regard.understand.selectors import count_in_any
from regard.versions.selectors import active_playbook


@dataclass(frozen=True, slots=True)
class Publishing:
    """One journey: what changes for whom. People inside stay on their version unless they are moved."""

    journey: str
    is_new: bool
    is_gone: bool
    is_changed: bool
    inside: int
    finish_on_theirs: int
    may_enter_at_once: int  # in the entry segment already, where the journey lets them in
    on_schedule: int = 0  # in a segment that is let in at fixed times
    uncounted: tuple[str, ...] = ()  # entry segments whose people are not known before the next cycle
    movable: int = 0  # of those who finish on theirs: their step is in the new version too
    gone: tuple[tuple[str, int], ...] = ()  # (step that is gone, people at it)

    @property
    def at_gone(self) -> int:
        """People at a step that the new version does not have: they stay, or leave."""
        return sum(people for _, people in self.gone)

    @property
    def matters(self) -> bool:
        """Say whether the journey is another one than what is active."""
        return self.is_new or self.is_gone or self.is_changed


def preview_publishing(playbook: Playbook) -> list[Publishing]:
    """Return what publishing this playbook would do, journey by journey, those that are gone last.

    A journey is new or changed against the active playbook; where none is active, against what ever ran.
    """
    inside, active = places_of_all(), _active()
    known = set(JourneyVersion.objects.values_list("journey", "version"))
    ran = {journey for journey, _ in known}
    before = known if active is None else {(n, j.version) for n, j in active.journeys.items()}
    named = {name for name, _ in before}
    found = []
    for name, journey in playbook.journeys.items():
        crossing = crossing_of(name, journey, inside.get(name, {}))
        at_once, timed, uncounted = _coming(journey, playbook, active, is_new=name not in ran)
        found.append(
            Publishing(
                name,
                is_new=name not in named,
                is_gone=False,
                is_changed=(name, journey.version) not in before,
                inside=crossing.inside,
                finish_on_theirs=crossing.inside - crossing.there,
                movable=crossing.movable,
                gone=crossing.gone,
                may_enter_at_once=at_once,
                on_schedule=timed,
                uncounted=uncounted,
            )
        )
    return found + [
        _gone(name, sum(inside.get(name, {}).values()), was_there=name in named)
        for name in sorted({*inside, *(active.journeys if active else ())})
        if name not in playbook.journeys
    ]


def _gone(name: str, people: int, *, was_there: bool) -> Publishing:
    """Return a journey that is not in the playbook; people inside finish on the version they began."""
    return Publishing(name, False, was_there, was_there, people, people, 0)


def _active() -> Playbook | None:
    try:
        return active_playbook().playbook
    except Refused:
        return None


def _coming(
    journey: Journey, playbook: Playbook, active: Playbook | None, *, is_new: bool
) -> tuple[int, int, tuple[str, ...]]:
    """Return who would come in at once, who at fixed times, and the segments nobody can count yet."""
    at_once = {e.asks_segment() for e in journey.entry if e.is_at_once()}
    at_once = at_once if is_new else set()
    timed = {e.asks_segment() for e in journey.entry if e.is_timed}
    before = active.segments if active else {}
    uncounted = {s for s in at_once | timed if before.get(s) != playbook.segments.get(s)}
    return count_in_any(at_once - uncounted), count_in_any(timed - uncounted), tuple(sorted(uncounted))
