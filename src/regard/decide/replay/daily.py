"""Membership worked out anew for everybody at each midnight: for playbooks whose windows follow the calendar.

What somebody did on the way to a midnight is taken for what moved them: a change of a day is dated to their last
touchpoint of that day, else to the midnight itself.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from regard.decide.facts.columns import read_rows
from regard.decide.replay.joined import Joined
from regard.decide.replay.moments import Days
from regard.decide.replay.spells import Spells
from regard.engine.bench.store import Workbench
from regard.engine.understanding.plan import Coordinates, Understanding, segment_column
from regard.identify.columns import EVERYBODY
from regard.kernel.sql import Sql
from regard.playbooks.model import Playbook
from regard.playbooks.values.windows import Clock
from regard.understand.running.copy_of_log import OpenLog
from regard.understand.running.laying import lay_inputs
from regard.understand.running.readers.consents import read_consents
from regard.understand.running.readers.people import read_family, read_people
from regard.understand.running.workbench import open_workbench


def daily_membership(
    part: Playbook,
    log: OpenLog,
    days: Days,
    *,
    upto: int,
    joined: Joined,
    spells: Spells,
    tell: Callable[[int, int], None] | None,
) -> None:
    """Say to `spells` who was in each segment at each midnight. `tell` hears (days done, days)."""
    with open_workbench() as bench:
        everybody = np.array([], dtype=np.int64)
        for number, day in enumerate(days.starts):
            at = Coordinates(Clock(day, part.company.time_zone), upto)
            understanding = Understanding(part, at, log.codes)
            if number == 0:
                lay_inputs(bench, understanding, log)
                bench.lay("joined", joined.table())
                _hold_log(bench)
                everybody = _everybody()
            else:
                bench.lay("people", read_people(at, read_family(upto)))
                bench.lay("consents", read_consents(understanding))
            bench.make("moved", _joined_by(day))
            understanding.plan().run(bench)
            since = days.starts[number - 1] if number else day
            moved = _moved(bench, everybody, days, since, day)
            for segment in spells.segments:
                inside = np.isin(everybody, _members(bench, segment))
                spells.set_all(segment, everybody, moved, inside)
            if tell is not None:
                tell(number + 1, len(days.starts))


def _joined_by(day: int) -> Sql:
    """Who was known to be somebody else by then."""
    return Sql("SELECT origin, person FROM joined WHERE since_us <= ?", (day,))


def _everybody() -> np.ndarray:
    """Return who may ever be computed, in order."""
    rows = read_rows(f"SELECT o.id FROM {EVERYBODY} AS o WHERE o.survivor_id IS NULL ORDER BY o.id")
    return np.array([person for (person,) in rows], dtype=np.int64)


def _hold_log(bench: Workbench) -> None:
    """Keep the log in memory for all days: read from its parts once, not ninety times."""
    bench.make("log_held", Sql("SELECT * FROM log"))
    bench.show("log", Sql("SELECT * FROM log_held"))


def _members(bench: Workbench, segment: str) -> np.ndarray:
    found = bench.take(Sql(f"SELECT person FROM result WHERE {segment_column(segment)}"))
    return np.asarray(found.column("person").to_numpy(), dtype=np.int64)


def _moved(bench: Workbench, everybody: np.ndarray, days: Days, since: int, until: int) -> np.ndarray:
    """Return for everybody the instant of the clock after their last touchpoint between two midnights, else the later."""
    found = bench.take(
        Sql(
            "SELECT COALESCE(m.person, l.origin) AS person, MAX(l.occurred_at) AS at_us FROM log AS l"
            " LEFT JOIN moved AS m ON m.origin = l.origin WHERE l.occurred_at > ? AND l.occurred_at <= ? GROUP BY 1",
            (since, until),
        )
    )
    person = np.asarray(found.column("person").to_numpy(), dtype=np.int64)
    at = np.full(everybody.size, until, dtype=np.int64)
    is_known = np.isin(person, everybody)
    place = np.searchsorted(everybody, person[is_known])
    at[place] = days.strike(np.asarray(found.column("at_us").to_numpy(), dtype=np.int64)[is_known])
    return np.minimum(at, until)
