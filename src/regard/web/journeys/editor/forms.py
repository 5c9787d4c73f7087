"""The forms of the editor: one a step by its kind, one for who comes in, who leaves and what it is for."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict

from regard.act.selectors import endpoint_names
from regard.playbooks.editing.tree import (
    Path,
    Value,
    found_at,
    rename_step,
    text_of,
    waits_of,
)
from regard.playbooks.ends import ExitOn, Goal, Reentry
from regard.playbooks.entries import NAMED as ENTRIES
from regard.playbooks.journeys import Journey
from regard.playbooks.model import Playbook
from regard.playbooks.steps import NAMED as STEPS
from regard.playbooks.values.base import Part
from regard.web.journeys.editor.controls import Choices, Control, as_yaml, controls_of, write_controls
from regard.web.journeys.editor.words import EXIT_WORDS
from regard.web.segments.names import segment_names
from regard.web.words import CHANNEL_WORDS

NESTED = frozenset({"do", "otherwise", *(kind.nests.ways for kind in STEPS.values() if kind.nests.ways)})
APART = frozenset({"steps", "entry", "exit_on", "goal", "reentry"})
FIRST = ("template", "survey", "kind", "title")  # what a step is about comes first


@dataclass(frozen=True, slots=True)
class FormGroup:
    """Fields that stand together under a title; `remove` is the place a button takes away."""

    title: str
    controls: list[Control]
    remove: str = ""

    @property
    def plain(self) -> list[Control]:
        """The fields one needs."""
        return [c for c in self.controls if not c.is_rare]

    @property
    def rare(self) -> list[Control]:
        """The fields one seldom needs."""
        return [c for c in self.controls if c.is_rare]


def choices_of(playbook: Playbook, value: Value, slug: str) -> Choices:
    """Return what the selects offer: names of the playbook, and of the steps that wait."""
    channels = {c for p in playbook.purposes.values() for c in p.channels} | {"email"}
    return {
        "templates": {n: n for n in playbook.templates},
        "surveys": {n: n for n in playbook.surveys},
        "purposes": {n: p.name for n, p in playbook.purposes.items()},
        "senders": {n: s.name for n, s in playbook.company.senders.items()},
        "journeys": {n: j.name for n, j in playbook.journeys.items() if n != slug},
        "segments": segment_names(playbook),
        "channels": {c: CHANNEL_WORDS.get(c, c) for c in sorted(channels)},
        "endpoints": {n: n for n in endpoint_names()},
        "waits:step": {n: n for n in waits_of(value)},
    }


def step_groups(value: Value, path: Path, choice: Choices) -> list[FormGroup]:
    """Return the form of the step at a place; one field of YAML for what is no step we know."""
    step = found_at(value, path)
    model = STEPS.get(str(step.get("do"))) if isinstance(step, dict) else None
    if model is None:
        return [FormGroup("", [replace(as_yaml(path, step), label="This step, as YAML")])]
    own = list(controls_of(model, step, path, choice, NESTED))
    groups = [FormGroup("", sorted(own, key=lambda c: c.path[-1] not in FIRST))]
    key = model.nests.ways
    ways = step.get(key) if key else None
    if not isinstance(ways, list):
        return [*groups, FormGroup("", [as_yaml((*path, key), ways)])] if key else groups
    for number, way in enumerate(ways):
        place = (*path, key, number)
        fields = (
            list(controls_of(model.nests.way, way, place, choice, frozenset({"then"})))
            if isinstance(way, dict)
            else [as_yaml(place, way)]
        )
        groups.append(FormGroup(f"Way {number + 1}", fields, text_of(place) if len(ways) > 1 else ""))
    return groups


def settings_groups(value: Value, choice: Choices) -> list[FormGroup]:
    """Return the form of everything of a journey that is no step."""
    goal, again = value.get("goal"), value.get("reentry")
    own = list(controls_of(Journey, value, (), choice, APART))
    first = [c for c in own if c.path[0] in ("name", "about", "owner")]
    door = [c for c in own if c.path[0] == "only_if"]
    rest = [c for c in own if c not in first and c not in door]
    door += _inner(Reentry, again, ("reentry",), choice)
    return [
        FormGroup("", first),
        *_listed(value, "entry", choice),
        FormGroup("At the door", door),
        FormGroup("Goal", _inner(Goal, goal, ("goal",), choice)),
        *_listed(value, "exit_on", choice),
        FormGroup("Measured and weighed", rest),
    ]


def _inner(model: type[Part], told: Any, path: Path, choice: Choices) -> list[Control]:
    if told is not None and not isinstance(told, dict):
        return [as_yaml(path, told)]
    return list(controls_of(model, told or {}, path, choice))


def _listed(value: Value, key: str, choice: Choices) -> Iterator[FormGroup]:
    rows = value.get(key)
    if rows is not None and not isinstance(rows, list):
        yield FormGroup("", [as_yaml((key,), rows)])
        return
    for number, told in enumerate(rows or ()):
        place: Path = (key, number)
        yield FormGroup(_title(key, told), _row_controls(key, told, place, choice), text_of(place))


def _title(key: str, told: Any) -> str:
    raw = told if isinstance(told, dict) else {}
    if key == "entry":
        model = ENTRIES.get(str(raw.get("on")))
        return f"Way in: {model.called if model else 'in a way the form does not know'}"
    kind = next((k for k in EXIT_WORDS if k in raw), "touchpoint")
    return f"Leaves early when {EXIT_WORDS[kind]}"


def _row_controls(key: str, told: Any, place: Path, choice: Choices) -> list[Control]:
    if key == "entry":
        model = ENTRIES.get(str(told.get("on"))) if isinstance(told, dict) else None
        if model is None:
            return [as_yaml(place, told)]
        return list(controls_of(model, told, place, choice, frozenset({"on"})))
    if not isinstance(told, dict):
        return [as_yaml(place, told)]
    kind = next((k for k in EXIT_WORDS if k in told), "touchpoint")
    return list(controls_of(ExitOn, told, place, choice, frozenset(EXIT_WORDS) - {kind} - set(told)))


def apply_form(value: Value, groups: list[FormGroup], posted: QueryDict, path: Path = ()) -> Value:
    """Return the value with what the form changed; what it did not show stays. Raises Refused for YAML that is none.

    A step that is renamed keeps what names it; of keys that exclude each other, the one that was chosen last stays.
    """
    controls = [c for g in groups for c in g.controls]
    found, before = deepcopy(value), found_at(value, path)
    write_controls(found, controls, posted)
    after = found_at(found, path)
    if not path or not isinstance(before, dict) or not isinstance(after, dict):
        return found
    model = STEPS.get(str(before.get("do")))
    fresh = [k for k in (model.one_of if model else ()) if k in after and after.get(k) != before.get(k)]
    for other in model.one_of if model and fresh else ():
        if other != fresh[-1]:
            after.pop(other, None)
    old, new = before.get("step"), after.get("step")
    return rename_step(found, str(old), str(new)) if old and new and old != new else found
