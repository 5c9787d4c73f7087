"""Guardrails of a playbook: caps, hours, holdout, complaints, minors, and when a human has to look."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from regard.kernel.durations import duration_words
from regard.playbooks.values.base import Duration, Part, Share, TimeOfDay

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
EVERY_DAY: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class QuietHours(Part):
    """When nothing marketing goes out, on the person's own clock; over midnight is usual."""

    start: TimeOfDay = Field(default=1200, alias="from")
    end: TimeOfDay = Field(default=540, alias="to")
    days: tuple[Weekday, ...] = EVERY_DAY  # days on which anything may go at all

    def words(self) -> str:
        """Return the hours as people read them."""
        return f"{self.start // 60:02}:{self.start % 60:02} to {self.end // 60:02}:{self.end % 60:02}"


class Cap(Part):
    """No more than so many messages a person in a rolling time, over all journeys."""

    at_most: int = Field(ge=1, le=100)
    per: Duration = Field(gt=0)
    counts: Literal["promotions", "surveys", "promotions_and_surveys", "everything"] = "promotions"
    channel: str | None = None  # none: over all channels

    def words(self) -> str:
        """Return the cap as people read it."""
        kind = self.counts.replace("_", " ")
        where = f" by {self.channel}" if self.channel else ""
        return f"at most {self.at_most} ({kind}{where}) in {duration_words(self.per)}"


class HumanTouch(Part):
    """After so many automated messages without a human word, automation waits for a person."""

    after: int = Field(default=8, ge=1)
    within: Duration = 7_776_000_000_000


class Minors(Part):
    """Nothing marketing goes to people under this age, where a birth date is known."""

    field: str = "birthday"
    under: int = Field(default=16, ge=0, le=25)


class Sensitive(Part):
    """Fields and segments marked as telling health, faith, orientation, politics, pregnancy or money trouble."""

    fields: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    explicit_purposes: tuple[str, ...] = ()  # purposes whose consent speaks of these things openly
    not_sensitive: tuple[str, ...] = ()  # detected by name, looked at by a person, and fine


class Guardrails(Part):
    """The limits inside which every journey acts."""

    holdout: Share = 0.1  # of each journey that sends marketing
    holdout_overall: Share = 0.0  # of all such journeys at once
    quiet_hours: QuietHours | None = QuietHours()
    caps: tuple[Cap, ...] = (Cap(at_most=1, per=604_800_000_000),)
    when_capped: Literal["defer", "drop"] = "defer"
    complaint_pauses: bool = True
    human_touch: HumanTouch | None = HumanTouch()
    minors: Minors | None = Minors()
    sensitive: Sensitive = Sensitive()
    approval_above: int | None = None  # messages of one step in one day that need a second pair of eyes
    tasks_without_approval: int | None = Field(
        default=50, ge=0
    )  # tasks one step opens in one day; a history just imported must not bury the team
    minutes_per_day: int = Field(default=240, ge=0)  # what the team can do by hand
    cost_minor: dict[str, float] = {}  # of one message by channel, in minor units; "minute" for a human minute
