"""What every kind of trait has in common, and what those read straight off the log share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from regard.playbooks.values.base import Part
from regard.playbooks.values.compare import Unit
from regard.playbooks.values.filters import Events, Windowed, check_path
from regard.playbooks.values.measures import Lexicon, Measure, Moment, Need, Refers
from regard.playbooks.values.windows import Clock


def _fact(value: Any) -> Any:
    text = str(value)
    if text not in ("value", "score", "channel", "name"):
        check_path(text)
    return text


FactWord = Annotated[str, BeforeValidator(_fact), Field(description="value, score, channel, name or a property path")]
NumberWord = Annotated[str, BeforeValidator(_fact), Field(description="value, score or the path of a numeric property")]


class TraitBase(Part):
    """What every trait has: a name for people and a unit."""

    name: str | None = Field(None, max_length=80, description="what people call it; else the key with spaces")

    def unit(self) -> Unit:
        """Return how its values read."""
        return "number"

    def measures(self) -> tuple[Measure, ...]:
        """Return what is read off the log."""
        return ()

    def needs(self) -> tuple[Need, ...]:
        """Return everything that must be computed first, conditions included."""
        return self.measures()

    def refers(self) -> Refers:
        """Return the traits and segments it is worked out of."""
        return Refers()

    def moments(self, clock: Clock) -> tuple[Moment, ...]:
        """Return the dates inside it whose answer flips as time passes."""
        return ()

    def of_columns(self, columns: Sequence[str]) -> str:
        """Return the SQL of its value, where it needs no clock, of the columns of its measures in their order."""
        return columns[0]

    def counts_days_since(self) -> Measure | None:
        """Return the time from which it counts whole days, where it does."""
        return None

    def words(self, lexicon: Lexicon) -> str:
        """Return what it is, in words."""
        raise TypeError(f"{type(self).__name__} has no words()")


class LogTrait(Windowed, TraitBase):
    """A trait read straight off the log, over a person's touchpoints or those of their whole account."""

    per: Literal["person", "account"] = Field("person", description="account: over everybody in the person's account")
    over: Events | None = Field(None, description="of which touchpoints; not with kinds that name them first")

    def _events(self) -> tuple[str, ...]:
        return self.over or ("anything",)

    def _where_words(self, lexicon: Lexicon) -> str:
        account = " in their account" if self.per == "account" else ""
        return f"{self.pick_words(self._events(), lexicon.currency)}{self.window().words()}{account}"
