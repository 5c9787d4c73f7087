"""The reference of every kind of condition and trait, as Markdown made from the models themselves. Pure."""

from __future__ import annotations

import inspect
from typing import Any

import yaml
from pydantic import BaseModel

from regard.playbooks.conditions import KINDS
from regard.playbooks.segments import Segment
from regard.playbooks.traits import TRAIT_KINDS
from regard.playbooks.traits.base import LogTrait, TraitBase
from regard.playbooks.values.base import Part
from regard.playbooks.values.compare import Compare
from regard.playbooks.values.filters import Windowed

# One example a kind, each read back by a test; its sentence is made by the kind itself.
CONDITION_EXAMPLES: dict[str, list[dict[str, Any]]] = {
    "did": [
        {"did": "Order Completed", "at_least": 2, "within": "90 days"},
        {"did": "Order Completed", "first_time": True, "during": "this month"},
        {
            "did": "Product Added",
            "within": "7 days",
            "then_not": "Order Completed",
            "then_within": "1 day",
        },
        {"did": "Order Completed", "where": [{"property": "products[].category", "is": "Jazz"}]},
    ],
    "did_not": [{"did_not": "Order Completed", "within": "300 days", "but_not_the_last": "60 days"}],
    "trait": [
        {"trait": "lifetime_value", "at_least": 150, "less_than": 1000},
        {"trait": "last_order_at", "older_than": "180 days"},
        {"trait": "order_count", "changed_within": "7 days"},
    ],
    "field": [
        {"field": "country", "one_of": ["GB", "IE"]},
        {"field": "trial_ends_at", "in_next": "3 days"},
    ],
    "consent": [{"consent": "offers", "is": "granted", "channel": "email"}],
    "reachable": [{"reachable": "email", "for": "offers"}],
    "in_segment": [{"in_segment": "high-value"}],
    "stage": [{"stage": ["support", "delight"]}],
    "all": [{"all": [{"trait": "order_count", "at_least": 2}, {"reachable": "email"}]}],
    "any": [{"any": [{"stage": "support"}, {"did": "Ticket Opened", "within": "30 days"}]}],
    "none": [{"none": [{"did": "anything", "within": "60 days", "direction": "in"}]}],
}
TRAIT_EXAMPLES: dict[str, dict[str, Any]] = {
    "count": {"count": "Order Completed", "within": "365 days"},
    "sum": {"sum": "value", "over": "Order Completed"},
    "average": {"average": "score", "over": "Survey Answered", "during": "this quarter"},
    "smallest": {"smallest": "value", "over": "Order Completed"},
    "largest": {"largest": "products[].price", "over": "Order Completed"},
    "first": {"first": "time", "over": "Order Completed"},
    "last": {"last": "plan", "over": "Subscription Started"},
    "distinct": {"distinct": "products[].category", "over": "Order Completed"},
    "most_frequent": {"most_frequent": "channel", "over": "anything", "direction": "in"},
    "last_n": {"last_n": "products[].name", "n": 5, "over": "Order Completed"},
    "days_since": {"days_since": "Order Completed"},
    "rhythm": {"rhythm": "Order Completed"},
    "silence": {"silence": "Order Completed"},
    "ratio": {"ratio": ["spend_last_year", "lifetime_value"]},
    "score": {
        "score": "lifetime_value",
        "parts": 5,
        "among": {"trait": "order_count", "at_least": 1},
    },
    "first_match": {
        "first_match": [{"value": "new", "when": {"trait": "order_count", "is": 1}}],
        "otherwise": "known",
    },
}
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
    for kind, model in KINDS.items():
        text.append(f"\n## `{kind}`\n\n{inspect.getdoc(model)}\n")
        for example in CONDITION_EXAMPLES[kind]:
            words = Segment.model_validate({"who": example}).who.words(lexicon)
            text.append(f"```yaml\n{_yaml(example)}```\n*{words}*\n")
        text.append(_fields(model, Windowed, Compare))
    for title, base in (("Comparisons", Compare), ("Filters and windows", Windowed)):
        text.append(f"\n## {title}\n\n{inspect.getdoc(base)}\n\n{_fields(base)}")
    return "\n".join(text).rstrip() + "\n"


def trait_reference() -> str:
    """Return docs/reference/traits.md."""
    text = [f"# Computed traits\n\n{_MADE}\n", inspect.cleandoc(_TRAITS)]
    for kind, model in TRAIT_KINDS.items():
        example = TRAIT_EXAMPLES[kind]
        trait = model.model_validate(example)
        text.append(f"\n## `{kind}`\n\n{inspect.getdoc(model)} Unit: {trait.unit()}.\n")
        text.append(f"```yaml\n{_yaml({'example': example})}```\n*{trait.words(_Lexicon())}*\n")
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


def _yaml(value: dict[str, Any]) -> str:
    return yaml.safe_dump(value, sort_keys=False, default_flow_style=None, allow_unicode=True)


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
