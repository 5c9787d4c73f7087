"""Conditions a journey can ask: about what it learnt on the way, where the person stands now, or any segment condition.

They look at one row of the engine's `situation` table: the person (`person`), the enrolment (`eid`) and the instant
(`t`). `sql()` is the predicate, `words()` the sentence, `needs()` the traits it reads.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Union, get_args

from pydantic import BeforeValidator, Field, model_validator

from regard.kernel.sql import Sql, join
from regard.playbooks.conditions import Condition
from regard.playbooks.segments import as_condition
from regard.playbooks.values.base import Part, Slug

UNNAMED = "~"  # begins the name of a segment that nobody named


class RecallBase(Part):
    """What every kind of them has."""

    called: ClassVar[str]  # what people choose it by

    kind: str

    @classmethod
    def named(cls) -> str:
        """Return the word after `kind` that names it in a playbook."""
        return str(get_args(cls.model_fields["kind"].annotation)[0])

    def sql(self) -> Sql:
        """Return the predicate over one row of `situation`."""
        raise TypeError(f"{type(self).__name__} has no sql()")

    def words(self) -> str:
        """Return the condition as people read it."""
        raise TypeError(f"{type(self).__name__} has no words()")

    def needs(self) -> tuple[str, ...]:
        """Return the traits it reads: none, those of a segment are computed for the segment."""
        return ()

    def asks_step(self) -> str:
        """Return the wait_for step whose answer it asks for, or nothing."""
        return ""

    def asks_segment(self) -> str:
        """Return the segment it asks about, or nothing."""
        return ""

    def parts(self) -> tuple[RecallBase, ...]:
        """Return the conditions inside this one."""
        return ()

    def answers_needed(self) -> set[str]:
        """Return the waits without whose answer it never holds."""
        return set()


class AnsweredWith(RecallBase):
    """What was answered at an earlier wait_for step, by its score."""

    called: ClassVar[str] = "answered at an earlier step"

    kind: Literal["answered"]
    step: Slug  # the wait_for step that caught the answer
    at_least: int | None = None
    at_most: int | None = None

    @model_validator(mode="after")
    def _says_something(self) -> AnsweredWith:
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

    def asks_step(self) -> str:
        return self.step

    def answers_needed(self) -> set[str]:
        return {self.step}


def _is_inside(segment: str) -> Sql:
    """Return the predicate over the intervals of membership."""
    return Sql(
        "EXISTS (SELECT 1 FROM membership AS m WHERE m.person = s.person AND m.segment = ?"
        " AND m.from_us <= s.t AND s.t < m.to_us)",
        (segment,),
    )


class InSegment(RecallBase):
    """The person is (or is not) in a segment at that moment."""

    called: ClassVar[str] = "is in a segment"

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

    def asks_segment(self) -> str:
        return self.segment


class Meets(RecallBase):
    """The person meets any condition that a segment could be made of; a list of conditions means all of them."""

    called: ClassVar[str] = "meet a condition, as segments know them"

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

    def asks_segment(self) -> str:
        return self.segment


class Several(RecallBase):
    """Conditions inside a condition."""

    of: tuple[Recall, ...] = Field(min_length=1)

    def needs(self) -> tuple[str, ...]:
        return tuple(n for c in self.of for n in c.needs())

    def parts(self) -> tuple[RecallBase, ...]:
        return self.of


class Both(Several):
    """Every one of several conditions."""

    called: ClassVar[str] = "several things at once"

    kind: Literal["every"]

    def sql(self) -> Sql:
        return join([c.sql().wrap("(", ")") for c in self.of], " AND ")

    def words(self) -> str:
        return " and ".join(c.words() for c in self.of)

    def answers_needed(self) -> set[str]:
        return {name for part in self.of for name in part.answers_needed()}


class AnyOf(Several):
    """At least one of several conditions."""

    called: ClassVar[str] = "at least one of several things"

    kind: Literal["any"]

    def sql(self) -> Sql:
        return join([c.sql().wrap("(", ")") for c in self.of], " OR ").wrap("(", ")")

    def words(self) -> str:
        return " or ".join(c.words() for c in self.of)

    def answers_needed(self) -> set[str]:
        return set.intersection(*(part.answers_needed() for part in self.of))


KINDS: tuple[type[RecallBase], ...] = (AnsweredWith, InSegment, Meets, Both, AnyOf)
NAMED: dict[str, type[RecallBase]] = {kind.named(): kind for kind in KINDS}
if TYPE_CHECKING:
    Recall = RecallBase
else:
    Recall = Annotated[Union[KINDS], Field(discriminator="kind")]  # noqa: UP007  a union of a list has no `|`
for _kind in (Several, Both, AnyOf):
    _kind.model_rebuild(_types_namespace={"Recall": Recall})


def parts_of(when: RecallBase) -> Iterator[RecallBase]:
    """Yield a condition and every one inside it."""
    yield when
    for inner in when.parts():
        yield from parts_of(inner)
