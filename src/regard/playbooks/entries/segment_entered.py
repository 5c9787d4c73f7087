"""segment_entered: the person came into a segment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from regard.playbooks.entries.base import EntryBase
from regard.playbooks.values.around import Around
from regard.playbooks.values.base import Slug


class SegmentEntered(EntryBase):
    """The person came into a segment. `already_in` also lets in those inside when the journey is published."""

    called: ClassVar[str] = "comes into a segment"

    on: Literal["segment_entered"]
    segment: Slug
    already_in: bool = False

    @classmethod
    def starter(cls, around: Around) -> dict[str, Any]:
        return {"segment": around.segment}

    def words(self) -> str:
        return f"comes into the segment {self.segment}"

    def in_sentence(self, segments: Mapping[str, str]) -> str:
        return f"when somebody comes into {segments.get(self.segment, self.segment)}"

    def asks_segment(self) -> str:
        return self.segment

    def is_at_once(self) -> bool:
        return self.already_in
