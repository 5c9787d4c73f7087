"""schedule: at fixed times everybody of a segment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator

from regard.playbooks.entries.base import EntryBase
from regard.playbooks.values.around import Around
from regard.playbooks.values.base import Slug, TimeOfDay


class Scheduled(EntryBase):
    """At fixed times everybody of a segment enters, in the company's zone."""

    called: ClassVar[str] = "at fixed times, everybody of a segment"
    is_timed: ClassVar[bool] = True

    on: Literal["schedule"]
    segment: Slug
    every: Literal["day", "week", "month", "quarter"]
    day: int = Field(default=1, ge=1, le=28)  # of the week (1 = Monday) or of the month
    at: TimeOfDay = 600

    @model_validator(mode="after")
    def _day_of_week(self) -> Scheduled:
        if self.every == "week" and self.day > 7:
            raise ValueError("a week has the days 1 (Monday) to 7")
        return self

    @classmethod
    def starter(cls, around: Around) -> dict[str, Any]:
        return {"segment": around.segment, "every": "month"}

    def words(self) -> str:
        return f"every {self.every}, if in {self.segment}"

    def in_sentence(self, segments: Mapping[str, str]) -> str:
        return f"every {self.every}, if in {segments.get(self.segment, self.segment)}"

    def asks_segment(self) -> str:
        return self.segment
