"""How many entered and left each segment, day by day, and how many were in it then.

Lists, histories and versions read these few rows instead of counting a million members. They are written in the transaction
that finishes a run, so they always say what the run shows. A refresh counts everybody anew; so does an erasure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from django.db import connection, transaction
from django.db.models import Max

from regard.understand.models import Run, SegmentTally

Moved = Counter[tuple[str, bool]]  # (segment, entered) -> people


def newest_tallies() -> dict[str, SegmentTally]:
    """Return each segment's newest row."""
    newest = SegmentTally.objects.values("segment").annotate(newest=Max("id")).values("newest")
    return {row.segment: row for row in SegmentTally.objects.filter(id__in=newest)}


def keep_tallies(run: Run, moved: Moved, versions: Mapping[str, str], counted: Mapping[str, int] | None) -> None:
    """Add what a run moved to the rows of its day. `counted`: the size of every segment, where everybody was computed."""
    newest, day = newest_tallies(), run.as_of.date().isoformat()
    touched = {segment for segment, _ in moved} | (set(newest) | set(counted) if counted else set())
    for segment in sorted(touched):
        entered, left = moved[segment, True], moved[segment, False]
        last = newest.get(segment)
        size = (last.size if last else 0) + entered - left
        if counted is not None:
            size = counted.get(segment, 0)
        if last is not None and not entered + left and size == last.size:
            continue
        version = versions.get(segment, last.version if last else "")
        if last is None or last.is_first or (last.day, last.version) != (day, version):
            last = SegmentTally(segment=segment, version=version, day=day, first_at=run.as_of, is_first=last is None)
        last.entered, last.left, last.size = last.entered + entered, last.left + left, size
        last.as_of = run.as_of
        last.save()


def count_again(erased: Sequence[int]) -> int:
    """Put every segment's newest size right after people were erased; return 0, for no file is rewritten."""
    if erased:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT segment, COUNT(*) FROM understand_member WHERE until_run IS NULL GROUP BY segment")
            counted = dict(cursor.fetchall())
            for segment, row in newest_tallies().items():
                if row.size != counted.get(segment, 0):
                    SegmentTally.objects.filter(pk=row.pk).update(size=counted.get(segment, 0))
    return 0
