"""Conditions a journey can ask: about what it learnt on the way, where the person stands now, or any segment condition.

They look at one row of the engine's `situation` table: the person (`person`), the enrolment (`eid`) and the instant
(`t`). `sql()` is the predicate, `words()` the sentence, `needs()` the traits it reads.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from regard.kernel.sql import Sql, join
from regard.playbooks.conditions import Condition
from regard.playbooks.segments import as_condition
from regard.playbooks.values.base import Part, Slug

UNNAMED = "~"  # begins the name of a segment that nobody named


class Answered(Part):
    """What was answered at an earlier wait_for step, by its score."""

    kind: Literal["answered"]
    step: Slug  # the wait_for step that caught the answer
    at_least: int | None = None
    at_most: int | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Answered:
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise ValueError("at_least is above at_most, so no answer fits")
        return self

    def sql(self) -> Sql:
        """Return the predicate; scores are kept in thousandths (contract 7)."""
        parts = [Sql("l.eid = s.eid AND l.step = ? AND l.is_known = 1", (self.step,))]
        if self.at_least is not None:
            parts.append(Sql("l.score_milli >= ?", (self.at_least * 1000,)))
        if self.at_most is not None:
            parts.append(Sql("l.score_milli <= ?", (self.at_most * 1000,)))
        return join(parts, " AND ").wrap("EXISTS (SELECT 1 FROM learnt AS l WHERE ", ")")

    def words(self) -> str:
        """Return the condition as people read it."""
        if self.at_least is not None and self.at_most is not None:
            return f"answered {self.at_least} to {self.at_most}"
        if self.at_least is not None:
            return f"answered {self.at_least} or more"
        if self.at_most is not None:
            return f"answered {self.at_most} or less"
        return "answered at all"

    def needs(self) -> tuple[str, ...]:
        """Return the traits it reads: none."""
        return ()


def _is_inside(segment: str) -> Sql:
    """Return the predicate over the intervals of membership."""
    return Sql(
        "EXISTS (SELECT 1 FROM membership AS m WHERE m.person = s.person AND m.segment = ?"
        " AND m.from_us <= s.t AND s.t < m.to_us)",
        (segment,),
    )


class InSegment(Part):
    """The person is (or is not) in a segment at that moment."""

    kind: Literal["in_segment"]
    segment: Slug
    is_in: bool = True

    def sql(self) -> Sql:
        """Return the predicate over the intervals of membership."""
        inside = _is_inside(self.segment)
        return inside if self.is_in else inside.wrap("NOT ")

    def words(self) -> str:
        """Return the condition as people read it."""
        return f"is {'' if self.is_in else 'not '}in {self.segment}"

    def needs(self) -> tuple[str, ...]:
        """Return the traits it reads: none, the segment's own are computed anyway."""
        return ()


class Meets(Part):
    """The person meets any condition that a segment could be made of; a list of conditions means all of them."""

    kind: Literal["meets"]
    who: Annotated[Condition, BeforeValidator(as_condition)]

    @property
    def segment(self) -> str:
        """The name under which it is computed: the same condition has the same one wherever it stands."""
        told = self.model_dump_json(by_alias=True)
        return UNNAMED + sha256(told.encode()).hexdigest()[:16]

    def sql(self) -> Sql:
        """Return the predicate over the intervals of membership."""
        return _is_inside(self.segment)

    def words(self) -> str:
        """Return that there is a condition; a label on the way says it better, and `who.words` in full."""
        return "meets a condition"

    def needs(self) -> tuple[str, ...]:
        """Return the traits it reads: none, they are computed for its segment."""
        return ()


class Both(Part):
    """Every one of several conditions."""

    kind: Literal["every"]
    of: tuple[Recall, ...] = Field(min_length=1)

    def sql(self) -> Sql:
        """Return the predicates joined by AND."""
        return join([c.sql().wrap("(", ")") for c in self.of], " AND ")

    def words(self) -> str:
        """Return the conditions joined by 'and'."""
        return " and ".join(c.words() for c in self.of)

    def needs(self) -> tuple[str, ...]:
        """Return the traits any of them reads."""
        return tuple(n for c in self.of for n in c.needs())


class AnyOf(Part):
    """At least one of several conditions."""

    kind: Literal["any"]
    of: tuple[Recall, ...] = Field(min_length=1)

    def sql(self) -> Sql:
        """Return the predicates joined by OR."""
        return join([c.sql().wrap("(", ")") for c in self.of], " OR ").wrap("(", ")")

    def words(self) -> str:
        """Return the conditions joined by 'or'."""
        return " or ".join(c.words() for c in self.of)

    def needs(self) -> tuple[str, ...]:
        """Return the traits any of them reads."""
        return tuple(n for c in self.of for n in c.needs())


Recall = Annotated[Answered | InSegment | Meets | Both | AnyOf, Field(discriminator="kind")]
Both.model_rebuild()
AnyOf.model_rebuild()


def parts_of(when: Part) -> Iterator[Part]:
    """Yield a condition and every one inside it."""
    yield when
    for inner in getattr(when, "of", ()):
        yield from parts_of(inner)
