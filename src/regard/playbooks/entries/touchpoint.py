"""touchpoint: something happened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from regard.playbooks.entries.base import EntryBase
from regard.playbooks.values.around import Around
from regard.playbooks.values.happening import Happening
from regard.playbooks.vocabulary import ORDER_COMPLETED


class TouchpointSeen(EntryBase):
    """Something happened; `whose: account` lets everybody of the person's account in."""

    called: ClassVar[str] = "something happens"

    on: Literal["touchpoint"]
    touchpoint: Happening
    whose: Literal["person", "account"] = "person"

    @classmethod
    def starter(cls, around: Around) -> dict[str, Any]:
        return {"touchpoint": ORDER_COMPLETED.name}

    def words(self) -> str:
        return f"{self.touchpoint.words()} happens{self._whose()}"

    def in_sentence(self, segments: Mapping[str, str]) -> str:
        return f"on {self.touchpoint.words()}{self._whose()}"

    def happening(self) -> Happening:
        return self.touchpoint

    def _whose(self) -> str:
        return " (anybody of the account)" if self.whose == "account" else ""
