"""The kinds of file one can import, each its own module. To add one: write it here, add its line, document it.

The order is the order of trial: the first kinds ask the most of a file.
"""

from __future__ import annotations

from regard.collect.importing.kinds import (
    answers,
    order_lines,
    orders,
    people,
    tickets,
    touchpoints,
)
from regard.collect.importing.kinds.base import Kind

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        touchpoints.KIND,
        order_lines.KIND,
        orders.KIND,
        tickets.KIND,
        answers.KIND,
        people.KIND,
    )
}
