"""Conditions: one file a kind, with SQL and sentence side by side; this registry is the only list of kinds.

To add a kind: copy the nearest file, give the class a first key of its own name, add it to KINDS, run
`make docs` for the generated page, and add its row to tests/engine/oracle.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Annotated, Any

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


def kind_of(value: Any) -> str:
    """Return the kind of a condition, by the one key that names it. Raises ValueError with the nearest kind."""
    if isinstance(value, ConditionBase):
        return next(kind for kind, model in KINDS.items() if type(value) is model)
    if not isinstance(value, dict):
        raise ValueError(
            f"a condition is a mapping such as 'did: Order Completed', not {value!r:.60}"
        )
    found = [kind for kind in KINDS if kind in value]
    if len(found) == 1:
        return found[0]
    if found:
        raise ValueError(
            f"'{found[0]}' and '{found[1]}' are two conditions: put each on its own line of a list"
        )
    near = [hit for key in value for hit in get_close_matches(str(key), KINDS, n=1)]
    hint = (
        f"did you mean '{near[0]}'?"
        if near
        else f"a condition begins with one of {', '.join(KINDS)}"
    )
    raise ValueError(f"no condition is called '{next(iter(map(str, value)), '')}': {hint}")


def _known_kind(value: Any) -> Any:
    kind_of(value)
    return value


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
    Discriminator(kind_of),
]
# The check comes first: pydantic words an error raised there, not one raised while it looks for the kind.
Condition = Annotated[_Condition, BeforeValidator(_known_kind)]
for _model in (All, AnyOf, NoneOf):
    _model.model_rebuild(_types_namespace={"Condition": Condition})


def walk(condition: ConditionBase) -> Iterator[ConditionBase]:
    """Yield a condition and every one inside it."""
    yield condition
    for part in condition.parts():
        yield from walk(part)
