"""What every way into a journey has in common. A kind is one file with one class: what it asks, and what pages show of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, get_args

from regard.playbooks.values.around import Around
from regard.playbooks.values.base import Part
from regard.playbooks.values.happening import Happening


class EntryBase(Part):
    """One way in. Who comes by it is found in decide, by a finder registered under the kind's class."""

    called: ClassVar[str]  # what people choose it by: "comes into a segment"
    is_by_hand: ClassVar[bool] = False  # a colleague lets people in
    is_timed: ClassVar[bool] = False  # at fixed times everybody of its segment comes in

    on: str

    @classmethod
    def named(cls) -> str:
        """Return the word after `on` that names this kind in a playbook."""
        return str(get_args(cls.model_fields["on"].annotation)[0])

    @classmethod
    def starter(cls, around: Around) -> dict[str, Any]:
        """Return what a new one begins as, but for its kind: it holds where the playbook has what it needs."""
        return {}

    def words(self) -> str:
        """Return the entry as people read it."""
        raise TypeError(f"{type(self).__name__} has no words()")

    def in_sentence(self, segments: Mapping[str, str]) -> str:
        """Return the entry as the end of a sentence. `segments`: what people call each segment."""
        return self.words()

    def happening(self) -> Happening | None:
        """Return the touchpoint by which people come in, if it is one."""
        return None

    def asks_segment(self) -> str:
        """Return the segment it looks at, or nothing."""
        return ""

    def asks_field(self) -> str:
        """Return the profile field it looks at, or nothing."""
        return ""

    def is_at_once(self) -> bool:
        """Say whether publishing the journey lets everybody of its segment in."""
        return False
