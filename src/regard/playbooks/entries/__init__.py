"""The registry of ways into a journey: one file a kind. Add a kind by adding its file, and its class to `KINDS`.

The order is the one in which the editor offers them. What a playbook may hold is made of the list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Union

from pydantic import Field

from regard.playbooks.entries.base import EntryBase
from regard.playbooks.entries.by_hand import ByHand
from regard.playbooks.entries.date import DateReached
from regard.playbooks.entries.schedule import Scheduled
from regard.playbooks.entries.segment_entered import SegmentEntered
from regard.playbooks.entries.segment_left import SegmentLeft
from regard.playbooks.entries.silence import Silence
from regard.playbooks.entries.touchpoint import TouchpointSeen

KINDS: tuple[type[EntryBase], ...] = (
    SegmentEntered,
    SegmentLeft,
    TouchpointSeen,
    DateReached,
    Silence,
    Scheduled,
    ByHand,
)
NAMED: dict[str, type[EntryBase]] = {kind.named(): kind for kind in KINDS}

if TYPE_CHECKING:
    Entry = EntryBase
else:
    Entry = Annotated[Union[KINDS], Field(discriminator="on")]  # noqa: UP007  a union of a list has no `|`

__all__ = ["KINDS", "NAMED", "Entry", "EntryBase"]
