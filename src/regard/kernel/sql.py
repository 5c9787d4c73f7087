"""A piece of SQL with its bound values: values never enter the text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sql:
    """SQL text with `?` placeholders and the values bound to them, in order."""

    text: str
    params: tuple[object, ...] = ()

    def __post_init__(self) -> None:
        if self.text.count("?") != len(self.params):
            raise ValueError(f"{self.text.count('?')} placeholders, {len(self.params)} values: {self.text}")

    def wrap(self, before: str, after: str = "") -> Sql:
        """Return the same SQL between two literal pieces that carry no values."""
        return Sql(f"{before}{self.text}{after}", self.params)


def join(parts: Sequence[Sql], between: str) -> Sql:
    """Return the parts joined by a literal piece, values in the order of the parts."""
    return Sql(between.join(p.text for p in parts), tuple(v for p in parts for v in p.params))
