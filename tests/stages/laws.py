"""How the laws run: each example in a transaction that is taken back. `REGARD_LAWS=10` runs ten times as many."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from hypothesis import HealthCheck, settings

TIMES = int(os.environ.get("REGARD_LAWS", "1"))


@contextmanager
def taken_back() -> Iterator[None]:
    """Run a block and leave no trace in the database; broken references come to light before."""
    with transaction.atomic():
        yield
        connection.check_constraints()
        transaction.set_rollback(True)


def law(examples: int) -> Callable[[Any], Any]:
    """So many examples, without a deadline: the machine may be busy."""
    return settings(max_examples=examples * TIMES, deadline=None, suppress_health_check=list(HealthCheck))
