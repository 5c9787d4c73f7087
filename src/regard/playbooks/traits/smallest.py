"""smallest: the smallest of a number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from regard.playbooks.traits.base import NumberWord
from regard.playbooks.traits.of_number import OfNumber


class Smallest(OfNumber):
    """The smallest."""

    take: ClassVar[Literal["sum", "average", "smallest", "largest"]] = "smallest"
    example: ClassVar[Mapping[str, Any]] = {"smallest": "value", "over": "Order Completed"}

    smallest: NumberWord
