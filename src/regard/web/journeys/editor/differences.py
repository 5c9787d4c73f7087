"""What changes between two versions of a journey, in words: steps by their names, then everything that is no step. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from regard.playbooks.editing.parts import write_part
from regard.playbooks.editing.tree import Value, arms_of, found_at, step_place, walk
from regard.web.journeys.editor.forms import NESTED
from regard.web.journeys.editor.outline import step_words, way_words
from regard.web.journeys.editor.words import LABELS, label_of

LONGEST = 240


@dataclass(frozen=True, slots=True)
class JourneyChange:
    """One change: what it is about, and how it was and will be ('' where there was nothing)."""

    what: str
    before: str = ""
    after: str = ""


def changes_between(old: Value | None, new: Value) -> list[JourneyChange]:
    """Return the changes from one version to another; from nothing, what there is."""
    if old is None:
        steps = [s for _, s in walk(new) if isinstance(s, dict)]
        return [JourneyChange(f"New step {s.get('step')}", "", step_words(s)) for s in steps]
    return [*_settings(old, new), *_steps(old, new)]


def _settings(old: Value, new: Value) -> Iterator[JourneyChange]:
    for key in [*old, *(k for k in new if k not in old)]:
        if key != "steps" and old.get(key) != new.get(key):
            what = {"entry": "Who comes in", "exit_on": "Who leaves early", "goal": "Goal"}.get(key)
            label = what or LABELS.get(key) or label_of((key,))
            yield JourneyChange(label, _told(old.get(key)), _told(new.get(key)))


def _steps(old: Value, new: Value) -> Iterator[JourneyChange]:
    before, after = _by_name(old), _by_name(new)
    for name, (place, step) in after.items():
        if name not in before:
            yield JourneyChange(f"New step {name}", "", step_words(step))
            continue
        was_place, was = before[name]
        if _bare(was) != _bare(step):
            yield from _step(name, was, step)
        if place != was_place:
            yield JourneyChange(f"{name} stands elsewhere", _place_words(was_place), _place_words(place))
    for name, (_, step) in before.items():
        if name not in after:
            yield JourneyChange(f"Step {name} goes", step_words(step), "")


def _step(name: str, was: Value, step: Value) -> Iterator[JourneyChange]:
    if step_words(was) != step_words(step):
        yield JourneyChange(f"{name} changes", step_words(was), step_words(step))
        return
    old, new = _bare(was), _bare(step)
    if old.get("ways") != new.get("ways"):
        yield from _ways(name, was, step)
        old.pop("ways", None), new.pop("ways", None)
    for key in [*old, *(k for k in new if k not in old)]:
        if old.get(key) != new.get(key):
            yield JourneyChange(f"{name}: {label_of((key,)).lower()}", _told(old.get(key)), _told(new.get(key)))


def _ways(name: str, was: Value, step: Value) -> Iterator[JourneyChange]:
    """Yield the ways that differ, each with its name and its condition."""
    before, after = ([_way_told(s, w) for _, w in arms_of(s) if w is not None] for s in (was, step))
    for number, (old, new) in enumerate(zip_longest(before, after, fillvalue="")):
        if old != new:
            yield JourneyChange(f"{name}: way {number + 1}", old, new)


def _way_told(step: Value, way: Value) -> str:
    asked = way_words(step, {k: v for k, v in way.items() if k != "label"})
    name = way_words(step, way)
    return name if name == asked or "share" in way else f"{name}: {asked.removeprefix('if ')}"


def _bare(step: Value) -> Value:
    """Return a step without the steps inside it; its ways stay, with their conditions."""
    bare = {k: v for k, v in step.items() if k not in NESTED or k == "do"}
    ways = [way for _, way in arms_of(step) if way is not None]
    return bare | ({"ways": [{k: v for k, v in w.items() if k != "then"} for w in ways]} if ways else {})


def _by_name(value: Value) -> dict[str, tuple[tuple[str, str], Value]]:
    """Return every step by its name, with the step before it and the way it stands in."""
    found: dict[str, tuple[tuple[str, str], Value]] = {}
    for path, step in walk(value):
        if not isinstance(step, dict):
            continue
        number = int(path[-1])
        ahead = found_at(value, (*path[:-1], number - 1)) if number else None
        holder, inner = step_place(path[:-1])
        outer = found_at(value, holder) if holder else None
        way = f"{outer.get('step')} {'.'.join(map(str, inner))}" if isinstance(outer, dict) else ""
        name = str(ahead.get("step", "")) if isinstance(ahead, dict) else ""
        found[str(step.get("step"))] = ((name, way), step)
    return found


def _place_words(place: tuple[str, str]) -> str:
    ahead, way = place
    if ahead:
        return f"after {ahead}"
    return f"first inside {way.partition(' ')[0]}" if way else "first of all"


def _told(value: Any) -> str:
    """Return a value on one line, as the playbook writes it."""
    if value is None:
        return ""
    text = write_part(value).removesuffix("...\n").strip()
    line = " · ".join(part.strip() for part in text.splitlines())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
