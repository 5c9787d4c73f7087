"""Take the understanding of everybody, or of those who moved, to a point in time and publish what changed.

`refresh` computes everybody; `cycle` only people who were touched, with a timer due or whose windows slid. Both run the
same steps at the same (`as_of`, `upto`, playbook) and come to the same answers (tested as a law).
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db import transaction

from regard.collect.sequence import last_sequence
from regard.engine.codes import Codes
from regard.engine.store import Workbench
from regard.engine.understanding import Coordinates, Understanding, refers_of, segment_column
from regard.kernel.instant import from_us, to_us
from regard.kernel.sql import Sql
from regard.playbooks.model import Playbook
from regard.playbooks.windows import Clock
from regard.understand.copy_of_log import OpenLog, needs_compacting, open_log, sync_log
from regard.understand.cuts import Cuts, lay_cuts, stored_cuts, taken_cuts
from regard.understand.laying import lay_inputs
from regard.understand.models import Run
from regard.understand.moving import Moved, needs_everybody, who_moved
from regard.understand.publishing import finished_run, lay_published, publish, take_back_unfinished

# Above this share of everybody, one pass over all columns costs less than picking people out.
_MOST_OF_THEM = 0.3
CUTS_LAST = timedelta(days=1)  # how long the cut points of scores hold


@dataclass(frozen=True, slots=True)
class UnderstandReport:
    """What a run did, for people and for the cycle's report."""

    run: int
    kind: str
    as_of: datetime
    upto: int
    people: int  # looked at in this run
    changed: int
    entered: int
    left: int
    took_ms: int
    why_everybody: str = ""  # why a cycle became a refresh
    sizes: dict[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        return (
            f"{self.kind}: {self.people:,} people understood, {self.changed:,} changed, "
            f"{self.entered:,} entered and {self.left:,} left a segment ({self.took_ms:,} ms)"
        )


def refresh(
    *,
    as_of: datetime,
    playbook: Playbook,
    playbook_hash: str = "",
    upto: int | None = None,
    keep_cuts: bool = False,
) -> UnderstandReport:
    """Compute everybody at (`as_of`, `upto`, playbook), set new cut points for the scores, and publish what changed.

    `keep_cuts`: score against the cut points of the run before, where there are any: what a cycle does.
    """
    before = _before()
    at = _coordinates(as_of, playbook, upto)
    sync_log(_paths(playbook, at), compact=needs_compacting())
    log = open_log(at.upto)
    cuts = stored_cuts(before, playbook) if keep_cuts else None
    return _run(Run.Kind.REFRESH, playbook, playbook_hash, at, as_of, log, cuts, None)


def cycle(
    *, as_of: datetime, playbook: Playbook, playbook_hash: str = "", upto: int | None = None,
    cuts_last: timedelta = CUTS_LAST,
) -> UnderstandReport:  # fmt: skip
    """Bring the published results to (`as_of`, `upto`, playbook): only who moved, against the last refresh's cut points.

    Where it cannot be told who moved (another playbook, an import undone), or the cut points are older than `cuts_last`,
    this is a refresh, and the report says why.
    """
    before = _before()
    at = _coordinates(as_of, playbook, upto)
    sync_log(_paths(playbook, at))
    log = open_log(at.upto)
    cuts = stored_cuts(before, playbook)
    understanding = Understanding(playbook, at, log.codes, keep_cuts=cuts is not None)
    why = needs_everybody(before, understanding, playbook_hash) or (
        "no cut points" if cuts is None else ""
    )
    if cuts and before is not None and as_of - from_us(before.report["cuts_at"]) >= cuts_last:
        why = why or "cut points are set anew"
    if why or before is None:
        return _run(Run.Kind.REFRESH, playbook, playbook_hash, at, as_of, log, None, None, why)
    with Workbench() as bench:
        moved = who_moved(bench, before, understanding, log)
    scope = None if len(moved.people) > _MOST_OF_THEM * _everybody(before) else moved
    return _run(Run.Kind.CYCLE, playbook, playbook_hash, at, as_of, log, cuts, scope)


def compact_log(*, playbook: Playbook, as_of: datetime) -> bool:
    """Put each person's touchpoints together in the columnar copy where that pays; for the worker's quiet hours."""
    if not needs_compacting():
        return False
    sync_log(_paths(playbook, _coordinates(as_of, playbook, None)), compact=True)
    return True


def _before() -> Run | None:
    before = finished_run()
    take_back_unfinished(before.id if before else 0)
    return before


def _everybody(before: Run) -> int:
    return max(200, int(before.report.get("everybody", 0)))


def _coordinates(as_of: datetime, playbook: Playbook, upto: int | None) -> Coordinates:
    return Coordinates(
        Clock(to_us(as_of), playbook.company.time_zone), last_sequence() if upto is None else upto
    )


def _paths(playbook: Playbook, at: Coordinates) -> Iterable[str]:
    return Understanding(playbook, at, Codes()).scan.paths()


def _run(
    kind: str, playbook: Playbook, playbook_hash: str, at: Coordinates, as_of: datetime, log: OpenLog,
    cuts: Cuts | None, moved: Moved | None, why: str = "",
) -> UnderstandReport:  # fmt: skip
    began = time.perf_counter()
    understanding = Understanding(playbook, at, log.codes, keep_cuts=cuts is not None)
    before = finished_run()
    with transaction.atomic():
        run = Run.objects.create(
            kind=kind, as_of=as_of, upto=at.upto, playbook_hash=playbook_hash, started_at=as_of
        )
    with Workbench() as bench:
        people = lay_inputs(bench, understanding, log, None if moved is None else moved.people)
        lay_published(bench, None if moved is None else sorted(moved.published))
        if cuts is not None:
            lay_cuts(bench, understanding, cuts)
        # No ORM past this point, until publishing.
        understanding.plan().run(bench)
        run.people = people
        run.report = _report(bench, understanding, before, moved)
        versions = {name: version_of(playbook, name) for name in playbook.segments}
        run.took_ms = round((time.perf_counter() - began) * 1000)
        done = publish(bench, playbook=playbook, versions=versions, run=run, finished_at=as_of)
    took = round((time.perf_counter() - began) * 1000)
    return UnderstandReport(
        run.id,
        kind,
        as_of,
        at.upto,
        people,
        done.standings,
        done.entered,
        done.left,
        took,
        why,
        run.report["sizes"],
    )


def _report(
    bench: Workbench, understanding: Understanding, before: Run | None, moved: Moved | None
) -> dict[str, Any]:
    """Return what a run found: how many people there are, the size of each segment, the cut points it scored against."""
    names = sorted(understanding.playbook.segments)
    columns = [
        "COUNT(*) AS everybody",
        *(f'COUNT(*) FILTER (WHERE {segment_column(n)}) AS "{n}"' for n in names),
    ]
    found = bench.take(Sql(f"SELECT {', '.join(columns)} FROM result")).to_pylist()[0]
    if moved is not None and before is not None:
        old = bench.take(
            Sql("SELECT segment, COUNT(*) AS n FROM old_members GROUP BY segment")
        ).to_pylist()
        gone = {row["segment"]: row["n"] for row in old}
        published = bench.take(Sql("SELECT COUNT(*) AS n FROM old_marks")).to_pylist()[0]["n"]
        sizes = before.report.get("sizes", {})
        found = {n: sizes.get(n, 0) - gone.get(n, 0) + found[n] for n in names} | {
            "everybody": before.report.get("everybody", 0) - published + found["everybody"]
        }
    return {
        "everybody": found["everybody"],
        "sizes": {n: found[n] for n in names},
        "cuts": taken_cuts(bench, understanding),
        "cuts_at": before.report["cuts_at"]
        if understanding.keep_cuts and before is not None
        else understanding.clock.us,
    }


def version_of(playbook: Playbook, segment: str) -> str:
    """Return the version of a segment: a hash of its definition and of every trait and segment it is worked out of."""
    waiting, seen, text = [f"s:{segment}"], set(), []
    while waiting:
        node = waiting.pop()
        if node in seen:
            continue
        seen.add(node)
        part = playbook.traits[node[2:]] if node[0] == "t" else playbook.segments[node[2:]].who
        text.append(f"{node}={part!r}")
        waiting += sorted(refers_of(playbook, node))
    return sha256("\n".join(sorted(text)).encode()).hexdigest()
