"""Segments: the list with each one's sentence, and who is in one, now or at an instant."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from regard.api.keys import READ
from regard.api.paging import Cursor, Limit, Paged, make_cursor, read_number
from regard.api.people import PersonLine, person_line
from regard.api.problems import Problem
from regard.profile.selectors import person_cards
from regard.understand.selectors import SegmentRow, members_page, people_in_segment, segment_list
from regard.versions.selectors import ActivePlaybook, active_playbook

router = Router(tags=["segments"], auth=READ)
AsOf = Annotated[
    datetime | None,
    Query(
        None,
        description="Who was in it then; computed from the log, so slower. Default: as published.",
    ),
]


class SegmentShown(Schema):
    """A segment of the active playbook."""

    name: str
    label: str
    words: str = Field(description="Its definition as a sentence.")
    size: int
    share: float = Field(description="Of all people understood, 0 to 1.")
    entered_7_days: int
    left_7_days: int


class SegmentList(Paged):
    """Every segment; there is one page."""

    items: list[SegmentShown]


class Membership(PersonLine):
    """A person in a segment."""

    since: datetime | None = Field(description="Since when; null where an instant was asked for.")


class MembershipPage(Paged):
    """A page of the people in a segment."""

    items: list[Membership]


@router.get("/segments", response=SegmentList, summary="List segments")
def list_segments(request: HttpRequest) -> Any:
    """Every segment of the active playbook, with its size as last published."""
    return {"items": [_shown(row) for row in _rows(active_playbook())], "next_cursor": None}


@router.get("/segments/{name}", response=SegmentShown, summary="Get a segment")
def get_segment(request: HttpRequest, name: str) -> Any:
    """One segment by name."""
    return _shown(_row(active_playbook(), name))


@router.get("/segments/{name}/people", response=MembershipPage, summary="List the people in a segment")
def list_people_in_segment(request: HttpRequest, name: str, limit: Limit, cursor: Cursor, as_of: AsOf) -> Any:
    """Who is in a segment, in the order in which we met them."""
    active, after = active_playbook(), read_number(cursor)
    _row(active, name)
    if as_of is None:
        since = {row.person: row.since_at for row in members_page(name, after=after, limit=limit + 1)}
        people = list(since)
    else:
        instant = as_of if as_of.tzinfo else as_of.replace(tzinfo=UTC)
        everybody = people_in_segment(name, instant, playbook=active.playbook)
        people, since = sorted(p for p in everybody if p > after)[: limit + 1], {}
    shown = people[:limit]
    return {
        "items": [{**person_line(card), "since": since.get(card.person)} for card in person_cards(shown)],
        "next_cursor": make_cursor(shown[-1]) if len(people) > limit else None,
    }


def _rows(active: ActivePlaybook) -> list[SegmentRow]:
    return segment_list(playbook=active.playbook, as_of=datetime.now(UTC))


def _row(active: ActivePlaybook, name: str) -> SegmentRow:
    found = next((row for row in _rows(active) if row.name == name), None)
    if found is None:
        raise Problem(404, "The active playbook has no segment of this name.")
    return found


def _shown(row: SegmentRow) -> dict[str, Any]:
    return {
        "name": row.name,
        "label": row.label,
        "words": row.words,
        "size": row.size,
        "share": row.share,
        "entered_7_days": row.entered_7_days,
        "left_7_days": row.left_7_days,
    }
