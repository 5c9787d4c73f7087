"""Conditions: one file a kind, with SQL and sentence side by side; this registry is the only list of kinds.

To add a kind: copy the nearest file, give the class a first key of its own name, add it to KINDS, run
`make docs` for the generated page, and add its row to tests/engine/oracle.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

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

KINDS: dict[str, type[ConditionBase]] = {
    "did": Did,
    "did_not": DidNot,
    "trait": TraitIs,
    "field": FieldIs,
    "consent": ConsentIs,
    "reachable": Reachable,
    "in_segment": InSegment,
    "stage": StageIs,
    "all": All,
    "any": AnyOf,
    "none": NoneOf,
}
for _kind, _model in KINDS.items():
    _model.KIND = _kind
DEEPEST = 8
_BY_KEY = Kinds("condition", "did: Order Completed", KINDS, "put each on its own line of a list")

_Condition = Annotated[
    Annotated[Did, Tag("did")]
    | Annotated[DidNot, Tag("did_not")]
    | Annotated[TraitIs, Tag("trait")]
    | Annotated[FieldIs, Tag("field")]
    | Annotated[ConsentIs, Tag("consent")]
    | Annotated[Reachable, Tag("reachable")]
    | Annotated[InSegment, Tag("in_segment")]
    | Annotated[StageIs, Tag("stage")]
    | Annotated[All, Tag("all")]
    | Annotated[AnyOf, Tag("any")]
    | Annotated[NoneOf, Tag("none")],
    Discriminator(_BY_KEY.of),
]
# The check comes first: pydantic words an error raised there, not one raised while it looks for the kind.
Condition = Annotated[_Condition, BeforeValidator(_BY_KEY.known)]
for _model in (All, AnyOf, NoneOf):
    _model.model_rebuild(_types_namespace={"Condition": Condition})


def walk(condition: ConditionBase) -> Iterator[ConditionBase]:
    """Yield a condition and every one inside it."""
    yield condition
    for part in condition.parts():
        yield from walk(part)
