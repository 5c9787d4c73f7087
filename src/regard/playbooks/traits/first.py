"""first: the first time, or what it said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from regard.playbooks.traits.base import FactWord
from regard.playbooks.traits.edge import Edge


class First(Edge):
    """The first time, or what the first touchpoint that carries the fact said."""

    take: ClassVar[Literal["first", "last"]] = "first"
    take_time: ClassVar[Literal["first_at", "last_at"]] = "first_at"
    example: ClassVar[Mapping[str, Any]] = {"first": "time", "over": "Order Completed"}

    first: FactWord
