"""`consent`: what a person agreed to, withdrew, or was never asked."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field

from regard.kernel.sql import Sql
from regard.playbooks.conditions.base import ConditionBase, Examples
from regard.playbooks.editing.rows import Row, Slot
from regard.playbooks.values.base import Slug
from regard.playbooks.values.measures import Agreed, Lexicon, Names, Need, Refers, Seen

STATES = {"granted": "agreed", "withdrawn": "withdrew", "unknown": "never answered"}


class ConsentIs(ConditionBase):
    """The state of one purpose, on one channel or wherever it was given."""

    called: ClassVar[str] = "said about"
    slots: ClassVar[tuple[Slot, ...]] = (
        Slot("what", "select", "Purpose", offers="purposes"),
        Slot("op", "select", "State", options=STATES),
        Slot("n"),
        Slot("value"),
    )
    examples: ClassVar[Examples] = ({"consent": "offers", "is": "granted", "channel": "email"},)

    consent: Slug
    is_: Literal["granted", "withdrawn", "unknown"] = Field("granted", alias="is")
    channel: str = Field("*", max_length=12, description="`*`: given or withdrawn for every channel")

    def needs(self) -> tuple[Need, ...]:
        return (Agreed(self.consent, self.channel),)

    def refers(self) -> Refers:
        return Refers(purposes=frozenset({self.consent}))

    def sql(self, names: Names) -> Sql:
        column = Agreed(self.consent, self.channel).key()
        return Sql(f"(COALESCE({column}, 'unknown') = ?)", (self.is_,))

    def words(self, lexicon: Lexicon) -> str:
        state = {
            "granted": "agreed to",
            "withdrawn": "withdrew from",
            "unknown": "never answered about",
        }[self.is_]
        where = "" if self.channel == "*" else f" on {self.channel}"
        return f"{state} {lexicon.purpose_name(self.consent)}{where}"

    def seen(self, names: Names, lexicon: Lexicon) -> tuple[Seen, ...]:
        column = Agreed(self.consent, self.channel).key()
        return (Seen(lexicon.purpose_name(self.consent), Sql(f"COALESCE({column}, 'unknown')"), "text"),)

    @classmethod
    def of_row(cls, row: Row) -> dict[str, Any]:
        return {"consent": row.what, "is": row.op if row.op in STATES else "granted"}

    def row(self) -> Row | None:
        return Row("consent", self.consent, self.is_) if self.channel == "*" else None
