"""How a person is named on any page: one read for as many people as a page holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from regard.identify.models import Person
from regard.kernel.ids import public_id


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
    rows = (
        Person.objects.filter(id__in=set(ids))
        .values_list(
            "id",
            "survivor_id",
            "public_id",
            "survivor__public_id",
            "card__display_name",
            "survivor__card__display_name",
        )
        .order_by()
    )
    shown = {}
    for origin, survivor, own, its, own_name, its_name in rows:
        public = public_id("per", its or own)
        name = (its_name if survivor else own_name) or own_name or f"Someone new ({public[-6:]})"
        shown[origin] = Shown(survivor or origin, public, name)
    return shown
