"""`reachable`: we hold an address for the channel, it is not suppressed, and the purpose allows its use."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field

from regard.kernel.sql import Sql
from regard.playbooks.conditions.base import ConditionBase, Examples
from regard.playbooks.editing.rows import Row, Slot
from regard.playbooks.values.base import Slug
from regard.playbooks.values.filters import Name
from regard.playbooks.values.measures import Lexicon, Names, Need, Reached, Refers, Seen


class Reachable(ConditionBase):
    """A person can be reached on the channel, for the purpose where one is named."""

    called: ClassVar[str] = "can be reached"
    slots: ClassVar[tuple[Slot, ...]] = (
        Slot("what", "select", "Channel", before="by", offers="channels"),
        Slot("op"),
        Slot("n"),
        Slot("value", "select", "Purpose", before="for", options={"": "anything"}, offers="purposes"),
    )
    examples: ClassVar[Examples] = ({"reachable": "email", "for": "offers"},)

    reachable: Name
    purpose: Slug | None = Field(None, alias="for", description="purpose whose consent is needed as well")

    def needs(self) -> tuple[Need, ...]:
        return (Reached(self.reachable, self.purpose or ""),)

    def refers(self) -> Refers:
        return Refers(purposes=frozenset({self.purpose}) if self.purpose else frozenset())

    def sql(self, names: Names) -> Sql:
        return Sql(f"({self.needs()[0].key()} = 'yes')")

    def words(self, lexicon: Lexicon) -> str:
        why = f" for {lexicon.purpose_name(self.purpose)}" if self.purpose else ""
        return f"can be reached by {self.reachable}{why}"

    def seen(self, names: Names, lexicon: Lexicon) -> tuple[Seen, ...]:
        return (Seen(f"reachable by {self.reachable}", Sql(self.needs()[0].key()), "text"),)

    @classmethod
    def of_row(cls, row: Row) -> dict[str, Any]:
        return {"reachable": row.what, **({"for": row.value} if row.value else {})}

    def row(self) -> Row | None:
        return Row("reachable", self.reachable, value=self.purpose or "")
