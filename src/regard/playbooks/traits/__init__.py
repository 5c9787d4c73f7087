"""Computed traits: one file a kind; the first key is the kind and reads as a verb ('count: Order Completed').

Add a kind by adding its file, and its class to `KINDS`: what a playbook may hold is made of the list.
Traits read off the log turn into a Measure; the others (`ratio`, `score`, `first_match`) are worked out of traits.
Missing: a count of nothing is 0; a sum, average, smallest, largest, first, last, rhythm, silence or ratio of nothing is
missing. What is of the wrong type (a price that says 'free') is left out, as if it were not there. Money in another
currency than the company's is left out of sums; a sum past 64 bits is missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Union

from pydantic import BeforeValidator, Discriminator, Tag

from regard.playbooks.traits.average import Average
from regard.playbooks.traits.base import TraitBase
from regard.playbooks.traits.count import Count
from regard.playbooks.traits.days_since import DaysSince
from regard.playbooks.traits.distinct import Distinct
from regard.playbooks.traits.first import First
from regard.playbooks.traits.first_match import FirstMatch
from regard.playbooks.traits.largest import Largest
from regard.playbooks.traits.last import Last
from regard.playbooks.traits.last_n import LastN
from regard.playbooks.traits.most_frequent import MostFrequent
from regard.playbooks.traits.ratio import Ratio
from regard.playbooks.traits.rhythm import Rhythm
from regard.playbooks.traits.score import Score
from regard.playbooks.traits.silence import Silence
from regard.playbooks.traits.smallest import Smallest
from regard.playbooks.traits.sum import Sum
from regard.playbooks.values.kinds import Kinds

KINDS: tuple[type[TraitBase], ...] = (
    Count,
    Sum,
    Average,
    Smallest,
    Largest,
    First,
    Last,
    Distinct,
    MostFrequent,
    LastN,
    DaysSince,
    Rhythm,
    Silence,
    Ratio,
    Score,
    FirstMatch,
)
NAMED: dict[str, type[TraitBase]] = {kind.kind(): kind for kind in KINDS}
_BY_KEY = Kinds("trait", "count: Order Completed", NAMED, "keep one")

if TYPE_CHECKING:
    Trait = TraitBase
else:
    _any = Union[tuple(Annotated[model, Tag(kind)] for kind, model in NAMED.items())]  # noqa: UP007  made of a list
    # The check comes first: pydantic words an error raised there, not one raised while it looks for the kind.
    Trait = Annotated[Annotated[_any, Discriminator(_BY_KEY.of)], BeforeValidator(_BY_KEY.known)]

__all__ = ["KINDS", "NAMED", "Trait", "TraitBase"]
