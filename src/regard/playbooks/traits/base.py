"""What every kind of trait has in common, and what those read straight off the log share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

from pydantic import BeforeValidator, Field

from regard.kernel.sql import Sql
from regard.playbooks.conditions import walk
from regard.playbooks.conditions.base import ConditionBase
from regard.playbooks.values.base import Part
from regard.playbooks.values.compare import Unit
from regard.playbooks.values.filters import Events, Windowed, check_path
from regard.playbooks.values.measures import Lexicon, Measure, Moment, Names, Need, Refers, all_refers
from regard.playbooks.values.windows import Clock


def _fact(value: Any) -> Any:
    text = str(value)
    if text not in ("value", "score", "channel", "name"):
        check_path(text)
    return text


FactWord = Annotated[str, BeforeValidator(_fact), Field(description="value, score, channel, name or a property path")]
NumberWord = Annotated[str, BeforeValidator(_fact), Field(description="value, score or the path of a numeric property")]


class Ranked(NamedTuple):
    """How a trait ranks people: into how many parts, who takes part, and the number they are ordered by."""

    parts: int
    only: Sql
    value: str


class TraitBase(Part):
    """What every trait has: a name for people and a unit. The first key of a kind's own is its kind."""

    example: ClassVar[Mapping[str, Any]]  # as a playbook writes it; the reference shows it
    ranks_dates: ClassVar[bool] = False  # the traits it is worked out of may be dates as well as numbers

    name: str | None = Field(None, max_length=80, description="what people call it; else the key with spaces")

    @classmethod
    def kind(cls) -> str:
        """Return the key that names this kind in a playbook: the first that is its own."""
        return next(name for name in cls.__annotations__ if name in cls.model_fields)

    def unit(self) -> Unit:
        """Return how its values read."""
        return "number"

    def measures(self) -> tuple[Measure, ...]:
        """Return what is read off the log."""
        return ()

    def conditions(self) -> tuple[ConditionBase, ...]:
        """Return the conditions inside it."""
        return ()

    def needs(self) -> tuple[Need, ...]:
        """Return everything that must be computed first, conditions included."""
        return (*self.measures(), *(n for c in every_condition(self) for n in c.needs()))

    def refers(self) -> Refers:
        """Return the traits and segments it is worked out of."""
        return all_refers(c.refers() for c in every_condition(self))

    def moments(self, clock: Clock) -> tuple[Moment, ...]:
        """Return the dates inside it whose answer flips as time passes."""
        return tuple(m for c in every_condition(self) for m in c.moments(clock))

    def numbers(self) -> tuple[str, ...]:
        """Return the traits it is worked out of that must be numbers."""
        return ()

    def rank_parts(self) -> int:
        """Return into how many parts it ranks people; 0 for a trait that ranks nobody."""
        return 0

    def ranks_by(self, names: Names) -> Ranked:
        """Return how it ranks people, for a trait that does."""
        raise TypeError(f"{type(self).__name__} ranks nobody")

    def values(self) -> tuple[str, ...]:
        """Return the values it may have, where it names them."""
        return ()

    def moved_by(self, value: str) -> tuple[str, ...]:
        """Return the touchpoints that may have given somebody this value, where it names them."""
        return ()

    def sql(self, name: str, names: Names) -> Sql:
        """Return its value over the columns of the wide table. `name`: its own, under which its cut points are kept."""
        return self.of_measures(self.measures(), names.clock)

    def of_measures(self, measures: Sequence[Measure], clock: Clock) -> Sql:
        """Return its value of its measures in their order, or of the same ones taken earlier, at this clock."""
        return Sql(self.of_columns([measure.key() for measure in measures]))

    def of_columns(self, columns: Sequence[str]) -> str:
        """Return the SQL of its value, where it needs no clock, of the columns of its measures in their order."""
        return columns[0]

    def counts_days_since(self) -> Measure | None:
        """Return the time from which it counts whole days, where it does."""
        return None

    def words(self, lexicon: Lexicon) -> str:
        """Return what it is, in words."""
        raise TypeError(f"{type(self).__name__} has no words()")


def every_condition(trait: TraitBase) -> Iterator[ConditionBase]:
    """Yield every condition inside a trait, those inside them included."""
    for condition in trait.conditions():
        yield from walk(condition)


class LogTrait(Windowed, TraitBase):
    """A trait read straight off the log, over a person's touchpoints or those of their whole account."""

    per: Literal["person", "account"] = Field("person", description="account: over everybody in the person's account")
    over: Events | None = Field(None, description="of which touchpoints; not with kinds that name them first")

    def _events(self) -> tuple[str, ...]:
        return self.over or ("anything",)

    def _where_words(self, lexicon: Lexicon) -> str:
        account = " in their account" if self.per == "account" else ""
        return f"{self.pick_words(self._events(), lexicon.currency)}{self.window().words()}{account}"
