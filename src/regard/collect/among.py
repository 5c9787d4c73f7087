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
        return "= ANY(%s)", given
    return "IN (SELECT value FROM json_each(%s))", json.dumps(given)
