"""What every kind of condition has: SQL and sentence side by side, and what it needs computed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from regard.kernel.sql import Sql
from regard.playbooks.values.base import Part
from regard.playbooks.values.measures import Lexicon, Moment, Names, Need, Refers, Seen
from regard.playbooks.values.windows import Clock


class ConditionBase(Part):
    """One condition over a person. `sql` is true or false for everybody, never NULL."""

    KIND: ClassVar[str] = ""

    @classmethod
    def kind(cls) -> str:
        """Return the key that names this kind in a playbook."""
        return cls.KIND

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

    def moments(self, clock: Clock) -> tuple[Moment, ...]:
        """Return the dates whose answer flips as time passes, with the instants at which it does at this clock."""
        return ()

    def parts(self) -> Sequence[ConditionBase]:
        """Return the conditions inside this one."""
        return ()
