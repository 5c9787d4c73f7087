"""set_field: write down something about the person."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field

from regard.playbooks.steps.base import Op, Step
from regard.playbooks.values.around import Around
from regard.playbooks.vocabulary import FIELD_SET, TouchpointKind


class SetField(Step):
    """Set a profile field, with this journey as its provenance."""

    op: ClassVar[Op] = Op.ACT
    called: ClassVar[str] = "Write down a field"
    icon: ClassVar[str] = "pen-line"
    begins_as: ClassVar[str] = "write-down"
    leaves: ClassVar[tuple[TouchpointKind, ...]] = (FIELD_SET,)

    do: Literal["set_field"]
    field: str = Field(min_length=1, max_length=80)
    value: str | int | float | bool

    def words(self) -> str:
        return f"set the field {self.field} to {self.value}"

    @classmethod
    def starter(cls, around: Around) -> dict[str, Any]:
        return {"field": "noted", "value": "yes"}
