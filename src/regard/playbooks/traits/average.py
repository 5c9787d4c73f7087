"""average: the arithmetic mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from regard.playbooks.traits.base import NumberWord
from regard.playbooks.traits.of_number import OfNumber


class Average(OfNumber):
    """The arithmetic mean; money and scores rounded to their smallest unit, halves away from zero."""

    take: ClassVar[Literal["sum", "average", "smallest", "largest"]] = "average"
    example: ClassVar[Mapping[str, Any]] = {"average": "score", "over": "Survey Answered", "during": "this quarter"}

    average: NumberWord
