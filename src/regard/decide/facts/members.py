"""Who is and was in which segment, by the changes that the runs of understand wrote down, up to one of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from regard.collect.among import among
from regard.decide.facts.columns import read_rows
from regard.decide.facts.scope import Changes, FactScope, Stretch, among_named
from regard.kernel.instant import FOREVER_US, HOUR_US
from regard.understand.columns import RUNS, SEGMENT_CHANGES, SHOWN_MEMBERS, SHOWN_RUN

MARGIN_US = HOUR_US  # a run may be told of a little after its clock


def run_shown() -> int:
    """Return the number of the newest finished run of understand."""
    return int(read_rows(f"SELECT {SHOWN_RUN}")[0][0])


def run_of(as_of_us: int) -> int:
    """Return the newest finished run of a time."""
    return int(read_rows(f"SELECT COALESCE(MAX(r.id), 0) FROM {RUNS} AS r WHERE r.as_of <= %s", [as_of_us])[0][0])


def read_changes(segments: Collection[str], stretch: Stretch, scope: FactScope) -> Changes:
    """Return who entered and left these segments in the runs of understand that are news in this stretch.

    A change bears the instant of its run. So the runs are asked for first, by their numbers, and the changes from the
    first to the last of their instants: an hour of changes is what a stretch with its margin would have to look through.
    """
    news = {"after_run": stretch.after_run, "run": stretch.run}
    ((first_us, last_us),) = read_rows(
        f"""
        SELECT MIN(r.as_of), MAX(r.as_of)
        FROM {RUNS} AS r
        WHERE r.id > %(after_run)s AND r.id <= %(run)s AND r.as_of > %(since)s AND r.as_of <= %(until)s
        """,
        {**news, "since": stretch.after_us - MARGIN_US, "until": stretch.until_us},
    )
    found: dict[tuple[str, bool], list[tuple[int, int]]] = {}
    if first_us is None or not segments:
        return found
    rows = read_rows(
        f"""
        SELECT {scope.who("c.person_id")}, c.segment, c.entered, c.as_of
        FROM {SEGMENT_CHANGES} AS c {scope.joined("c.person_id")}
            AND c.as_of >= %(first)s AND c.as_of <= %(last)s AND c.segment {among_named("segments", segments)}
            AND c.run_id > %(after_run)s AND c.run_id <= %(run)s
        """,
        scope.bound(**news, first=first_us, last=last_us, segments=among(sorted(segments))[1]),
    )
    for person, _, (segment, entered, at_us) in scope.told(rows):
        found.setdefault((segment, bool(entered)), []).append((person, at_us))
    return found


def read_members(segment: str, scope: FactScope) -> list[tuple[int, int]]:
    """Return who is in a segment now, and since when."""
    return read_rows(
        f"""
        SELECT {scope.who("m.person_id")}, m.since_at
        FROM {SHOWN_MEMBERS} AS m {scope.joined("m.person_id")} AND m.segment = %(segment)s
        """,
        scope.bound(segment=segment),
    )


def read_spells(segments: Collection[str] | None, scope: FactScope, *, run: int) -> Iterator[tuple[int, str, int, int]]:
    """Yield (person, segment, from_us, to_us) by the changes up to a run; None: of every segment."""
    wanted = "" if segments is None else f"AND c.segment {among_named('segments', ('',))}"
    rows = read_rows(
        f"""
        SELECT {scope.who("c.person_id")}, c.segment, c.entered, c.as_of
        FROM {SEGMENT_CHANGES} AS c {scope.joined("c.person_id")} AND c.run_id <= %(run)s {wanted}
        ORDER BY c.as_of, c.id
        """,
        scope.bound(run=run, segments=among(sorted(segments or ("",)))[1]),
    )
    inside: dict[tuple[int, str], int] = {}
    spells: list[tuple[int, str, int, int]] = []
    for person, segment, entered, at_us in rows:
        if entered:
            inside.setdefault((person, segment), at_us)
        else:  # that they came may be past its term
            spells.append((person, segment, inside.pop((person, segment), 0), at_us))
    spells += [(person, segment, at_us, FOREVER_US) for (person, segment), at_us in inside.items()]
    for speaker, _, (segment, since_us, until_us) in scope.told(spells):
        yield speaker, segment, since_us, until_us
