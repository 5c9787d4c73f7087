"""days_since: whole days since the last one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from regard.kernel.instant import DAY_US
from regard.kernel.sql import Sql
from regard.playbooks.traits.verb import Verb
from regard.playbooks.values.compare import Unit
from regard.playbooks.values.filters import Events
from regard.playbooks.values.measures import Lexicon, Measure
from regard.playbooks.values.windows import Clock


class DaysSince(Verb):
    """Whole days (24 hours each) since the last one."""

    example: ClassVar[Mapping[str, Any]] = {"days_since": "Order Completed"}

    days_since: Events

    def _events(self) -> tuple[str, ...]:
        return self.days_since

    def unit(self) -> Unit:
        return "days"

    def measures(self) -> tuple[Measure, ...]:
        return (Measure("last_at", self.pick(self.days_since), self.window(), None, "date", self.per),)

    def counts_days_since(self) -> Measure | None:
        return self.measures()[0]

    def words(self, lexicon: Lexicon) -> str:
        return f"days since the last {self._where_words(lexicon)}"

    def of_measures(self, measures: Sequence[Measure], clock: Clock) -> Sql:
        return Sql(f"(? - {measures[0].key()}) // {DAY_US}", (clock.us,))
