"""The reference of every kind of condition and trait, as Markdown made from the models themselves. Pure."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import yaml
from pydantic import BaseModel

from regard.playbooks import conditions, traits
from regard.playbooks.segments import Segment
from regard.playbooks.traits.base import LogTrait, TraitBase
from regard.playbooks.values.base import Part
from regard.playbooks.values.compare import Compare
from regard.playbooks.values.filters import Windowed

_MADE = "<!-- Made from the code by `make docs`; do not edit by hand. -->"


class _Lexicon:
    """Names as a shop would have them: keys with spaces."""

    @property
    def currency(self) -> str:
        return "USD"

    def trait_name(self, name: str) -> str:
        return name.replace("_", " ")

    def trait_unit(self, name: str) -> Any:
        return {"lifetime_value": "money", "last_order_at": "date"}.get(name, "number")

    def segment_name(self, name: str) -> str:
        return name.replace("-", " ")

    def purpose_name(self, name: str) -> str:
        return name


def condition_reference() -> str:
    """Return docs/reference/conditions.md."""
    lexicon = _Lexicon()
    text = [f"# Conditions\n\n{_MADE}\n", inspect.cleandoc(_CONDITIONS)]
    for kind, model in conditions.NAMED.items():
        text.append(f"\n## `{kind}`\n\n{inspect.getdoc(model)}\n")
        for example in model.examples:
            words = Segment.model_validate({"who": example}).who.words(lexicon)
            text.append(f"```yaml\n{_yaml(example)}```\n*{words}*\n")
        text.append(_fields(model, Windowed, Compare))
    for title, base in (("Comparisons", Compare), ("Filters and windows", Windowed)):
        text.append(f"\n## {title}\n\n{inspect.getdoc(base)}\n\n{_fields(base)}")
    return "\n".join(text).rstrip() + "\n"


def trait_reference() -> str:
    """Return docs/reference/traits.md."""
    text = [f"# Computed traits\n\n{_MADE}\n", inspect.cleandoc(_TRAITS)]
    for kind, model in traits.NAMED.items():
        trait = model.model_validate(model.example)
        text.append(f"\n## `{kind}`\n\n{inspect.getdoc(model)} Unit: {trait.unit()}.\n")
        text.append(f"```yaml\n{_yaml({'example': model.example})}```\n*{trait.words(_Lexicon())}*\n")
        text.append(_fields(model, LogTrait, TraitBase))
    text.append(f"\n## Every trait of the log\n\n{inspect.getdoc(LogTrait)}\n\n{_fields(LogTrait, Windowed)}")
    return "\n".join(text).rstrip() + "\n"


def _fields(model: type[BaseModel], *leave_out: type[Part]) -> str:
    shared = {name for base in leave_out if base is not model for name in base.model_fields}
    rows = [
        f"| `{field.alias or name}` | {field.description or ''} |"
        for name, field in model.model_fields.items()
        if name not in shared and (field.description or field.alias)
    ]
    return "\n".join(["| key | meaning |", "| --- | --- |", *rows, ""]) if rows else ""


def _yaml(value: Mapping[str, Any]) -> str:
    return yaml.safe_dump(dict(value), sort_keys=False, default_flow_style=None, allow_unicode=True)


_CONDITIONS = """
A condition is a mapping whose first key names its kind. A segment's `who` is one condition, or a list, which is short for
`all`. Each example is followed by the sentence people read, made by the condition itself. What missing values and wrong
types mean is in [segments](../segments.md).
"""
_TRAITS = """
A trait is a mapping whose first key names its kind and reads as a verb. Kinds that look at the log take the filters and
windows of [conditions](conditions.md): `channel`, `direction`, `actor`, `where`, `within`, `but_not_the_last`, `during`, and
`per: account` for the touchpoints of a person's whole account. The unit says how values are compared and shown: money in the
company's currency, scores in points, days as whole numbers.
"""
