"""What this stage hands out."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple


class NoteRow(NamedTuple):
    """A note about a person, in the words of whoever wrote it."""

    pk: int
    person_id: int
    text: str
    by: str
    at: datetime


class PromiseRow(NamedTuple):
    """A promise to a person. `state`: open, kept or broken."""

    pk: int
    person_id: int
    text: str
    state: str
    made_at: datetime
    due_at: datetime
    settled_at: datetime | None
    is_invented: bool


class TagRow(NamedTuple):
    """A word somebody put on a person."""

    pk: int
    person_id: int
    name: str
