"""segment_left: the person left a segment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from regard.playbooks.entries.base import EntryBase
from regard.playbooks.values.around import Around
from regard.playbooks.values.base import Slug


class SegmentLeft(EntryBase):
    """The person left a segment."""

    called: ClassVar[str] = "leaves a segment"

    on: Literal["segment_left"]
    segment: Slug

    @classmethod
    def starter(cls, around: Around) -> dict[str, Any]:
        return {"segment": around.segment}

    def words(self) -> str:
        return f"leaves the segment {self.segment}"

    def in_sentence(self, segments: Mapping[str, str]) -> str:
        return f"when somebody leaves {segments.get(self.segment, self.segment)}"

    def asks_segment(self) -> str:
        return self.segment
