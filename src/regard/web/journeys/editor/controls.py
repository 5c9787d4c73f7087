"""The fields of a form made from a playbook's typed parts: what each shows, and the value it writes back.

1. A key of the model becomes a control by its type: choice, check, number, duration, time, date, text or YAML.
2. A part inside a part (a touchpoint, a condition) adds its own keys, with longer paths.
3. A key the model does not know, or a value its control cannot show, is a control of YAML: nothing is lost.
"""

from __future__ import annotations

import datetime as calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from django.http import QueryDict
from pydantic.fields import FieldInfo

from regard.kernel.issues import Refused
from regard.playbooks.editing.parts import write_part
from regard.playbooks.editing.tree import Path, Value, found_at, put_at, text_of
from regard.playbooks.load import read_yaml
from regard.playbooks.values import recall
from regard.playbooks.values.base import Duration, Part, Share, TimeOfDay
from regard.playbooks.values.happening import Happening
from regard.web.journeys.editor.words import CHOICES, RARE, hint_of, label_of

MARKED = {
    id(get_args(Duration)[1]): "duration",
    id(get_args(Share)[1]): "share",
    id(get_args(TimeOfDay)[1]): "time",
}
NAMED = {
    "template": "templates",
    "survey": "surveys",
    "purpose": "purposes",
    "from": "senders",
    "owner": "senders",
    "journey": "journeys",
    "segment": "segments",
    "only_if": "segments",
    "segment_entered": "segments",
    "segment_left": "segments",
    "channel": "channels",
    "endpoint": "endpoints",
}
_DURATION = re.compile(r"^(\d{1,6})\s*([wdhms])\w*$")

Choices = dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Control:
    """One field: where its value stands, how it is asked for, and what stands there now, as text."""

    path: Path
    kind: str  # text, long, number, select, check, time, date, duration, scalar, share, event, yaml
    label: str
    value: str = ""
    unit: str = "d"
    options: tuple[tuple[str, str], ...] = ()
    hint: str = ""
    is_rare: bool = False
    is_wrong: bool = False

    @property
    def name(self) -> str:
        """The name it is posted under."""
        return f"f.{text_of(self.path)}"


def controls_of(
    model: type[Part], raw: Value, path: Path, choice: Choices, skip: frozenset[str] = frozenset()
) -> Iterator[Control]:
    """Yield the controls of a part's keys, then those of keys the model does not know."""
    known = set()
    for field, info in model.model_fields.items():
        key = info.alias or field
        known |= {key, field}
        if key not in skip:
            yield from _of_key(key, info, raw.get(key, raw.get(field)), (*path, key), choice)
    for key, told in raw.items():
        if key not in known and key not in skip:
            yield replace(as_yaml((*path, key), told), hint="the form does not know this; kept as it is")


def _of_key(key: str, info: FieldInfo, told: Any, path: Path, choice: Choices) -> Iterator[Control]:
    types = set(_types(info.annotation))
    if Happening in types:
        inner = {"name": told} if isinstance(told, str) else told if told is not None else {}
        if isinstance(inner, dict):
            yield from controls_of(Happening, inner, path, choice)
        else:
            yield as_yaml(path, told)
    elif types & set(recall.KINDS) and key == "when":
        yield from _recall(told, path, choice)
    else:
        yield _plain(key, info, told, path, choice, types)


def _recall(told: Any, path: Path, choice: Choices) -> Iterator[Control]:
    raw = told if isinstance(told, dict) else {}
    kind = raw.get("kind")
    kinds = tuple((name, one.called) for name, one in recall.NAMED.items())
    if told is not None and (kind not in recall.NAMED or not isinstance(told, dict)):
        yield as_yaml(path, told)
        return
    yield Control((*path, "kind"), "select", label_of((*path, "kind")), str(kind or ""), options=kinds)
    if kind in recall.NAMED:
        yield from controls_of(recall.NAMED[kind], raw, path, choice, frozenset({"kind"}))


def _plain(key: str, info: FieldInfo, told: Any, path: Path, choice: Choices, types: set[Any]) -> Control:
    kind = next((MARKED[id(m)] for m in _metas(info) if id(m) in MARKED), "")
    is_rare = key in RARE and "when" not in path
    made = Control(path, "text", label_of(path), hint=hint_of(path), is_rare=is_rare)
    asked = f"waits:{key}" if key == "step" and "when" in path else NAMED.get(key, "")
    if asked in choice:
        standard = info.default if isinstance(info.default, str) else None
        needed = info.is_required() or standard is not None
        return _select(made, standard if told is None else told, choice[asked], needed=needed)
    if kind:
        return _marked(made, kind, told)
    literals = [a for t in types if get_origin(t) is Literal for a in get_args(t)]
    if literals and len(literals) > 1:
        words = {str(a): CHOICES.get(str(a), str(a).replace("_", " ")) for a in literals}
        return _select(made, told if told is not None else info.default, words, needed=info.default is not None)
    if bool in types and int not in types:
        on = bool(told) if told is not None else bool(info.default)
        return (
            replace(made, kind="check", value="on" if on else "")
            if isinstance(told, bool | None)
            else as_yaml(path, told)
        )
    return _scalar(made, told, info, types)


