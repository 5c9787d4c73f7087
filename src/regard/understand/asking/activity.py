"""Who did something in a stretch of time, asked of the columnar copy: for those who look for silence."""

from __future__ import annotations

from regard.engine.understanding.who_changes_with_time import active_sql
from regard.understand.running.copy_of_log import open_log
from regard.understand.running.workbench import kept_workbench


def origins_active(low_us: int, high_us: int, *, upto: int) -> list[int]:
    """Return every origin with a touchpoint, of any kind, in [low_us, high_us), by the log up to `upto`."""
    log = open_log(upto, only_when=True)
    with kept_workbench("times", few_rows=False) as bench:
        log.lay_times(bench)
        found: list[int] = bench.take(active_sql(low_us, high_us)).column("origin").to_pylist()
    return found
