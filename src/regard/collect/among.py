"""One bound value for a whole list, on both databases: `column IN (...)` without thousands of placeholders."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.db import connection


def among(values: Iterable[int] | Iterable[str]) -> tuple[str, Any]:
    """Return (SQL, value): write `column {SQL}` and bind the value, e.g. `WHERE id {sql}`."""
    given = list(values)
    if connection.vendor == "postgresql":
        # Bound numbers come as the smallest type that holds them; compared across types, PostgreSQL looks through the
        # whole list for every row (40 times slower at 20,000) instead of hashing it.
        return ("= ANY(%s::bigint[])" if given and isinstance(given[0], int) else "= ANY(%s)"), given
    return "IN (SELECT value FROM json_each(%s))", json.dumps(given)
