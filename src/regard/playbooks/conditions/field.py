"""`field`: what a person told us, or we wrote down about them, compared with a value or changed of late."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field

from regard.kernel.sql import Sql
from regard.playbooks.conditions.base import ConditionBase, Examples
from regard.playbooks.editing.rows import COMPARED, Row, Slot, compared_row, comparison_of
from regard.playbooks.values.compare import Compare, typed_operand
from regard.playbooks.values.filters import Name
from regard.playbooks.values.measures import Lexicon, Moment, Names, Need, Seen, Told
from regard.playbooks.values.windows import Clock, Duration, duration_words


class FieldIs(Compare, ConditionBase):
    """A field of the profile compared. The newest value told counts, by when it was told."""

    called: ClassVar[str] = "told us"
    slots: ClassVar[tuple[Slot, ...]] = (
        Slot("what", "text", "Field", before="that their", placeholder="country"),
        *COMPARED,
    )
    examples: ClassVar[Examples] = (
        {"field": "country", "one_of": ["GB", "IE"]},
        {"field": "trial_ends_at", "in_next": "3 days"},
    )

    field: Name
    changed_within: Duration | None = Field(None, description="its value became another one in this time")

    def needs(self) -> tuple[Need, ...]:
        changed = (Told(self.field, changed=True),) if self.changed_within else ()
        return (Told(self.field), *changed)

    def sql(self, names: Names) -> Sql:
        operand = typed_operand(Told(self.field).key())
        asked = self.compare_sql(operand, names.clock, names.currency) if self.asked() else Sql("TRUE")
        if self.changed_within is None:
            return asked
        changed = Told(self.field, changed=True).key()
        since = names.clock.us - self.changed_within
        return Sql(f"({asked.text} AND COALESCE({changed} > ?, FALSE))", (*asked.params, since))

    def moments(self, clock: Clock) -> tuple[Moment, ...]:
        found = []
        if edges := self.flips(clock):
            found.append(Moment(edges, need=Told(self.field)))
        if self.changed_within:
            edges = (clock.us - self.changed_within + 1,)
            found.append(Moment(edges, need=Told(self.field, changed=True)))
        return tuple(found)

    def words(self, lexicon: Lexicon) -> str:
        asked = self.compare_words("text", lexicon.currency)
        changed = f"changed in the last {duration_words(self.changed_within)}" if self.changed_within else ""
        return f"their {self.field.replace('_', ' ')} {' and '.join(p for p in (asked, changed) if p)}"

    def seen(self, names: Names, lexicon: Lexicon) -> tuple[Seen, ...]:
        return (Seen(self.field, Sql(Told(self.field).key()), "text"),)

    @classmethod
    def of_row(cls, row: Row) -> dict[str, Any]:
        return {"field": row.what, **comparison_of(row)}

    def row(self) -> Row | None:
        return compared_row(self)
