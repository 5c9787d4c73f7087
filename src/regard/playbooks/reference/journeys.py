"""Reference of what a journey and the guardrails may hold, as Markdown made from the models themselves. Pure.

A test holds the page equal to this, so no kind and no key is ever undocumented.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from regard.playbooks import ends, entries, guardrails, steps
from regard.playbooks.journeys import Journey, Rate
from regard.playbooks.values import happening, recall

LIMITS = (
    guardrails.Guardrails,
    guardrails.QuietHours,
    guardrails.Cap,
    guardrails.HumanTouch,
    guardrails.Minors,
    guardrails.Sensitive,
)
_PLAIN = {
    str: "text",
    int: "whole number or duration",
    float: "number or share",
    bool: "true or false",
}


def journey_reference() -> str:
    """Return the page in Markdown."""
    parts = ["# Reference: journeys", "", "Made from the models by `make docs`; do not edit.", ""]
    parts += _section(
        "A journey",
        (Journey, ends.Goal, ends.ExitOn, ends.Reentry, happening.Happening, Rate),
    )
    parts += _section("Entries", entries.KINDS, key="on")
    parts += _section("Steps", steps.KINDS, key="do")
    parts += _section("Conditions of a branch", recall.KINDS, key="kind")
    parts += _section("Guardrails in the playbook", LIMITS)
    return "\n".join(parts).rstrip() + "\n"


def _section(title: str, models: tuple[type[BaseModel], ...], *, key: str = "") -> Iterator[str]:
    yield from (f"## {title}", "")
    for model in models:
        told = " ".join((model.__doc__ or "").split())
        yield from (f"### `{_name(model, key)}`", "", told, "")
        yield from ("| key | is | default |", "| --- | --- | --- |")
        for name, field in model.model_fields.items():
            yield f"| `{field.alias or name}` | {_words(field.annotation)} | {_default(field)} |"
        yield ""


def _name(model: type[BaseModel], key: str) -> str:
    return f"{key}: {get_args(model.model_fields[key].annotation)[0]}" if key else model.__name__


def _words(annotation: Any) -> str:
    """Return a type as people read it: 'text', 'whole number', 'list of ...'."""
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return " or ".join(f"`{value}`" for value in inner)
    if origin in (Union, UnionType):
        named = [_words(one) for one in inner if one is not type(None)]
        return " or ".join(dict.fromkeys(named)) if len(named) < 5 else "one of the kinds below"
    if origin is tuple:
        return f"list of {_words(inner[0])}"
    if origin is dict:
        return "mapping"
    if inner:
        return _words(inner[0])
    return f"`{annotation.__name__}`" if isinstance(annotation, type) else "value"


def _default(field: FieldInfo) -> str:
    value = field.default
    if field.is_required():
        return "needed"
    if value is None:
        return "none"
    if isinstance(value, BaseModel) or (isinstance(value, tuple) and value and isinstance(value[0], BaseModel)):
        return "as below"
    return f"`{value}`" if value not in ((), {}, "") else "empty"
