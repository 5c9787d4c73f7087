"""How people are named: one read for as many as a page holds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from regard.identify.models import Person
from regard.kernel.ids import public_id


class Named(NamedTuple):
    """A surviving person and what to call them."""

    id: int
    public_id: str
    name: str


def people_named(ids: Iterable[int]) -> dict[int, Named]:
    """Return who speaks for each person (any origin may be given) and their name, one query for all."""
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
    named = {}
    for origin, survivor, own, its, own_name, its_name in rows:
        public = public_id("per", its or own)
        name = (its_name if survivor else own_name) or own_name or f"Someone new ({public[-6:]})"
        named[origin] = Named(survivor or origin, public, name)
    return named
