"""date: a date in the profile comes round."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from regard.kernel.durations import duration_words
from regard.playbooks.entries.base import EntryBase
from regard.playbooks.values.around import Around
from regard.playbooks.values.base import Duration, TimeOfDay


class DateReached(EntryBase):
    """A date held in a profile field comes round (a birthday) or comes (an appointment)."""

    called: ClassVar[str] = "a date comes"

    on: Literal["date"]
    field: str
    before: Duration = 0  # so long before the date
    yearly: bool = False
    at: TimeOfDay = 540

    @classmethod
    def starter(cls, around: Around) -> dict[str, Any]:
        return {"field": "birthday", "yearly": True}

    def words(self) -> str:
        lead = f"{duration_words(self.before)} before " if self.before else "on "
        return f"{lead}the date in {self.field}{', every year' if self.yearly else ''}"

    def asks_field(self) -> str:
        return self.field
