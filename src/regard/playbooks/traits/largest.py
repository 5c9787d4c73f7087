"""largest: the largest of a number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from regard.playbooks.traits.base import NumberWord
from regard.playbooks.traits.of_number import OfNumber


class Largest(OfNumber):
    """The largest."""

    take: ClassVar[Literal["sum", "average", "smallest", "largest"]] = "largest"
    example: ClassVar[Mapping[str, Any]] = {"largest": "products[].price", "over": "Order Completed"}

    largest: NumberWord
