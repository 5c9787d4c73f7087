"""Who has to be computed again between two runs: people touched, and people over whom time passed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

from regard.engine.understanding.plan import Understanding
from regard.engine.understanding.who_changes_with_time import FieldSlide, Slides
from regard.kernel.instant import DAY_US, from_us, to_us
from regard.playbooks.values.measures import Reached
from regard.playbooks.values.windows import Clock
from regard.understand.models import Run
from regard.understand.running.copy_of_log import OpenLog
from regard.understand.running.laying import colleagues, family_about
from regard.understand.running.reading import read_accounts
from regard.understand.running.workbench import kept_workbench

# Rows numbered (%s, %s] that bear on a person, by the column that names them.
_TOUCHED = (
    "SELECT id FROM identify_person WHERE created_seq > %s AND created_seq <= %s",
    "SELECT origin FROM collect_touchpoint WHERE seq > %s AND seq <= %s",
    "SELECT survivor_id FROM identify_joining WHERE seq > %s AND seq <= %s",
    "SELECT absorbed_id FROM identify_joining WHERE seq > %s AND seq <= %s",
    "SELECT person_id FROM identify_accountmember WHERE seq > %s AND seq <= %s",
    "SELECT person_id FROM identify_identifier WHERE seq > %s AND seq <= %s",
    "SELECT person_id FROM profile_fieldchange WHERE seq > %s AND seq <= %s",
    "SELECT person_id FROM consent_consent WHERE seq > %s AND seq <= %s",
    "SELECT person_id FROM consent_restriction WHERE seq > %s AND seq <= %s",
)
# Rows known before whose time came between two clocks (%s, %s].
_CAME_DUE = (
    "SELECT person_id FROM consent_consent WHERE recorded_at > %s AND recorded_at <= %s",
    "SELECT person_id FROM consent_restriction WHERE at > %s AND at <= %s",
)


@dataclass(frozen=True, slots=True)
class Moved:
    """Who is computed again, and whose published rows are compared: survivors, and those who no longer are one."""

    people: set[int]
    published: set[int]


def needs_everybody(before: Run | None, understanding: Understanding, playbook_hash: str) -> str:
    """Say why a cycle cannot tell who moved, or return ''."""
    at = understanding.at
    if before is None:
        return "nothing was computed before"
    if before.playbook_hash != playbook_hash or not playbook_hash:
        return "another playbook"
    if to_us(before.as_of) > at.clock.us or before.upto > at.upto:
        return "the clock goes back"
    if _happened("collect_retraction", before.upto, at.upto) and (
        understanding.asks_accounts or _retracted_by_import(before.upto, at.upto)
    ):
        return "touchpoints were taken back"
    if any(isinstance(n, Reached) for n in understanding.needs) and (
        _happened("consent_suppression", before.upto, at.upto) or _came_due_suppression(before, at.clock)
    ):
        return "addresses were suppressed"
    return ""


def _happened(table: str, after: int, upto: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {table} WHERE seq > %s AND seq <= %s LIMIT 1", [after, upto])
        return cursor.fetchone() is not None


def _retracted_by_import(after: int, upto: int) -> bool:
    # An erased person is gone with everything published about them; an undone import leaves people behind.
    sql = "SELECT 1 FROM collect_retraction WHERE seq > %s AND seq <= %s AND reason <> 'erased' LIMIT 1"
    with connection.cursor() as cursor:
        cursor.execute(sql, [after, upto])
        return cursor.fetchone() is not None


def _came_due_suppression(before: Run, now: Clock) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM consent_suppression WHERE at > %s AND at <= %s LIMIT 1",
            [to_us(before.as_of), now.us],
        )
        return cursor.fetchone() is not None


def who_moved(before: Run, understanding: Understanding, log: OpenLog) -> Moved:
    """Return everybody whose traits or segments may differ from what the run `before` published."""
    at, old = understanding.at, Clock(to_us(before.as_of), understanding.clock.zone)
    slides = Slides(understanding, old)
    origins = _rows(_TOUCHED, before.upto, at.upto) | _rows(_CAME_DUE, old.us, at.clock.us)
    for slide in slides.fields():
        origins |= _slid_field(slide)
    with kept_workbench("times", few_rows=False) as bench:
        log.lay_times(bench)
        origins |= set(bench.take(slides.log_sql()).column("origin").to_pylist())
    family = family_about(origins, understanding)
    moved = family.moved
    people = {moved.get(origin, origin) for origin in origins}
    if understanding.asks_accounts:
        people |= colleagues(people, read_accounts(at, family))
    return Moved(people, people | origins)


def _rows(queries: tuple[str, ...], low: int, high: int) -> set[int]:
    found: set[int] = set()
    with connection.cursor() as cursor:
        for query in queries:
            cursor.execute(query, [low, high])
            found |= {row[0] for row in cursor.fetchall()}
    return found


def _slid_field(slide: FieldSlide) -> set[int]:
    """Return who told a date that came near, or told a field at a time that now counts (or no longer does)."""
    bound: list[Any] = [slide.name]
    sql = "SELECT DISTINCT person_id FROM profile_fieldchange WHERE name = %s AND "
    if slide.by_value:
        # ISO dates sort as text; a day either side allows for zones. JSON text begins with a quotation mark.
        days = (slide.low - DAY_US, slide.high + 2 * DAY_US)
        sql, bound = (
            sql + "value >= %s AND value < %s",
            bound + [f'"{from_us(us).date().isoformat()}' for us in days],
        )
    else:
        sql, bound = sql + "occurred_at >= %s AND occurred_at < %s", [*bound, slide.low, slide.high]
    with connection.cursor() as cursor:
        cursor.execute(sql, bound)
        return {row[0] for row in cursor.fetchall()}
