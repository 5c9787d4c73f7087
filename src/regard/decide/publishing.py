"""What publishing a playbook would do to the people inside journeys, before anybody does it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count

from regard.decide.columns import read_rows
from regard.decide.models import Enrolment, JourneyVersion
from regard.decide.programs import INSIDE
from regard.decide.reading import SHOWN_MEMBER
from regard.playbooks.entries import SegmentEntered
from regard.playbooks.journeys import Journey
from regard.playbooks.model import Playbook


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


def preview_publishing(playbook: Playbook) -> list[Publishing]:
    """Return what publishing this playbook would do, journey by journey, those that are gone last."""
    inside: dict[str, dict[str, int]] = {}
    rows = Enrolment.objects.filter(state__in=INSIDE).values_list("journey", "version")
    for journey, version, people in rows.annotate(n=Count("id")):
        inside.setdefault(journey, {})[version] = people
    ran = set(JourneyVersion.objects.values_list("journey", flat=True))
    known = set(JourneyVersion.objects.values_list("journey", "version"))
    found = [
        _of(
            name,
            journey,
            inside.get(name, {}),
            is_new=name not in ran,
            is_known=(name, journey.version) in known,
        )
        for name, journey in playbook.journeys.items()
    ]
    gone = [
        Publishing(name, False, True, True, sum(there.values()), sum(there.values()), 0)
        for name, there in sorted(inside.items())
        if name not in playbook.journeys
    ]
    return found + gone


def _of(
    name: str, journey: Journey, there: dict[str, int], *, is_new: bool, is_known: bool
) -> Publishing:
    total = sum(there.values())
    return Publishing(
        name, is_new, False, not is_known, total, total - there.get(journey.version, 0),
        _may_enter(journey) if is_new else 0,
    )  # fmt: skip


def _may_enter(journey: Journey) -> int:
    segments = [e.segment for e in journey.entry if isinstance(e, SegmentEntered) and e.already_in]
    if not segments:
        return 0
    marks = ", ".join(["%s"] * len(segments))
    rows = read_rows(
        f"SELECT COUNT(DISTINCT m.person_id) FROM understand_member AS m WHERE m.segment IN ({marks}) AND {SHOWN_MEMBER}",
        segments,
    )
    return int(rows[0][0])
