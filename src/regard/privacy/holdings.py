"""The one list of what is held of a person, gathered from the rooms, in the order of the loop."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.apps import apps
from django.db.models import Model, Q, QuerySet

from regard.audit_log.registry import Copy, Holding
from regard.rooms import ROOMS

HOLDINGS: tuple[Holding, ...] = tuple(holding for room in ROOMS for holding in room.holdings)
COPIES: tuple[Copy, ...] = tuple(copy for room in ROOMS for copy in room.copies)


def model_of(holding: Holding) -> type[Model]:
    """Return the model of a holding."""
    return apps.get_model(holding.model)


def rows_of(holding: Holding, origins: Sequence[int]) -> QuerySet[Model]:
    """Return every row that speaks of one of these origins, whoever else it speaks of."""
    wanted = Q()
    for look_up in holding.person:
        wanted |= Q(**{f"{look_up}__in": list(origins)})
    return model_of(holding)._base_manager.filter(wanted)


def rows_to_show(holding: Holding, origins: Sequence[int]) -> QuerySet[Model]:
    """Return the rows that may be handed to the person: those that speak of nobody else, or hide the other."""
    if holding.is_shared:
        return rows_of(holding, origins)
    wanted = Q()
    for look_up in holding.person:
        wanted &= Q(**{f"{look_up}__in": list(origins)})
    return model_of(holding)._base_manager.filter(wanted)


def columns_of(holding: Holding) -> list[str]:
    """Return the columns and look-ups that are shown of a holding."""
    own = [field.attname for field in model_of(holding)._meta.concrete_fields]
    return [name for name in own if name not in holding.hidden] + list(holding.also)


def read_rows(holding: Holding, origins: Sequence[int]) -> Iterator[dict[str, object]]:
    """Yield the rows to show as column -> value, oldest first."""
    rows = rows_to_show(holding, origins).order_by("pk")
    return iter(rows.values(*columns_of(holding)).iterator(chunk_size=2_000))
