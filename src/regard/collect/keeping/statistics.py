"""What SQLite knows about its own tables: without it the planner guesses, and walks everybody inside to find five of them.

PostgreSQL looks at its tables by itself. SQLite does when it is told to, and a connection learns it when it is the one
that looked or when it is opened: so the cycle's own connection looks, whose questions are the ones that must stay small.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

from regard.collect.keeping.pruning import is_due

EVERY = timedelta(hours=1)  # often, since an import makes a table of thirty rows one of a million
ROWS_LOOKED_AT = 1_000  # of each index: a few milliseconds at any size
_CURSOR = "analysed"


def settle_statistics(*, now: datetime) -> bool:
    """Look through SQLite's indexes where an hour has passed since; return whether that was done."""
    if connection.vendor != "sqlite" or not is_due(_CURSOR, EVERY, now=now):
        return False
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA analysis_limit={ROWS_LOOKED_AT}")
        cursor.execute("ANALYZE")
    return True
