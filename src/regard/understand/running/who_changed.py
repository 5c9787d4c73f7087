"""Who has to be computed again between two runs: people touched, and people over whom time passed."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from regard.engine.understanding.plan import Understanding
from regard.kernel.instant import to_us
from regard.playbooks.values.windows import Clock
from regard.understand.models import Run
from regard.understand.running.laying import colleagues, family_about
from regard.understand.running.readers import READERS
from regard.understand.running.readers.base import Between, Times
from regard.understand.running.readers.people import CAME_DUE, TOUCHED, read_accounts


@dataclass(frozen=True, slots=True)
class WhoMoved:
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
    between = _between(before, understanding)
    return next((why for reader in READERS if (why := reader.why_everybody(understanding, between))), "")


def _between(before: Run, understanding: Understanding) -> Between:
    now = understanding.clock
    return Between((before.upto, understanding.at.upto), Clock(to_us(before.as_of), now.zone), now)


def who_moved(before: Run, understanding: Understanding, times: Times) -> WhoMoved:
    """Return everybody whose traits or segments may differ from what the run `before` published."""
    between = _between(before, understanding)
    touched = (*TOUCHED, *(query for reader in READERS for query in reader.touched))
    came_due = (*CAME_DUE, *(query for reader in READERS for query in reader.came_due))
    origins = _rows(touched, between.numbers) | _rows(came_due, between.clocks)
    for reader in READERS:
        origins |= reader.slid(understanding, between, times)
    family = family_about(origins, understanding)
    moved = family.moved
    people = {moved.get(origin, origin) for origin in origins}
    if understanding.asks_accounts:
        people |= colleagues(people, read_accounts(understanding.at, family))
    return WhoMoved(people, people | origins)


def _rows(queries: tuple[str, ...], between: tuple[int, int]) -> set[int]:
    found: set[int] = set()
    with connection.cursor() as cursor:
        for query in queries:
            cursor.execute(query, between)
            found |= {row[0] for row in cursor.fetchall()}
    return found
