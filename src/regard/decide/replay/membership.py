"""Who was in which segment when, over a stretch of the past: worked out anew from the log by the playbook being replayed.

Exact at every touchpoint, word of consent and change of a field (at the first instant of the grid after it), and for
everybody at every midnight of the company, when scores also get new cut points, as a refresh sets them. What changes
only because time passes is therefore seen at the next midnight or touchpoint. A playbook that asks about calendar
periods or whole accounts is worked out at midnights only; `why_daily` says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from regard.decide.replay.daily import daily_membership
from regard.decide.replay.inputs import lay_past, lay_point_inputs
from regard.decide.replay.joined import Joined, read_joined
from regard.decide.replay.moments import Days, moments_of
from regard.decide.replay.spells import Spells
from regard.engine.bench.steps import PlanStep
from regard.engine.bench.store import Workbench
from regard.engine.journeys.instructions import Program
from regard.engine.understanding import at_many_instants
from regard.engine.understanding.plan import Coordinates, Understanding, segment_column
from regard.engine.understanding.questions import cut_down
from regard.kernel.sql import Sql
from regard.playbooks.journeys import Journey
from regard.playbooks.model import Playbook
from regard.playbooks.unnamed import with_unnamed
from regard.playbooks.values.recall import parts_of
from regard.playbooks.values.windows import Clock
from regard.understand.running.copy_of_log import OpenLog, open_log
from regard.understand.running.workbench import open_workbench

ROWS_AT_ONCE = 12_000_000  # touchpoints seen from a point, counted once a point
DAYS_AT_ONCE = 8
Tell = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class SegmentSpells:
    """Rows (person, segment, from_us, to_us), and why they are exact to the day only, where they are."""

    table: pa.Table
    why_daily: str = ""


def segments_needed(program: Program) -> tuple[str, ...]:
    """Return the segments any entry, exit or branch of the program asks about."""
    found: set[str] = set()
    for compiled in program.journeys:
        journey = compiled.journey
        found |= {s for e in journey.entry if (s := e.asks_segment())}
        found |= {s for e in journey.exit_on for s in (e.segment_entered, e.segment_left) if s}
        found |= {journey.only_if} if journey.only_if else set()
        conditions = (part for step in journey.all_steps() for _, when in step.asks() for part in parts_of(when))
        found |= {s for part in conditions if (s := part.asks_segment())}
    older = [c.journey for c in program.journeys if not c.is_current]
    return tuple(sorted(found & set(with_unnamed(program.playbook, older=older).segments)))


def membership_over(
    playbook: Playbook,
    segments: tuple[str, ...],
    days: Days,
    *,
    upto: int,
    joined: Joined | None = None,
    older: Iterable[Journey] = (),
    tell: Tell | None = None,
) -> SegmentSpells:
    """Return who was in these segments over a stretch, those that `older` journeys ask about inline too. `tell` hears (days done, days)."""
    spells = Spells(segments)
    if not segments:
        return SegmentSpells(spells.table())
    joined = read_joined(upto, from_us=days.start) if joined is None else joined
    part, log = cut_down(with_unnamed(playbook, older=older), segments=segments), open_log(upto)
    at = Coordinates(Clock(days.end, playbook.company.time_zone), upto)
    understanding = Understanding(part, at, log.codes)
    why = at_many_instants.why_not(understanding)
    if why:
        daily_membership(part, log, days, upto=upto, joined=joined, spells=spells, tell=tell)
    else:
        _follow(understanding, log, joined, days, spells, tell)
    return SegmentSpells(spells.table(), why)


def _follow(
    understanding: Understanding,
    log: OpenLog,
    joined: Joined,
    days: Days,
    spells: Spells,
    tell: Tell | None,
) -> None:
    with open_workbench(memory="3GB") as bench:
        known, words = lay_past(bench, understanding, log, joined)
        moments = moments_of(bench, understanding, days, known=known, words=words)
        bench.lay("all_points", moments.table())
        # no ORM past this point
        _make_spans(bench, understanding)
        levels = [
            replace(level, sql=at_many_instants.with_whole_numbers(at_many_instants.with_cuts(level.sql)))
            for level in at_many_instants.levels_by_clock(understanding)
        ]
        parts = _parts(understanding)
        for first in range(0, len(days.starts), DAYS_AT_ONCE):
            some = range(first, min(first + DAYS_AT_ONCE, len(days.starts)))
            found = _judged(bench, levels, parts, {n: days.starts[n] for n in some}, spells.segments)
            for number in some:
                of_day = found.filter(pc.equal(found.column("number"), number))
                spells.see(number, days.starts[number], moments, of_day)
                if tell is not None:
                    tell(number + 1, len(days.starts))


def _make_spans(bench: Workbench, understanding: Understanding) -> None:
    """Make `span`: a row a point with its measures, and the days from which to which a midnight's row holds."""
    parts = max(1, -(-_weight(bench) // ROWS_AT_ONCE))
    bench.make(
        "spanning",
        Sql(
            "SELECT *, CASE WHEN is_day THEN COALESCE(LEAD(day) OVER (PARTITION BY person, is_day ORDER BY day),"
            " 1000000) END AS until_day FROM all_points"
        ),
    )
    bench.make("limited", _limited())
    for part in range(parts):
        bench.make("point", _points_of(parts, part))
        lay_point_inputs(bench, understanding.clock.us)
        at_many_instants.make_wide(bench, understanding)
        before = "SELECT * FROM wide UNION ALL " if part else ""
        bench.make("wide", Sql(f"{before}SELECT * FROM wide_points"))
    bench.make(
        "span",
        Sql(
            "SELECT w.*, a.day, a.is_day, a.until_day FROM wide AS w JOIN spanning AS a ON a.pid = w.person"
            " ORDER BY a.is_day, a.day"
        ),
    )
    for name in ("wide", "wide_points", "wide_0", "held", "lived", "stood", "rhythm"):
        bench.drop(name)


def _weight(bench: Workbench) -> int:
    """Return how many touchpoints all points see together, at most."""
    seen = bench.take(
        Sql(
            "SELECT CAST(COALESCE(SUM(h.n), 0) AS BIGINT) AS n FROM all_points AS a"
            " JOIN (SELECT person, COUNT(*) AS n FROM held GROUP BY person) AS h ON h.person = a.person"
        )
    )
    return int(seen.column("n")[0].as_py())


def _limited() -> Sql:
    """Points of people of whom nothing may be computed at that instant (promise D7)."""
    return Sql(
        "SELECT DISTINCT pid FROM (SELECT a.pid, l.kind, l.is_lifted,"
        " ROW_NUMBER() OVER (PARTITION BY a.pid, l.origin, l.kind ORDER BY l.seq DESC) AS nth FROM all_points AS a"
        " JOIN limits_held AS l ON l.person = a.person AND l.visible_us <= a.at_us) AS n"
        " WHERE nth = 1 AND NOT is_lifted"
    )


def _points_of(parts: int, part: int) -> Sql:
    return Sql(
        "SELECT pid, person, at_us FROM all_points WHERE person % ? = ? AND pid NOT IN (SELECT pid FROM limited)",
        (parts, part),
    )


def _parts(understanding: Understanding) -> dict[str, int]:
    """Return into how many parts each score parts people, by the column of its cut points."""
    traits = understanding.playbook.traits
    return {f"cut_{name}": parts for name, trait in traits.items() if (parts := trait.rank_parts())}


def _judged(
    bench: Workbench,
    levels: Sequence[PlanStep],
    parts: Mapping[str, int],
    days: Mapping[int, int],
    segments: tuple[str, ...],
) -> pa.Table:
    """Return who is in what on some days, by `number`: everybody at the midnight, and each point until the next.

    The points of a day are judged against the cut points of its midnight. Some days at once: what the whole query costs
    to plan is a third of what it costs to run over a hundred thousand people.
    """
    cuts: dict[int, dict[str, list[float]]] = {number: {} for number in days}
    for step in levels[:-1]:
        bench.show("wide_0", _wide(days, cuts, only_midnights=True))
        found = at_many_instants.cut_points(bench, step, parts, days)
        for number, points in found.items():
            cuts[number] |= points
        # The judging step joins the table, whose points are columns of its rows already.
        bench.lay(step.name, pa.table({"is_one": [True]}))
    bench.show("wide_0", _wide(days, cuts, only_midnights=False))
    wanted = ", ".join(f'{segment_column(s)} AS "{s}"' for s in segments)
    judging = levels[-1].sql
    text = judging.text.replace("SELECT person,", "SELECT number, person,", 1)
    # Only what the segments ask for is worked out: the traits in between are never written down.
    return bench.take(Sql(f"SELECT number, person AS pid, {wanted} FROM ({text}) AS judged", judging.params))


def _wide(days: Mapping[int, int], cuts: Mapping[int, Mapping[str, Sequence[float]]], *, only_midnights: bool) -> Sql:
    """Return `wide_0` of some days: who stands how at each midnight, and where asked at each point after it."""
    columns = "* EXCLUDE (at_us, day, is_day, until_day)"
    parts = []
    for number, day in days.items():
        points = at_many_instants.cut_columns(cuts[number])
        parts.append(
            f"SELECT {columns}, CAST({day} AS BIGINT) AS at_us, {number} AS number{points} FROM span"
            f" WHERE is_day AND day <= {number} AND until_day > {number}"
        )
        if not only_midnights:
            parts.append(
                f"SELECT {columns}, at_us, {number} AS number{points} FROM span WHERE NOT is_day AND day = {number}"
            )
    return Sql(" UNION ALL ".join(parts))
