"""The words with which a playbook picks touchpoints: names, channel, direction, actor, and what they carry."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema, model_validator

from regard.playbooks.values.base import Part
from regard.playbooks.values.compare import Compare
from regard.playbooks.values.measures import Asked, Fact, Pick
from regard.playbooks.values.windows import Duration, Period, Window, duration_words

ANYTHING = "anything"
_SEGMENT = re.compile(r"[A-Za-z0-9_$ -]{1,60}(\[\])?")
DEEPEST_PATH = 6


def check_path(path: str) -> str:
    """Return a property path such as `plan` or `products[].category`. Raises ValueError where it is none."""
    parts = path.split(".")
    if len(parts) > DEEPEST_PATH or not all(_SEGMENT.fullmatch(part) for part in parts):
        raise ValueError(
            f"'{path[:60]}' is no property path: up to {DEEPEST_PATH} names with dots between, '[]' for every element"
        )
    return path


def _as_names(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _as_many(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Path = Annotated[str, BeforeValidator(lambda v: check_path(str(v)))]
Name = Annotated[str, StringConstraints(min_length=1, max_length=255)]
Events = Annotated[
    tuple[Name, ...],
    BeforeValidator(_as_names),
    Field(min_length=1, max_length=50),
    WithJsonSchema(
        {
            "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
            "description": "names of touchpoints; `*` for any letters, `anything` for every touchpoint",
        }
    ),
]
Channels = Annotated[tuple[Name, ...], BeforeValidator(_as_many)]
Directions = Annotated[tuple[Literal["in", "out", "none"], ...], BeforeValidator(_as_many)]
Actors = Annotated[tuple[Literal["customer", "staff", "automation", "system"], ...], BeforeValidator(_as_many)]


def fact_of(word: str) -> Fact:
    """Return the fact a playbook means by 'value', 'score', 'channel', 'name' or a property path."""
    if word in ("value", "score", "channel", "name"):
        return Fact(word)  # type: ignore[arg-type]
    return Fact("property", check_path(word))


class Where(Compare):
    """What a touchpoint must carry: a property by path, or its value or score."""

    property: Path | None = Field(None, description="path of a property, such as `plan` or `products[].category`")
    fact: Literal["value", "score"] | None = Field(None, description="the touchpoint's value (money) or score")

    @model_validator(mode="after")
    def _one_fact(self) -> Where:
        if (self.property is None) == (self.fact is None):
            raise ValueError("name one of 'property' and 'fact'")
        if self.older_than or self.newer_than or self.in_next:
            raise ValueError(
                "what a touchpoint carried does not age: use 'within' on the condition, or 'before' and 'after'"
            )
        return self

    def of(self) -> Fact:
        """Return the fact that is compared."""
        return Fact("property", self.property) if self.property is not None else Fact(self.fact or "value")


class Picked(Part):
    """The filters every part that looks at the log has in common."""

    channel: Channels = Field((), description="only on these channels")
    direction: Directions = Field((), description="only in (from the customer), out (to the customer) or none")
    actor: Actors = Field((), description="only by customer, staff, automation or system")
    where: tuple[Where, ...] = Field((), max_length=20, description="only those that carry this; all must hold")

    def pick(self, events: tuple[str, ...]) -> Pick:
        """Return the filter over touchpoints of these names."""
        names = () if ANYTHING in events else tuple(sorted(set(events)))
        where = tuple(Asked(w.of(), w) for w in self.where)
        return Pick(
            names,
            tuple(sorted(self.channel)),
            tuple(sorted(self.direction)),
            tuple(sorted(self.actor)),
            where,
        )

    def pick_words(self, events: tuple[str, ...], currency: str) -> str:
        """Return 'Order Completed on web where value is at least USD 50.00'."""
        words = "anything" if ANYTHING in events else " or ".join(events)
        if self.channel:
            words += f" on {' or '.join(self.channel)}"
        if self.actor:
            words += f" by {' or '.join(self.actor)}"
        if self.direction:
            words += {"in": " (from them)", "out": " (to them)", "none": ""}[self.direction[0]]
        units = {"value": "money", "score": "score"}
        for index, where in enumerate(self.where):
            fact = where.of()
            unit = units.get(fact.kind, "text")
            words += f" {'and' if index else 'where'} {fact.words()} {where.compare_words(unit, currency)}"  # type: ignore[arg-type]
        return words


class Windowed(Picked):
    """Filters, and over which stretch of time; none given is a whole life."""

    within: Duration | None = Field(None, description="rolling: in the last '30 days' (minutes, hours, days, weeks)")
    but_not_the_last: Duration | None = Field(None, description="leave out the last stretch of the window")
    during: Period | None = Field(None, description="calendar period in the company's zone; weeks start on Monday")

    @model_validator(mode="after")
    def _one_window(self) -> Windowed:
        if self.during and (self.within or self.but_not_the_last):
            raise ValueError("'during' is a window by itself: leave out 'within' and 'but_not_the_last'")
        if self.within and self.but_not_the_last and self.but_not_the_last >= self.within:
            raise ValueError(
                f"nothing is left: 'within' {duration_words(self.within)} without the last "
                f"{duration_words(self.but_not_the_last)}"
            )
        return self

    def window(self) -> Window:
        """Return the window."""
        return Window(self.within, self.but_not_the_last or 0, self.during)


def times(count: Decimal | int) -> str:
    """Return 'once', 'twice' or '5 times'."""
    return {1: "once", 2: "twice"}.get(int(count), f"{count:,} times")
