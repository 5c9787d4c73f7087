"""silence: nothing was heard for a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import Field

from regard.kernel.durations import duration_words
from regard.playbooks.entries.base import EntryBase
from regard.playbooks.values.around import Around
from regard.playbooks.values.base import Duration


class Silence(EntryBase):
    """Nothing was heard from the person for so long; counted from their last touchpoint."""

    called: ClassVar[str] = "nothing is heard for a time"

    on: Literal["silence"]
    of: Duration = Field(gt=0)
    touchpoint: str | None = None  # silence of this touchpoint only

    @classmethod
    def starter(cls, around: Around) -> dict[str, Any]:
        return {"of": "60d"}

    def words(self) -> str:
        what = f"no '{self.touchpoint}'" if self.touchpoint else "no word from the person"
        return f"{what} for {duration_words(self.of)}"

    def in_sentence(self, segments: Mapping[str, str]) -> str:
        return f"after {self.words()}"
