"""Touchpoints: the whole log in its order, or one person's, newest first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from regard.api.keys import READ
from regard.api.paging import Cursor, Limit, Paged, make_cursor, read_cursor, read_number
from regard.api.people import id_of_origins, person_of
from regard.api.problems import Problem
from regard.collect.selectors import (
    TouchpointRow,
    find_touchpoint,
    timeline_page,
    touchpoints_after,
)
from regard.identify.selectors import origins_of

router = Router(tags=["touchpoints"], auth=READ)


class Money(Schema):
    """An amount in minor units (cents) of an ISO 4217 currency."""

    minor: int
    currency: str


class TouchpointShown(Schema):
    """One thing that happened between a person and the company."""

    id: str = Field(description="`tp_` and 32 hex digits.")
    message_id: str
    person_id: str
    source: str
    name: str
    channel: str
    direction: str = Field(description="in, out or none.")
    actor: str = Field(description="customer, staff, automation or system.")
    occurred_at: datetime
    received_at: datetime
    value: Money | None
    score: float | None
    properties: dict[str, Any]


class TouchpointPage(Paged):
    """A page of touchpoints."""

    items: list[TouchpointShown]


@router.get("/touchpoints", response=TouchpointPage, summary="List touchpoints")
def list_touchpoints(request: HttpRequest, limit: Limit, cursor: Cursor) -> Any:
    """The log in the order in which it was written: keep the last cursor and ask again to follow it."""
    rows = list(touchpoints_after(read_number(cursor), limit=limit + 1))
    shown = rows[:limit]
    return {
        "items": _shown(shown),
        "next_cursor": make_cursor(shown[-1].seq) if len(rows) > limit else None,
    }


@router.get("/touchpoints/{touchpoint_id}", response=TouchpointShown, summary="Get a touchpoint")
def get_touchpoint(request: HttpRequest, touchpoint_id: str) -> Any:
    """One touchpoint by id."""
    row = find_touchpoint(touchpoint_id)
    if row is None:
        raise Problem(404, "There is no touchpoint with this id.")
    return _shown([row])[0]


@router.get(
    "/people/{person_id}/touchpoints",
    response=TouchpointPage,
    summary="List a person's touchpoints",
)
def list_touchpoints_of(request: HttpRequest, person_id: str, limit: Limit, cursor: Cursor) -> Any:
    """What happened with one person, newest first."""
    page = timeline_page(origins_of(person_of(person_id)), limit=limit, older=read_cursor(cursor) or None)
    return {
        "items": _shown(page.rows),
        "next_cursor": make_cursor(page.older) if page.older else None,
    }


def _shown(rows: Iterable[TouchpointRow]) -> list[dict[str, Any]]:
    rows = list(rows)
    people = id_of_origins([row.origin for row in rows])
    return [
        {
            "id": row.id,
            "message_id": row.message_id,
            "person_id": people.get(row.origin, ""),
            "source": row.source,
            "name": row.name,
            "channel": row.channel,
            "direction": row.direction,
            "actor": row.actor,
            "occurred_at": row.occurred_at,
            "received_at": row.received_at,
            "value": None if row.value_minor is None else {"minor": row.value_minor, "currency": row.currency},
            "score": None if row.score_milli is None else row.score_milli / 1000,
            "properties": row.properties,
        }
        for row in rows
    ]
