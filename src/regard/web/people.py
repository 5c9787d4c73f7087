"""How a person is named on any page: one read for as many people as a page holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from regard.directory.names import people_named


@dataclass(frozen=True, slots=True)
class Shown:
    """A surviving person as a page names them."""

    id: int
    public_id: str
    name: str

    @property
    def address(self) -> str:
        """The person's page."""
        return f"/customers/{self.public_id}"


def people_shown(ids: Iterable[int]) -> dict[int, Shown]:
    """Return how to name each person (any origin may be given), one query for all."""
    return {origin: Shown(*named) for origin, named in people_named(ids).items()}
