"""`in_segment`: membership of another segment; a circle of segments is refused when the playbook is read."""

from __future__ import annotations

from typing import Any, ClassVar

from regard.kernel.sql import Sql
from regard.playbooks.conditions.base import ConditionBase, Examples
from regard.playbooks.editing.rows import Row, Slot
from regard.playbooks.values.base import Slug
from regard.playbooks.values.measures import Lexicon, Names, Refers, Seen


class InSegment(ConditionBase):
    """The person is in another segment, judged at the same instant."""

    called: ClassVar[str] = "segment"
    slots: ClassVar[tuple[Slot, ...]] = (
        Slot("op", "select", "In or not", options={"in": "is in", "out": "is not in"}),
        Slot("what", "select", "Segment", offers="segments"),
        Slot("n"),
        Slot("value"),
    )
    examples: ClassVar[Examples] = ({"in_segment": "high-value"},)

    in_segment: Slug

    def refers(self) -> Refers:
        return Refers(segments=frozenset({self.in_segment}))

    def sql(self, names: Names) -> Sql:
        return Sql(names.segment(self.in_segment))

    def words(self, lexicon: Lexicon) -> str:
        return f"is in “{lexicon.segment_name(self.in_segment)}”"

    def seen(self, names: Names, lexicon: Lexicon) -> tuple[Seen, ...]:
        return (Seen(lexicon.segment_name(self.in_segment), Sql(names.segment(self.in_segment)), "text"),)

    @classmethod
    def of_row(cls, row: Row) -> dict[str, Any]:
        inside = {"in_segment": row.what}
        return {"none": [inside]} if row.op == "out" else inside

    def row(self) -> Row | None:
        return Row("in_segment", self.in_segment, "in")

    def row_of_none(self) -> Row | None:
        return Row("in_segment", self.in_segment, "out")