def _scalar(made: Control, told: Any, info: FieldInfo, types: set[Any]) -> Control:
    if isinstance(told, dict | list) or (told is None and types & {dict, tuple} and str not in types):
        return as_yaml(made.path, told)
    if calendar.date in types:
        return replace(made, kind="date", value="" if told is None else str(told)[:10])
    if str in types and len(types & {int, float, bool}) > 1:
        return replace(
            made,
            kind="scalar",
            value="" if told is None else write_part(told).removesuffix("...\n").strip(),
        )
    if types & {int, float}:
        standard = info.default if isinstance(info.default, int | float) else None
        hint = f"empty: {standard:g}" if standard is not None and told is None else made.hint
        is_number = told is None or (isinstance(told, int | float) and not isinstance(told, bool))
        return replace(
            made,
            kind="number" if is_number else "text",
            value="" if told is None else str(told),
            hint=hint,
        )
    kind = "event" if made.path[-1] == "name" and len(made.path) > 1 else "text"
    is_long = made.path[-1] == "about" or "\n" in str(told or "")
    kind = "long" if is_long else kind
    return replace(made, kind=kind, value="" if told is None else str(told))


def _marked(made: Control, kind: str, told: Any) -> Control:
    if told is None:
        return replace(made, kind=kind)
    if kind == "duration":
        found = _DURATION.match(str(told).strip())
        return replace(made, kind=kind, value=found[1], unit=found[2]) if found else replace(made, value=str(told))
    return replace(made, kind=kind if isinstance(told, str) else "scalar", value=str(told))


def _select(made: Control, told: Any, words: dict[str, str], *, needed: bool) -> Control:
    if isinstance(told, dict | list):
        return as_yaml(made.path, told)
    value = "" if told is None else str(told)
    options = [] if needed and value else [("", "–")]
    options += list(words.items())
    if value and value not in words:
        options.append((value, f"{value} (unknown)"))
    return replace(made, kind="select", value=value, options=tuple(options))


def as_yaml(path: Path, told: Any) -> Control:
    """Return the control that shows anything at all: its YAML."""
    text = "" if told is None else write_part(told).removesuffix("...\n").strip()
    is_rare = path[-1] in RARE
    return Control(path, "yaml", label_of(path), text, hint=hint_of(path), is_rare=is_rare)


def _types(annotation: Any) -> Iterator[Any]:
    """Yield the plain types of an annotation: those of a union, the origin of a container, a Literal as it is."""
    origin = get_origin(annotation)
    if origin is Literal:
        yield annotation
    elif origin in (Union, UnionType) or hasattr(annotation, "__metadata__"):
        for inner in get_args(annotation):
            yield from _types(inner)
    elif origin is not None:
        yield origin
    else:
        yield annotation


def _metas(info: FieldInfo) -> Iterator[Any]:
    yield from info.metadata
    waiting = [info.annotation]
    while waiting:
        one = waiting.pop()
        yield from getattr(one, "__metadata__", ())
        waiting += [a for a in get_args(one) if get_args(a) or hasattr(a, "__metadata__")]


def write_controls(value: Value, controls: list[Control], posted: QueryDict) -> None:
    """Write back what was changed in the form into a value that is the caller's own; all else stays untouched.

    Raises Refused where a field of YAML holds none.
    """
    for control in controls:
        told = _posted(control, posted)
        if told is not None and told != (control.value.strip(), control.unit):
            new = _value_of(control, *told)
            if control.kind == "select" and control.path[-1] == "kind" and "when" in control.path:
                new, control = (
                    _fresh_when(found_at(value, control.path[:-1]), told[0]),
                    replace(control, path=control.path[:-1]),
                )
            put_at(value, control.path, new)


def _fresh_when(told: Any, kind: str) -> Value | None:
    """Return a condition of another kind; what was told before becomes the first of several."""
    if kind in ("every", "any"):
        parts = told.get("of") if isinstance(told, dict) else None
        return {"kind": kind, "of": parts or ([told] if told else [])}
    return {"kind": kind} if kind else None


def _posted(control: Control, posted: QueryDict) -> tuple[str, str] | None:
    """Return (value, unit) as posted, or None where the form did not hold the control."""
    if control.kind == "check":
        shown = control.name in posted.getlist("shown")
        return ("on" if posted.get(control.name) else "", control.unit) if shown else None
    if control.name not in posted:
        return None
    text = posted.get(control.name, "").replace("\0", "").replace("\r\n", "\n").strip()
    unit = posted.get(f"{control.name}.unit", control.unit) if control.kind == "duration" else ""
    return text, unit or control.unit


def _value_of(control: Control, text: str, unit: str) -> Any:
    if control.kind == "check":
        return text == "on"
    if text == "":
        return None
    if control.kind == "duration":
        return f"{text}{unit}" if text.isdecimal() else text
    if control.kind in ("yaml", "scalar"):
        return _read_scalar(text) if control.kind == "scalar" else read_yaml(text)
    if control.kind == "number" and re.fullmatch(r"-?\d{1,15}", text):
        return int(text)
    if control.kind == "number" and re.fullmatch(r"-?\d{1,15}\.\d{1,6}", text):
        return float(text)
    if control.kind == "date" and re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        try:
            return calendar.date.fromisoformat(text)
        except ValueError:
            return text
    if control.kind == "share" and re.fullmatch(r"\d{1,3}(\.\d{1,3})?\s*%?", text):
        return f"{text.rstrip('% ')}%"
    return text


def _read_scalar(text: str) -> Any:
    try:
        told = read_yaml(text)
    except Refused:
        return text
    return told if isinstance(told, str | int | float | bool) else text
