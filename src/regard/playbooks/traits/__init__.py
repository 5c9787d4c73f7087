"""Computed traits: one class a kind; the first key is the kind and reads as a verb ('count: Order Completed').

Traits read off the log turn into a Measure; the others (`ratio`, `score`, `first_match`) are worked out of traits.
Missing: a count of nothing is 0; a sum, average, smallest, largest, first, last, rhythm, silence or ratio of nothing is
missing. What is of the wrong type (a price that says 'free') is left out, as if it were not there. Money in another
currency than the company's is left out of sums; a sum past 64 bits is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from regard.playbooks.conditions import Condition, walk
from regard.playbooks.traits.base import FactWord, LogTrait, NumberWord, TraitBase
from regard.playbooks.values.base import Part, Slug
from regard.playbooks.values.compare import Unit
from regard.playbooks.values.filters import Events, Where, fact_of
from regard.playbooks.values.kinds import Kinds
from regard.playbooks.values.measures import (
    Asked,
    Fact,
    Lexicon,
    Measure,
    Moment,
    Need,
    Refers,
    all_refers,
)
from regard.playbooks.values.windows import Clock

_UNITS: dict[str, Unit] = {"value": "money", "score": "score", "property": "number"}


class _Verb(LogTrait):
    @model_validator(mode="after")
    def _named_once(self) -> _Verb:
        if self.over is not None:
            raise ValueError("the first key names the touchpoints: leave out 'over'")
        return self


class Count(_Verb):
    """How many."""

    count: Events

    def _events(self) -> tuple[str, ...]:
        return self.count

    def measures(self) -> tuple[Measure, ...]:
        return (Measure("count", self.pick(self.count), self.window(), per=self.per),)

    def words(self, lexicon: Lexicon) -> str:
        return f"how many times {self._where_words(lexicon)}"


class _OfNumber(LogTrait):
    def _word(self) -> str:
        return str(getattr(self, self._take()))

    def _take(self) -> Any:
        return next(kind for kind in ("sum", "average", "smallest", "largest") if kind in type(self).model_fields)

    def unit(self) -> Unit:
        return _UNITS[self._of().kind]

    def _of(self) -> Fact:
        return fact_of(self._word())

    @model_validator(mode="after")
    def _numeric(self) -> _OfNumber:
        if self._word() in ("channel", "name"):
            raise ValueError(f"'{self._word()}' is not a number: 'value', 'score' or a property path")
        return self

    def measures(self) -> tuple[Measure, ...]:
        pick = self.pick(self._events())
        return (Measure(self._take(), pick, self.window(), self._of(), self.unit(), self.per),)

    def words(self, lexicon: Lexicon) -> str:
        return f"{self._take()} of {self._of().words()} over {self._where_words(lexicon)}"


# A value given back is told with a plus or a minus: what is at least nothing is taken off, what is less is added.
_SIGNS = [Where.model_validate({"fact": "value", sign: 0}) for sign in ("at_least", "less_than")]


class Sum(_OfNumber):
    """The sum of a number or of money; with `less`, money net of what was given back (told with either sign)."""

    sum: NumberWord
    less: Events | None = Field(None, description="of value: touchpoints whose value is taken off")

    @model_validator(mode="after")
    def _less_money(self) -> Sum:
        if self.less is not None and self.sum != "value":
            raise ValueError("'less' takes money off a 'sum: value': there is none here")
        return self

    def measures(self) -> tuple[Measure, ...]:
        (given,) = super().measures()
        if self.less is None:
            return (given,)
        pick = self.pick(self.less)
        back = (replace(pick, where=(*pick.where, Asked(s.of(), s))) for s in _SIGNS)
        return (given, *(replace(given, pick=one) for one in back))

    def of_columns(self, columns: Sequence[str]) -> str:
        if self.less is None:
            return columns[0]
        given, plus, minus = columns
        net = f"CAST({given} AS HUGEINT) - COALESCE({plus}, 0) + COALESCE({minus}, 0)"
        return f"CASE WHEN {given} IS NOT NULL THEN TRY_CAST({net} AS BIGINT) END"

    def words(self, lexicon: Lexicon) -> str:
        less = f", less the value of {' or '.join(self.less)}" if self.less else ""
        return f"{super().words(lexicon)}{less}"


class Average(_OfNumber):
    """The arithmetic mean; money and scores rounded to their smallest unit, halves away from zero."""

    average: NumberWord


class Smallest(_OfNumber):
    """The smallest."""

    smallest: NumberWord


class Largest(_OfNumber):
    """The largest."""

    largest: NumberWord


class _Edge(LogTrait):
    def _take(self) -> Literal["first", "last"]:
        return "first" if "first" in type(self).model_fields else "last"

    def _word(self) -> str:
        return str(getattr(self, self._take()))

    def unit(self) -> Unit:
        units: dict[str, Unit] = {"time": "date", "value": "money", "score": "score"}
        return units.get(self._word(), "text")

    def measures(self) -> tuple[Measure, ...]:
        pick = self.pick(self._events())
        if self._word() == "time":
            return (Measure(f"{self._take()}_at", pick, self.window(), None, "date", self.per),)  # type: ignore[arg-type]
        return (Measure(self._take(), pick, self.window(), fact_of(self._word()), self.unit(), self.per),)

    def words(self, lexicon: Lexicon) -> str:
        return f"{self._take()} {self._word()} of {self._where_words(lexicon)}"


class First(_Edge):
    """The first time, or what the first touchpoint that carries the fact said."""

    first: FactWord


class Last(_Edge):
    """The last time, or what the last touchpoint that carries the fact said."""

    last: FactWord


class Distinct(LogTrait):
    """How many different values."""

    distinct: FactWord

    def measures(self) -> tuple[Measure, ...]:
        pick = self.pick(self._events())
        return (Measure("distinct", pick, self.window(), fact_of(self.distinct), "number", self.per),)

    def words(self, lexicon: Lexicon) -> str:
        return f"how many different {self.distinct} in {self._where_words(lexicon)}"


class MostFrequent(LogTrait):
    """The value seen most often; among equals the one seen last, then the first in the alphabet."""

    most_frequent: FactWord

    def unit(self) -> Unit:
        return "text"

    def measures(self) -> tuple[Measure, ...]:
        pick = self.pick(self._events())
        return (Measure("most_frequent", pick, self.window(), fact_of(self.most_frequent), "text", self.per),)

    def words(self, lexicon: Lexicon) -> str:
        return f"the most frequent {self.most_frequent} in {self._where_words(lexicon)}"


class LastN(LogTrait):
    """The last n different values, newest first."""

    last_n: FactWord
    n: int = Field(5, ge=1, le=50)

    def unit(self) -> Unit:
        return "list"

    def measures(self) -> tuple[Measure, ...]:
        pick = self.pick(self._events())
        return (Measure("last_n", pick, self.window(), fact_of(self.last_n), "list", self.per, self.n),)

    def words(self, lexicon: Lexicon) -> str:
        return f"the last {self.n} {self.last_n} of {self._where_words(lexicon)}"


class DaysSince(_Verb):
    """Whole days (24 hours each) since the last one."""

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


class Rhythm(_Verb):
    """Their own rhythm: the median of the gaps, in days, between the days (UTC) on which it happened; 3 such days or more."""

    rhythm: Events

    def _events(self) -> tuple[str, ...]:
        return self.rhythm

    def unit(self) -> Unit:
        return "days"

    def measures(self) -> tuple[Measure, ...]:
        return (Measure("rhythm", self.pick(self.rhythm), self.window(), None, "days", self.per),)

    def words(self, lexicon: Lexicon) -> str:
        return f"usual days between {self._where_words(lexicon)}"


class Silence(_Verb):
    """Present silence against their own rhythm: whole days since the last one, divided by the rhythm."""

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


class Ratio(TraitBase):
    """One trait divided by another; missing where either is, or the second is 0."""

    ratio: tuple[Slug, Slug]

    def refers(self) -> Refers:
        return Refers(traits=frozenset(self.ratio))

    def words(self, lexicon: Lexicon) -> str:
        return f"{lexicon.trait_name(self.ratio[0])} for each {lexicon.trait_name(self.ratio[1])}"


class Score(TraitBase):
    """A score from 1 to `parts` by rank among everybody who has the trait; cut points are set by a refresh.

    The best part gets the highest score. Equal values get equal scores. A refresh publishes the cut points and every
    cycle after it scores against them, so one person's new order never moves another person's score.
    """

    score: Slug
    parts: int = Field(5, ge=2, le=10)
    best: Literal["high", "low"] = "high"
    among: Condition | None = Field(None, description="who is ranked; the others have no score")

    def refers(self) -> Refers:
        inner = () if self.among is None else tuple(c.refers() for c in walk(self.among))
        return all_refers((Refers(traits=frozenset({self.score})), *inner))

    def needs(self) -> tuple[Need, ...]:
        return () if self.among is None else tuple(n for c in walk(self.among) for n in c.needs())

    def moments(self, clock: Clock) -> tuple[Moment, ...]:
        return () if self.among is None else tuple(m for c in walk(self.among) for m in c.moments(clock))

    def words(self, lexicon: Lexicon) -> str:
        among = "" if self.among is None else f" among those who {self.among.words(lexicon)}"
        return f"score 1 to {self.parts} by {lexicon.trait_name(self.score)}, {self.best} is best{among}"


class Case(Part):
    """One value, and when it is the one."""

    value: str = Field(max_length=60)
    when: Condition
    moved_by: Events | None = Field(None, description="touchpoints that may have moved somebody here, for the story")


class FirstMatch(TraitBase):
    """The value of the first case that holds: named groups and stages."""

    first_match: tuple[Case, ...] = Field(min_length=1, max_length=30)
    otherwise: str | None = Field(None, max_length=60)

    def unit(self) -> Unit:
        return "text"

    def refers(self) -> Refers:
        return all_refers(c.refers() for case in self.first_match for c in walk(case.when))

    def needs(self) -> tuple[Need, ...]:
        return tuple(n for case in self.first_match for c in walk(case.when) for n in c.needs())

    def moments(self, clock: Clock) -> tuple[Moment, ...]:
        return tuple(m for case in self.first_match for c in walk(case.when) for m in c.moments(clock))

    def words(self, lexicon: Lexicon) -> str:
        return "; ".join(f"{case.value}: {case.when.words(lexicon)}" for case in self.first_match)


TRAIT_KINDS: dict[str, type[TraitBase]] = {
    "count": Count,
    "sum": Sum,
    "average": Average,
    "smallest": Smallest,
    "largest": Largest,
    "first": First,
    "last": Last,
    "distinct": Distinct,
    "most_frequent": MostFrequent,
    "last_n": LastN,
    "days_since": DaysSince,
    "rhythm": Rhythm,
    "silence": Silence,
    "ratio": Ratio,
    "score": Score,
    "first_match": FirstMatch,
}
_BY_KEY = Kinds("trait", "count: Order Completed", TRAIT_KINDS, "keep one")

_Trait = Annotated[
    Annotated[Count, Tag("count")]
    | Annotated[Sum, Tag("sum")]
    | Annotated[Average, Tag("average")]
    | Annotated[Smallest, Tag("smallest")]
    | Annotated[Largest, Tag("largest")]
    | Annotated[First, Tag("first")]
    | Annotated[Last, Tag("last")]
    | Annotated[Distinct, Tag("distinct")]
    | Annotated[MostFrequent, Tag("most_frequent")]
    | Annotated[LastN, Tag("last_n")]
    | Annotated[DaysSince, Tag("days_since")]
    | Annotated[Rhythm, Tag("rhythm")]
    | Annotated[Silence, Tag("silence")]
    | Annotated[Ratio, Tag("ratio")]
    | Annotated[Score, Tag("score")]
    | Annotated[FirstMatch, Tag("first_match")],
    Discriminator(_BY_KEY.of),
]
# The check comes first: pydantic words an error raised there, not one raised while it looks for the kind.
Trait = Annotated[_Trait, BeforeValidator(_BY_KEY.known)]
