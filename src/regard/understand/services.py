"""Take the understanding of everybody, or of those who moved, to a point in time and publish what changed.

`refresh` computes everybody; `cycle` only people who were touched, with a timer due or whose windows slid. Both run the
same steps at the same (`as_of`, `upto`, playbook) and come to the same answers (tested as a law).
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from regard.collect.sequence import last_sequence
from regard.engine.bench.codes import Codes
from regard.engine.bench.store import Workbench
from regard.engine.understanding.plan import Coordinates, Understanding, refers_of, segment_column
from regard.kernel.instant import from_us, to_us
from regard.kernel.remembered import Remembered
from regard.kernel.sql import Sql
from regard.playbooks.model import Playbook
from regard.playbooks.values.windows import Clock
from regard.understand.models import Run
from regard.understand.running.copy_of_log import needs_compacting, open_log, sync_log
from regard.understand.running.cuts import Cuts, lay_cuts, stored_cuts, taken_cuts
from regard.understand.running.laying import FEW, LogOfFew, lay_inputs
from regard.understand.running.publishing import (
    Published,
    finished_run,
    lay_published,
    publish,
    publish_nothing,
    take_back_unfinished,
)
from regard.understand.running.readers.base import Log
from regard.understand.running.who_changed import WhoMoved, needs_everybody, who_moved
from regard.understand.running.workbench import kept_workbench, open_workbench

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
    began = time.perf_counter()
    before = _before()
    cuts = stored_cuts(before, playbook) if keep_cuts else None
    understanding = _understanding(playbook, as_of, upto, cuts)
    sync_log(understanding.paths(), compact=needs_compacting())
    return _refresh(_Turn(understanding, as_of, playbook_hash, before, cuts, began))


def cycle(
    *,
    as_of: datetime,
    playbook: Playbook,
    playbook_hash: str = "",
    upto: int | None = None,
    cuts_last: timedelta = CUTS_LAST,
) -> UnderstandReport:
    """Bring the published results to (`as_of`, `upto`, playbook): only who moved, against the last refresh's cut points.

    Where it cannot be told who moved (another playbook, an import undone), or the cut points are older than `cuts_last`,
    this is a refresh, and the report says why.
    """
    began = time.perf_counter()
    before = _before()
    cuts = stored_cuts(before, playbook)
    understanding = _understanding(playbook, as_of, upto, cuts)
    sync_log(understanding.paths())
    turn = _Turn(understanding, as_of, playbook_hash, before, cuts, began)
    why = needs_everybody(before, understanding, playbook_hash) or ("no cut points" if cuts is None else "")
    if cuts and before is not None and as_of - from_us(before.report["cuts_at"]) >= cuts_last:
        why = why or "cut points are set anew"
    if why or before is None:
        understanding.keep_cuts = False
        return _refresh(replace(turn, cuts=None, why=why))
    return _cycle(turn, before)


@dataclass(frozen=True, slots=True)
class _Turn:
    """One run: what is computed, at which clock, against which cut points, after which run; `began` by the machine."""

    understanding: Understanding
    as_of: datetime
    playbook_hash: str
    before: Run | None
    cuts: Cuts | None
    began: float
    why: str = ""
    kind: str = Run.Kind.REFRESH


def _refresh(turn: _Turn) -> UnderstandReport:
    """Compute everybody over the columnar copy."""
    with open_workbench() as bench:
        return _compute_copy(turn, bench, None)


def _compute_copy(turn: _Turn, bench: Workbench, moved: WhoMoved | None) -> UnderstandReport:
    log = open_log(turn.understanding.at.upto)
    turn.understanding.codes = log.codes
    return _compute(turn, bench, log, moved)


def _cycle(turn: _Turn, before: Run) -> UnderstandReport:
    """Compute who moved: nobody, a few from the operational store, many from the columnar copy, or most as everybody."""
    understanding = turn.understanding
    turn = replace(turn, kind=Run.Kind.CYCLE)
    when = open_log(understanding.at.upto, only_when=True)
    understanding.codes = when.codes
    moved = who_moved(before, understanding, when)
    if not moved.published:
        quiet = _new_run(turn, before.report)
        return _told(turn, quiet, publish_nothing(quiet))
    if len(moved.people) <= FEW:
        with kept_workbench("few people") as bench:
            # With the copy's codes the steps read the same from cycle to cycle, and are not parsed again.
            return _compute(turn, bench, LogOfFew(understanding.at.upto, when.codes), moved)
    if len(moved.people) <= _MOST_OF_THEM * _everybody(before):
        with kept_workbench("many people", few_rows=False) as bench:
            return _compute_copy(turn, bench, moved)
    return _refresh(turn)


def compact_log(*, playbook: Playbook, as_of: datetime) -> bool:
    """Put each person's touchpoints together in the columnar copy where that pays; for the worker's quiet hours."""
    if not needs_compacting():
        return False
    sync_log(_understanding(playbook, as_of, None, None).paths(), compact=True)
    return True


def _before() -> Run | None:
    before = finished_run()
    take_back_unfinished(before.id if before else 0)
    return before


def _everybody(before: Run) -> int:
    return max(200, int(before.report.get("everybody", 0)))


def _understanding(playbook: Playbook, as_of: datetime, upto: int | None, cuts: Cuts | None) -> Understanding:
    """Compile the playbook; the codes of the log it is read from are put in when it is known which."""
    clock = Clock(to_us(as_of), playbook.company.time_zone)
    at = Coordinates(clock, last_sequence() if upto is None else upto)
    return Understanding(playbook, at, Codes(), keep_cuts=cuts is not None)


def _compute(turn: _Turn, bench: Workbench, log: Log, moved: WhoMoved | None) -> UnderstandReport:
    """Lay out, run the steps, and publish what changed."""
    understanding, playbook = turn.understanding, turn.understanding.playbook
    people = lay_inputs(bench, understanding, log, None if moved is None else moved.people)
    lay_published(bench, None if moved is None else sorted(moved.published))
    if turn.cuts is not None:
        lay_cuts(bench, understanding, turn.cuts)
    # No ORM past this point, until publishing.
    understanding.plan().run(bench)
    run = _new_run(turn, _report(bench, understanding, turn.before, moved))
    run.people = people
    versions = _versions.get(playbook, None, lambda: _Versions(playbook))
    done = publish(bench, playbook=playbook, versions=versions, run=run)
    return _told(turn, run, done)


def _new_run(turn: _Turn, found: dict[str, Any]) -> Run:
    return Run(
        kind=turn.kind,
        as_of=turn.as_of,
        upto=turn.understanding.at.upto,
        playbook_hash=turn.playbook_hash,
        started_at=turn.as_of,
        took_ms=_ms_since(turn.began),
        report=found,
    )


def _told(turn: _Turn, run: Run, done: Published) -> UnderstandReport:
    return UnderstandReport(
        run.id,
        run.kind,
        run.as_of,
        run.upto,
        run.people,
        done.standings,
        done.entered,
        done.left,
        _ms_since(turn.began),
        turn.why,
        run.report["sizes"],
    )


def _ms_since(began: float) -> int:
    return round((time.perf_counter() - began) * 1000)


def _report(
    bench: Workbench, understanding: Understanding, before: Run | None, moved: WhoMoved | None
) -> dict[str, Any]:
    """Return what a run found: how many people there are, the size of each segment, the cut points it scored against."""
    names = sorted(understanding.playbook.segments)
    columns = [
        "COUNT(*) AS everybody",
        *(f'COUNT(*) FILTER (WHERE {segment_column(n)}) AS "{n}"' for n in names),
    ]
    found = bench.take(Sql(f"SELECT {', '.join(columns)} FROM result")).to_pylist()[0]
    if moved is not None and before is not None:
        old = bench.take(Sql("SELECT segment, COUNT(*) AS n FROM old_members GROUP BY segment")).to_pylist()
        gone = {row["segment"]: row["n"] for row in old}
        published = bench.count("old_marks")
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


_versions: Remembered[Mapping[str, str]] = Remembered()


class _Versions(Mapping[str, str]):
    """The version of each segment, worked out when it is asked for: most cycles change members of few."""

    def __init__(self, playbook: Playbook) -> None:
        self._playbook = playbook
        self._known: dict[str, str] = {}

    def __getitem__(self, segment: str) -> str:
        if segment not in self._known:
            if segment not in self._playbook.segments:
                raise KeyError(segment)
            self._known[segment] = version_of(self._playbook, segment)
        return self._known[segment]

    def __iter__(self) -> Iterator[str]:
        return iter(self._playbook.segments)

    def __len__(self) -> int:
        return len(self._playbook.segments)


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
