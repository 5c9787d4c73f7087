"""last: the last time, or what it said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from regard.playbooks.traits.base import FactWord
from regard.playbooks.traits.edge import Edge


class Last(Edge):
    """The last time, or what the last touchpoint that carries the fact said."""

    take: ClassVar[Literal["first", "last"]] = "last"
    take_time: ClassVar[Literal["first_at", "last_at"]] = "last_at"
    example: ClassVar[Mapping[str, Any]] = {"last": "plan", "over": "Subscription Started"}

    last: FactWord
