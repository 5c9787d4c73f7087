"""Conditions: one file a kind, with SQL and sentence side by side; this registry is the only list of kinds.

To add a kind: copy the nearest file, give the class a first key of its own name and add it to `KINDS`. What a playbook
may hold is made of the list.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Union

from pydantic import BeforeValidator, Discriminator, Tag

from regard.playbooks.conditions.base import ConditionBase
from regard.playbooks.conditions.consent import ConsentIs
from regard.playbooks.conditions.did import Did
from regard.playbooks.conditions.did_not import DidNot
from regard.playbooks.conditions.field import FieldIs
from regard.playbooks.conditions.groups import All, NoneOf
from regard.playbooks.conditions.groups import Any as AnyOf
from regard.playbooks.conditions.in_segment import InSegment
from regard.playbooks.conditions.reachable import Reachable
from regard.playbooks.conditions.stage import StageIs
from regard.playbooks.conditions.trait import TraitIs
from regard.playbooks.values.kinds import Kinds

KINDS: tuple[type[ConditionBase], ...] = (
    Did,
    DidNot,
    TraitIs,
    FieldIs,
    ConsentIs,
    Reachable,
    InSegment,
    StageIs,
    All,
    AnyOf,
    NoneOf,
)
NAMED: dict[str, type[ConditionBase]] = {kind.kind(): kind for kind in KINDS}
DEEPEST = 8
_BY_KEY = Kinds("condition", "did: Order Completed", NAMED, "put each on its own line of a list")

if TYPE_CHECKING:
    Condition = ConditionBase
else:
    _any = Union[tuple(Annotated[model, Tag(kind)] for kind, model in NAMED.items())]  # noqa: UP007  made of a list
    # The check comes first: pydantic words an error raised there, not one raised while it looks for the kind.
    Condition = Annotated[Annotated[_any, Discriminator(_BY_KEY.of)], BeforeValidator(_BY_KEY.known)]

# The kinds that hold conditions name the union before it exists; here it does.
for _kind in KINDS:
    _kind.model_rebuild(_types_namespace={"Condition": Condition})


def walk(condition: ConditionBase) -> Iterator[ConditionBase]:
    """Yield a condition and every one inside it."""
    yield condition
    for part in condition.parts():
        yield from walk(part)
