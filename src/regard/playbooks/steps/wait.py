"""wait: stay for a time, until an hour of the person's own day, or until a date."""

from __future__ import annotations

import datetime as calendar
from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator

from regard.kernel.durations import duration_words
from regard.playbooks.steps.base import Op, Step
from regard.playbooks.values.around import Around
from regard.playbooks.values.base import Duration, TimeOfDay


class Wait(Step):
    """Wait, in exactly one of three ways."""

    op: ClassVar[Op] = Op.WAIT
    called: ClassVar[str] = "Wait"
    icon: ClassVar[str] = "hourglass"
    begins_as: ClassVar[str] = "wait"
    one_of: ClassVar[tuple[str, ...]] = ("for", "until_hour", "until_date")

    do: Literal["wait"]
    time: Duration | None = Field(default=None, alias="for")
    until_hour: TimeOfDay | None = None  # next time the person's clock shows this
    until_date: calendar.date | None = None  # start of this day in the company's zone; past: goes on at once

    @model_validator(mode="after")
    def _one_way(self) -> Wait:
        if sum(v is not None for v in (self.time, self.until_hour, self.until_date)) != 1:
            raise ValueError("a wait has exactly one of: for, until_hour, until_date")
        return self

    def words(self) -> str:
        if self.time is not None:
            return f"wait {duration_words(self.time)}"
        if self.until_hour is not None:
            return f"wait until {self.until_hour // 60:02}:{self.until_hour % 60:02} of the person's day"
        return f"wait until {self.until_date}"

    def terms(self) -> dict[str, Any]:
        day = self.until_date
        return {"wait_us": self.time, "until_minute": self.until_hour, "until_day": day}

    @classmethod
    def starter(cls, around: Around) -> dict[str, Any]:
        return {"for": "3d"}
