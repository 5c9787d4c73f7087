"""How a journey ends early, what it is for, and when the same person may go through it again."""

from __future__ import annotations

from pydantic import Field, model_validator

from regard.kernel.durations import duration_words
from regard.playbooks.values.base import Duration, Part, Slug
from regard.playbooks.values.happening import Happening


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
