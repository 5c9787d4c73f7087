"""The outline of a draft: every step as a sentence with its form and its issues, and the picture beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import TypeAdapter, ValidationError

from regard.decide.selectors import JourneyRow, Outline, StepRow
from regard.playbooks.editing.tree import (
    DEEPEST,
    Path,
    Value,
    arms_of,
    found_at,
    mark_of,
    nests_of,
    text_of,
)
from regard.playbooks.journeys import Journey
from regard.playbooks.model import Playbook
from regard.playbooks.steps import NAMED as STEPS
from regard.playbooks.steps import AnyStep, Step, walk
from regard.playbooks.values.recall import Recall
from regard.web.journeys.drawn import Picture, draw
from regard.web.journeys.editor.checked import CheckedDraft, Placed
from regard.web.journeys.editor.controls import Choices
from regard.web.journeys.editor.forms import NESTED, FormGroup, settings_groups, step_groups
from regard.web.segments.names import segment_names
from regard.web.words import quoted, sentence

_STEP: TypeAdapter[Step] = TypeAdapter(AnyStep)
_WHEN: TypeAdapter[Any] = TypeAdapter(Recall)
MOST_INDENTED = 4


@dataclass(frozen=True, slots=True)
class OutlineLine:
    """One line of the outline: a step, or (`is_way`) the words over the steps of a way."""

    place: str  # of the step, or of the way's list of steps
    depth: int
    words: str
    is_way: bool = False
    name: str = ""
    kind: str = ""
    icon: str = "circle-dot"
    tone: str = ""
    container: str = ""
    after: int = 0  # where a step behind this one goes
    is_first: bool = False
    is_last: bool = False
    is_open: bool = False
    is_empty: bool = False
    more: str = ""  # the kind of way that can be added: cases, ways
    groups: list[FormGroup] = field(default_factory=list)
    issues: list[Placed] = field(default_factory=list)
    seen: str = ""  # a mark of what the form was made from


def outline_of(value: Value, checked: CheckedDraft, choice: Choices, opened: str) -> list[OutlineLine]:
    """Return the lines of a draft; `opened` is the place whose form stands open."""
    return list(_lines(value, ("steps",), 0, checked, choice, opened))


def _lines(
    value: Value, container: Path, depth: int, checked: CheckedDraft, choice: Choices, opened: str
) -> Iterator[OutlineLine]:
    steps = found_at(value, container)
    rows = steps if isinstance(steps, list) and depth <= DEEPEST else []
    for number, step in enumerate(rows):
        path = (*container, number)
        yield _line(value, path, step, depth, len(rows), checked, choice, opened)
        for inner, way in arms_of(step):
            place = (*path, *inner)
            inside = found_at(value, place)
            yield OutlineLine(
                text_of(place),
                min(depth + 1, MOST_INDENTED),
                way_words(step, way),
                is_way=True,
                is_empty=not inside,
            )
            yield from _lines(value, place, depth + 1, checked, choice, opened)


def _line(
    value: Value, path: Path, step: Any, depth: int, number: int, checked: CheckedDraft, choice: Choices, opened: str
) -> OutlineLine:
    raw = step if isinstance(step, dict) else {}
    kind, place, issues = str(raw.get("do", "")), text_of(path), checked.at(path)
    wrong = {text_of((*path, *i.field)) for i in issues if i.is_error}
    groups = [
        replace(g, controls=[replace(c, is_wrong=text_of(c.path) in wrong) for c in g.controls])
        for g in step_groups(value, path, choice)
    ]
    last, model = int(path[-1]), STEPS.get(kind)
    return OutlineLine(
        place=place,
        depth=min(depth, MOST_INDENTED),
        words=step_words(raw),
        name=str(raw.get("step", "")),
        kind=kind,
        icon=model.icon if model else "circle-dot",
        tone=model.tone if model else "",
        container=text_of(path[:-1]),
        after=last + 1,
        is_first=last == 0 and depth == 0,
        is_last=last == number - 1 and depth == 0,
        is_open=place == opened,
        more=nests_of(raw).ways,
        groups=groups,
        issues=issues,
        seen=mark_of(step),
    )


def step_words(raw: Value) -> str:
    """Return a step as the sentence people read; where it does not hold yet, what kind it is."""
    kind = str(raw.get("do", ""))
    bare = {k: v for k, v in raw.items() if k not in NESTED or k == "do"}
    key = nests_of(raw).ways
    if key and isinstance(raw.get(key), list):
        ways = [w for w in raw[key] if isinstance(w, dict)]
        bare[key] = [{k: v for k, v in w.items() if k != "then"} for w in ways]
    try:
        step = _STEP.validate_python(bare)
    except ValidationError:
        model = STEPS.get(kind)
        return model.called if model else f"A step of a kind the form does not know: {kind or 'none'}"
    return quoted(sentence(step.in_outline()))


def way_words(step: Value, way: Value | None) -> str:
    """Return what stands over the steps of a way: its name, else its condition."""
    if way is None:
        return nests_of(step).otherwise or "otherwise"
    label = way.get("label")
    if "share" in way:
        return f"{way.get('share')} {label or ''}".strip()
    if label:
        return f"if {label}"
    try:
        return quoted(f"if they {_WHEN.validate_python(way.get('when')).words()}")
    except ValidationError:
        return "if (a condition that does not hold yet)"


def settings_of(value: Value, checked: CheckedDraft, choice: Choices) -> tuple[list[FormGroup], list[Placed]]:
    """Return the form of who comes in, who leaves and what for, with the issues that belong to it."""
    issues = checked.at(())
    wrong = {text_of(i.field) for i in issues if i.is_error}
    groups = [
        replace(g, controls=[replace(c, is_wrong=text_of(c.path) in wrong) for c in g.controls])
        for g in settings_groups(value, choice)
    ]
    return groups, issues


def picture_of(journey: Journey, slug: str, playbook: Playbook) -> Picture:
    """Return the picture of a journey nobody went through yet: boxes and lines without numbers."""
    guardrails = playbook.guardrails
    row = JourneyRow(
        slug,
        journey.name,
        journey.version,
        journey.owner,
        "",
        "",
        guardrails.holdout if journey.holdout is None else journey.holdout,
        False,
        0,
        0,
        0,
        0,
        0,
        0,
    )
    steps = tuple(StepRow(s.step, depth, "", s.do, s.words(), s.note) for depth, s in walk(journey.steps))
    drawn = draw(Outline(row, journey, steps, ()), segment_names(playbook))
    boxes = [(replace(d, number=""), node) for d, node in drawn.boxes]
    return replace(drawn, boxes=boxes, outline=[])


__all__ = ["OutlineLine", "outline_of", "picture_of", "settings_of", "step_words", "way_words"]
