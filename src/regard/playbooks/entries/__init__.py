"""How people get into a journey: one class a way, each with the sentence people read."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from regard.kernel.durations import duration_words
from regard.playbooks.values.base import Duration, Part, Slug, TimeOfDay
from regard.playbooks.values.happening import Happening


class SegmentEntered(Part):
    """The person came into a segment. `already_in` also lets in those inside when the journey is published."""

    on: Literal["segment_entered"]
    segment: Slug
    already_in: bool = False

    def words(self) -> str:
        """Return the entry as people read it."""
        return f"comes into the segment {self.segment}"


class SegmentLeft(Part):
    """The person left a segment."""

    on: Literal["segment_left"]
    segment: Slug

    def words(self) -> str:
        """Return the entry as people read it."""
        return f"leaves the segment {self.segment}"


class TouchpointSeen(Part):
    """Something happened; `whose: account` lets everybody of the person's account in."""

    on: Literal["touchpoint"]
    touchpoint: Happening
    whose: Literal["person", "account"] = "person"

    def words(self) -> str:
        """Return the entry as people read it."""
        whose = " (anybody of the account)" if self.whose == "account" else ""
        return f"{self.touchpoint.words()} happens{whose}"


class DateReached(Part):
    """A date held in a profile field comes round (a birthday) or comes (an appointment)."""

    on: Literal["date"]
    field: str
    before: Duration = 0  # so long before the date
    yearly: bool = False
    at: TimeOfDay = 540

    def words(self) -> str:
        """Return the entry as people read it."""
        lead = f"{duration_words(self.before)} before " if self.before else "on "
        return f"{lead}the date in {self.field}{', every year' if self.yearly else ''}"


class Silence(Part):
    """Nothing was heard from the person for so long; counted from their last touchpoint."""

    on: Literal["silence"]
    of: Duration = Field(gt=0)
    touchpoint: str | None = None  # silence of this touchpoint only

    def words(self) -> str:
        """Return the entry as people read it."""
        what = f"no '{self.touchpoint}'" if self.touchpoint else "no word from the person"
        return f"{what} for {duration_words(self.of)}"


class Scheduled(Part):
    """At fixed times everybody of a segment enters, in the company's zone."""

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

    def words(self) -> str:
        """Return the entry as people read it."""
        return f"every {self.every}, if in {self.segment}"


class ByHand(Part):
    """A colleague lets the person in."""

    on: Literal["by_hand"]

    def words(self) -> str:
        """Return the entry as people read it."""
        return "a colleague lets them in"


Entry = Annotated[
    SegmentEntered | SegmentLeft | TouchpointSeen | DateReached | Silence | Scheduled | ByHand,
    Field(discriminator="on"),
]


class ExitOn(Part):
    """What ends a journey early, wherever the person is in it."""

    touchpoint: Happening | None = None
    segment_entered: Slug | None = None
    segment_left: Slug | None = None
    reason: str = "left"

    @model_validator(mode="after")
    def _one(self) -> ExitOn:
        if sum(v is not None for v in (self.touchpoint, self.segment_entered, self.segment_left)) != 1:
            raise ValueError("an exit has exactly one of: touchpoint, segment_entered, segment_left")
        return self

    def words(self) -> str:
        """Return the exit as people read it."""
        if self.touchpoint is not None:
            return f"{self.touchpoint.words()} happens"
        return f"enters {self.segment_entered}" if self.segment_entered else f"leaves {self.segment_left}"


class Goal(Part):
    """What a journey is for: the touchpoint it hopes for, and within which time of entering."""

    touchpoint: Happening
    within: Duration = Field(gt=0)
    ends: bool = False  # reaching it ends the journey for the person

    def words(self) -> str:
        """Return the goal as people read it."""
        return f"{self.touchpoint.words()} within {duration_words(self.within)}"


class Reentry(Part):
    """When somebody may go through again: never, or so long after they last entered. Never twice at once."""

    after: Duration | None = None

    def words(self) -> str:
        """Return the rule as people read it."""
        if self.after is None:
            return "once in a lifetime"
        return f"again {duration_words(self.after)} after the last time" if self.after else "every time"
