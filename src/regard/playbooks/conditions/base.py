"""What every kind of condition has: SQL and sentence side by side, and what it needs computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from regard.kernel.sql import Sql
from regard.playbooks.editing.rows import Row, Slot
from regard.playbooks.values.base import Part
from regard.playbooks.values.measures import Lexicon, Moment, Names, Need, Refers, Seen
from regard.playbooks.values.windows import Clock

Examples = tuple[Mapping[str, Any], ...]


class ConditionBase(Part):
    """One condition over a person. `sql` is true or false for everybody, never NULL.

    The first key of a kind's own is its kind, such as `stage` in `stage: delight`.
    """

    called: ClassVar[str] = ""  # the word the builder offers it by; empty: it is written as YAML only
    slots: ClassVar[tuple[Slot, ...]] = ()  # the controls of its row in the builder
    examples: ClassVar[Examples]  # as a playbook writes it; the reference shows each with its sentence

    @classmethod
    def kind(cls) -> str:
        """Return the key that names this kind in a playbook: the first that is its own."""
        return next(name for name in cls.__annotations__ if name in cls.model_fields)

    def sql(self, names: Names) -> Sql:
        """Return the condition over the columns of the wide table."""
        raise TypeError(f"{type(self).__name__} has no sql()")

    def words(self, lexicon: Lexicon) -> str:
        """Return the sentence people read, without a full stop."""
        raise TypeError(f"{type(self).__name__} has no words()")

    def needs(self) -> tuple[Need, ...]:
        """Return what must be computed before `sql` can be asked."""
        return ()

    def refers(self) -> Refers:
        """Return the traits, segments and purposes it speaks of."""
        return Refers()

    def seen(self, names: Names, lexicon: Lexicon) -> tuple[Seen, ...]:
        """Return the values that decide it, for 'why'."""
        return ()

    def looks_back(self) -> tuple[str, int] | None:
        """Return the trait it compares with itself as it stood so many microseconds before, where it does."""
        return None

    def moments(self, clock: Clock) -> tuple[Moment, ...]:
        """Return the dates whose answer flips as time passes, with the instants at which it does at this clock."""
        return ()

    @classmethod
    def of_row(cls, row: Row) -> dict[str, Any]:
        """Return what a filled row of the builder means, as a playbook writes it."""
        raise TypeError(f"{cls.__name__} has no rows")

    def row(self) -> Row | None:
        """Return the row of the builder that says it, or None where a row cannot."""
        return None

    def row_of_none(self) -> Row | None:
        """Return the row that says it does not hold, or None where a row cannot."""
        return None

    def parts(self) -> Sequence[ConditionBase]:
        """Return the conditions inside this one."""
        return ()
