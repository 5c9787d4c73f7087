"""Cursor pages: `{items, next_cursor}`. A cursor is opaque, and only good for the list that gave it."""

from __future__ import annotations

import base64
from typing import Annotated

from ninja import Query, Schema
from pydantic import Field

from regard.api.problems import Problem, pointed

Limit = Annotated[int, Query(50, ge=1, le=200, description="How many items a page holds.")]
Cursor = Annotated[
    str,
    Query("", max_length=200, description="`next_cursor` of the page before; empty for the first."),
]


class Paged(Schema):
    """What every list has beside its items."""

    next_cursor: str | None = Field(None, description="Asks for the next page; null on the last.")


def make_cursor(position: str | int) -> str:
    """Return the cursor that names a position in a list."""
    return base64.urlsafe_b64encode(str(position).encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> str:
    """Return the position a cursor names, '' for the first page. Raises Problem 422 for one we never gave."""
    try:
        return base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except ValueError as error:
        raise _strange() from error


def read_number(cursor: str) -> int:
    """Return the number a cursor names, 0 for the first page. Raises Problem 422 for one we never gave."""
    position = read_cursor(cursor)
    if not position:
        return 0
    if not (position.isascii() and position.isdigit() and len(position) < 19):
        raise _strange()
    return int(position)


def _strange() -> Problem:
    detail = "This cursor was not given by this list."
    return Problem(422, detail, errors=[pointed("query:cursor", "unknown_cursor", detail)])
