"""People come into segments and leave them, as a run of understanding would have published it."""

from __future__ import annotations

from datetime import datetime

from regard.collect.sequence import last_sequence
from regard.understand.models import Member, Run, SegmentChange


def comes_into(person: int, segment: str, *, now: datetime) -> None:
    """They come into a segment."""
    made = _run(now, kind="refresh")
    Member.objects.create(segment=segment, person_id=person, since_at=now, since_run=made.id)
    SegmentChange.objects.create(segment=segment, version="v", person_id=person, as_of=now, entered=True, run=made)


def leaves(person: int, segment: str, *, now: datetime) -> None:
    """They leave a segment."""
    made = _run(now, kind="cycle")
    Member.objects.filter(segment=segment, person_id=person).delete()
    SegmentChange.objects.create(segment=segment, version="v", person_id=person, as_of=now, entered=False, run=made)


def _run(now: datetime, *, kind: str) -> Run:
    return Run.objects.create(
        kind=kind, as_of=now, upto=last_sequence(), playbook_hash="", started_at=now, finished_at=now
    )
