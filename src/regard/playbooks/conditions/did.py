"""`did`: something happened so often, for the first time, or one thing and then another."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from pydantic import Field, model_validator

from regard.kernel.sql import Sql
from regard.playbooks.conditions.base import ConditionBase, Examples
from regard.playbooks.editing.rows import DAYS, TOUCHPOINT, Row, Slot, plain, within_of
from regard.playbooks.values.filters import Events, Windowed, times
from regard.playbooks.values.measures import Lexicon, Measure, Moment, Names, Pick, Seen
from regard.playbooks.values.windows import Clock, Duration, duration_words

TIMES = {"at_least": "at least", "exactly": "exactly", "at_most": "at most"}


class Did(Windowed, ConditionBase):
    """It happened at least, at most or exactly n times in the window (at least once where no number is given)."""

    called: ClassVar[str] = "did"
    slots: ClassVar[tuple[Slot, ...]] = (
        TOUCHPOINT,
        Slot("op", "select", "How often", options=TIMES),
        Slot("n", "number", "Times", standard="1"),
        replace(DAYS, before="times in the last"),
    )
    examples: ClassVar[Examples] = (
        {"did": "Order Completed", "at_least": 2, "within": "90 days"},
        {"did": "Order Completed", "first_time": True, "during": "this month"},
        {
            "did": "Product Added",
            "within": "7 days",
            "then_not": "Order Completed",
            "then_within": "1 day",
        },
        {"did": "Order Completed", "where": [{"property": "products[].category", "is": "Jazz"}]},
    )

    did: Events
    at_least: int | None = Field(None, ge=1, le=1_000_000)
    at_most: int | None = Field(None, ge=0, le=1_000_000)
    exactly: int | None = Field(None, ge=0, le=1_000_000)
    first_time: bool = Field(False, description="their very first one falls into the window")
    then: Events | None = Field(None, description="and this followed, later in time")
    then_not: Events | None = Field(None, description="and this did not follow in the time given")
    then_within: Duration | None = Field(None, description="how soon it follows; needed with `then_not`")

    @model_validator(mode="after")
    def _one_question(self) -> Did:
        if self.first_time and (self.at_most is not None or self.exactly is not None or self.then or self.then_not):
            raise ValueError("'first_time' stands alone: leave out numbers and what follows")
        if self.first_time and self.within is None and self.during is None:
            raise ValueError("'first_time' needs a window: add 'within' or 'during'")
        if self.then and self.then_not:
            raise ValueError("either 'then' or 'then_not'")
        if self.then_not and not self.then_within:
            raise ValueError("'then_not' needs 'then_within': how long we wait for what did not follow")
        if self.then_within and not (self.then or self.then_not):
            raise ValueError("'then_within' belongs to 'then' or 'then_not'")
        if self.exactly is not None and (self.at_least is not None or self.at_most is not None):
            raise ValueError("'exactly' stands alone")
        return self

    def _measure(self) -> Measure:
        pick, window = self.pick(self.did), self.window()
        if self.first_time:
            return Measure("first_at", pick, unit="date")
        follower = self.then or self.then_not
        if follower:
            names = self.pick(follower).names  # the filters speak of the first event
            take = "followed" if self.then else "unfollowed"
            return Measure(take, pick, window, then=Pick(names), then_within=self.then_within or 0)  # type: ignore[arg-type]
        return Measure("count", pick, window)

    def needs(self) -> tuple[Measure, ...]:
        return (self._measure(),)

    def sql(self, names: Names) -> Sql:
        column = self._measure().key()
        if self.first_time:
            low, high = self.window().span(names.clock)
            return Sql(f"COALESCE({column} >= ? AND {column} < ?, FALSE)", (low, high))
        if self.exactly is not None:
            return Sql(f"({column} = ?)", (self.exactly,))
        if self.at_most is None:
            return Sql(f"({column} >= ?)", (self.at_least or 1,))
        return Sql(f"({column} BETWEEN ? AND ?)", (self.at_least or 0, self.at_most))

    def moments(self, clock: Clock) -> tuple[Moment, ...]:
        if not self.first_time:
            return ()  # the log's own rows slide: see Measure.edges
        low, high = self.window().span(clock)
        return (Moment((low or 0, high), need=self._measure()),)

    def words(self, lexicon: Lexicon) -> str:
        what = self.pick_words(self.did, lexicon.currency)
        if self.first_time:
            return f"did {what} for the first time{self.window().words()}"
        words = f"did {what}"
        if self.exactly is not None:
            words += f" exactly {times(self.exactly)}"
        elif self.at_least or self.at_most is not None:
            bounds = [f"at least {times(self.at_least)}" if self.at_least else ""]
            bounds.append(f"at most {times(self.at_most)}" if self.at_most is not None else "")
            words += " " + " and ".join(b for b in bounds if b)
        words += self.window().words()
        if self.then:
            soon = f" within {duration_words(self.then_within)}" if self.then_within else ""
            words += f", and then {' or '.join(self.then)}{soon}"
        if self.then_not:
            words += f", and no {' or '.join(self.then_not)} followed within {duration_words(self.then_within or 0)}"
        return words

    def seen(self, names: Names, lexicon: Lexicon) -> tuple[Seen, ...]:
        measure, what = self._measure(), " or ".join(self.did)
        if self.first_time:
            return (Seen(f"first {what}", Sql(measure.key()), measure.unit),)
        return (Seen(what, Sql(measure.key()), "times"),)

    @classmethod
    def of_row(cls, row: Row) -> dict[str, Any]:
        often = {row.op if row.op in TIMES else "at_least": row.n} if row.n else {}
        return {"did": row.what, **often, **within_of(row)}

    def row(self) -> Row | None:
        told = plain(self)
        if told is None or len(told[2]) > 1 or not set(told[2]) <= set(TIMES):
            return None
        what, days, often = told
        op = next(iter(often), "at_least")
        return Row("did", what, op, str(often.get(op, "")), days)
