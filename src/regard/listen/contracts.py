"""What this stage hands out."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple


class AnswerSaid(NamedTuple):
    """An answer to a survey, in the customer's own words."""

    seq: int
    person_id: int
    survey: str
    score: int | None
    comment: str
    answered_at: datetime
