"""silence: present silence against their own rhythm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from regard.kernel.instant import DAY_US
from regard.kernel.sql import Sql
from regard.playbooks.traits.verb import Verb
from regard.playbooks.values.filters import Events
from regard.playbooks.values.measures import Lexicon, Measure
from regard.playbooks.values.windows import Clock


class Silence(Verb):
    """Present silence against their own rhythm: whole days since the last one, divided by the rhythm."""

    example: ClassVar[Mapping[str, Any]] = {"silence": "Order Completed"}

    silence: Events

    def _events(self) -> tuple[str, ...]:
        return self.silence

    def measures(self) -> tuple[Measure, ...]:
        pick = self.pick(self.silence)
        return (
            Measure("last_at", pick, self.window(), None, "date", self.per),
            Measure("rhythm", pick, self.window(), None, "days", self.per),
        )

    def counts_days_since(self) -> Measure | None:
        return self.measures()[0]

    def words(self, lexicon: Lexicon) -> str:
        return f"present silence against their own rhythm of {self._where_words(lexicon)}"

    def of_measures(self, measures: Sequence[Measure], clock: Clock) -> Sql:
        last, rhythm = (measure.key() for measure in measures)
        return Sql(f"CAST((? - {last}) // {DAY_US} AS DOUBLE) / {rhythm}", (clock.us,))
