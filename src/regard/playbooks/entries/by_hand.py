"""by_hand: a colleague lets the person in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from regard.playbooks.entries.base import EntryBase


class ByHand(EntryBase):
    """A colleague lets the person in."""

    called: ClassVar[str] = "a colleague lets them in"
    is_by_hand: ClassVar[bool] = True

    on: Literal["by_hand"]

    def words(self) -> str:
        return "a colleague lets them in"

    def in_sentence(self, segments: Mapping[str, str]) -> str:
        return "when a colleague lets somebody in"
