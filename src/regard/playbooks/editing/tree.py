"""A journey's bare value as a tree of steps: where a step stands, and moves that lose nothing of what stands there. Pure.

A place is a path of keys and numbers, written with dots: `steps.3.cases.0.then.1`. A list of steps is a place too.
What does not look like steps is left alone: it shows as YAML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from itertools import pairwise
from typing import Any
from zlib import crc32

from regard.playbooks.steps import NAMED
from regard.playbooks.steps.base import Nests, Op

Path = tuple[str | int, ...]
Value = dict[str, Any]
STEP_LISTS = ("steps", "then", "otherwise")
DEEPEST = 12


def path_of(text: str) -> Path:
    """Return the path of a text with dots."""
    parts = text.replace("\0", "").split(".")[:60] if text else []
    return tuple(int(p) if p.isdecimal() and len(p) < 5 else p for p in parts)


def text_of(path: Path) -> str:
    """Return a path as text with dots."""
    return ".".join(map(str, path))


def found_at(value: Any, path: Path) -> Any:
    """Return what stands at a place, or None."""
    for key in path:
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list) and isinstance(key, int) and key < len(value):
            value = value[key]
        else:
            return None
    return value


def step_place(path: Path) -> tuple[Path, Path]:
    """Split a path into the innermost step it lies in (empty: none) and the rest inside that step."""
    last = 0
    for number in range(1, len(path)):
        if path[number - 1] in STEP_LISTS and isinstance(path[number], int):
            last = number + 1
    return path[:last], path[last:]


def nests_of(step: Value) -> Nests:
    """Return which keys of a step hold other steps, by its kind; none for a kind we do not know."""
    kind = NAMED.get(str(step.get("do")))
    return Nests() if kind is None else kind.nests


def arms_of(step: Any) -> Iterator[tuple[Path, Value | None]]:
    """Yield the lists of steps inside a step: the path to each from the step, and the way it belongs to (or None)."""
    if not isinstance(step, dict):
        return
    nests = nests_of(step)
    key = nests.ways
    ways = step.get(key) if key else None
    for number, way in enumerate(ways if isinstance(ways, list) else ()):
        if isinstance(way, dict):
            yield (key, number, "then"), way
    if nests.otherwise:
        yield ("otherwise",), None


def walk(value: Value) -> Iterator[tuple[Path, Any]]:
    """Yield every step with its path, nested ones after the one that holds them."""
    yield from _walk(value, ("steps",), 0)


def _walk(value: Value, container: Path, depth: int) -> Iterator[tuple[Path, Any]]:
    steps = found_at(value, container)
    if not isinstance(steps, list) or depth > DEEPEST:
        return
    for number, step in enumerate(steps):
        path = (*container, number)
        yield path, step
        for inner, _ in arms_of(step):
            yield from _walk(value, (*path, *inner), depth + 1)


def shape_of(value: Value) -> str:
    """Return a mark of which kinds of steps stand where: a page made from another shape may not move steps."""
    told = [(text_of(p), s.get("do") if isinstance(s, dict) else "") for p, s in walk(value)]
    return f"{crc32(repr(told).encode()):08x}"


def mark_of(value: object, *, whole: bool = False) -> str:
    """Return a mark of what a form was made from: a step or the settings without the steps inside; `whole`: with them."""
    return f"{crc32(repr(value if whole else _own(value)).encode()):08x}"


def _own(value: object) -> object:
    if isinstance(value, list):
        return [_own(one) for one in value if not (isinstance(one, dict) and "do" in one)]
    if isinstance(value, dict):
        own = {k: _own(v) for k, v in value.items()}
        return {k: v for k, v in own.items() if v != []}
    return value


def names_of(value: Value) -> set[str]:
    """Return the names of all steps."""
    return {str(s.get("step")) for _, s in walk(value) if isinstance(s, dict)}


def waits_of(value: Value) -> list[str]:
    """Return the names of the steps that wait for something, in their order."""
    steps = (s for _, s in walk(value) if isinstance(s, dict))
    waiting = {name for name, kind in NAMED.items() if kind.op is Op.AWAIT}
    return [str(s.get("step")) for s in steps if s.get("do") in waiting]


def free_name(value: Value, wanted: str) -> str:
    """Return a step name near the wanted one that no step has."""
    base = re.sub(r"[^a-z0-9]+", "-", wanted.lower()).strip("-")[:50] or "step"
    base = base if base[0].isalpha() else f"step-{base}"
    taken, number = names_of(value), 2
    name = base
    while name in taken:
        name, number = f"{base}-{number}", number + 1
    return name


def put_step(value: Value, container: Path, index: int, step: Value) -> Value:
    """Return the value with a step put into a list of steps, which is made where there is none yet."""
    found = deepcopy(value)
    holder = found_at(found, container[:-1])
    if container and container[-1] in STEP_LISTS and isinstance(holder, dict):
        steps = holder.get(str(container[-1]))
        steps = steps if isinstance(steps, list) else []
        steps.insert(max(0, min(index, len(steps))), step)
        holder[str(container[-1])] = steps
    return found


def take_out(value: Value, path: Path) -> Value:
    """Return the value without what stands at a number of a list; a list left empty goes, but for the journey's own."""
    found = deepcopy(value)
    if not path or not isinstance(path[-1], int):
        return found
    container = path[:-1]
    rows = found_at(found, container)
    if isinstance(rows, list) and path[-1] < len(rows):
        del rows[path[-1]]
        holder = found_at(found, container[:-1])
        if not rows and len(container) > 1 and isinstance(holder, dict):
            del holder[str(container[-1])]
        elif not rows and container in (("exit_on",),):
            del found["exit_on"]
    return found


def move_step(value: Value, path: Path, by: int) -> tuple[Value, Path]:
    """Return the value with a step one place up (-1) or down (1), and where it is now.

    At the end of a way it moves out: up to before the step that holds the way, down to behind it.
    """
    step, container = deepcopy(found_at(value, path)), path[:-1]
    rows = found_at(value, container)
    if step is None or not path or not isinstance(path[-1], int) or not isinstance(rows, list):
        return value, path
    goal = path[-1] + by
    if 0 <= goal < len(rows):
        found = deepcopy(value)
        inside = found_at(found, container)
        inside[path[-1]], inside[goal] = inside[goal], inside[path[-1]]
        return found, (*container, goal)
    outer, _ = step_place(container)
    if not outer or not isinstance(outer[-1], int):
        return value, path
    target = outer[-1] if by < 0 else outer[-1] + 1
    found = put_step(take_out(value, path), outer[:-1], target, step)
    return found, (*outer[:-1], target)


def rename_step(value: Value, old: str, new: str) -> Value:
    """Return the value with everything that names a step by its old name naming it by its new one."""
    found = deepcopy(value)
    for _, step in walk(found):
        if isinstance(step, dict):
            cases = step.get("cases")
            for case in cases if isinstance(cases, list) else ():
                _rename_in(case.get("when") if isinstance(case, dict) else None, old, new, 0)
    assume = found.get("assume")
    if isinstance(assume, dict) and old in assume:
        found["assume"] = {new if key == old else key: told for key, told in assume.items()}
    return found


def _rename_in(when: Any, old: str, new: str, depth: int) -> None:
    if not isinstance(when, dict) or depth > DEEPEST:
        return
    if when.get("kind") == "answered" and when.get("step") == old:
        when["step"] = new
    parts = when.get("of")
    for part in parts if isinstance(parts, list) else ():
        _rename_in(part, old, new, depth + 1)


def put_at(value: Value, path: Path, new: Any) -> None:
    """Set a place inside a value that is the caller's own; None takes it away, and what it leaves empty."""
    if new is None:
        _drop_at(value, path)
        return
    holder: Any = value
    for key, after in pairwise(path):
        inner = holder.get(key) if isinstance(holder, dict) else found_at(holder, (key,))
        if isinstance(inner, str) and after != "kind":
            inner = {"name": inner}  # a touchpoint written as its bare name
            holder[key] = inner
        if not isinstance(inner, dict | list):
            if not isinstance(holder, dict):
                return
            holder[key] = inner = {}
        holder = inner
    last: Any = path[-1]
    if isinstance(holder, dict) or (isinstance(holder, list) and isinstance(last, int)):
        holder[last] = new


def _drop_at(value: Value, path: Path) -> None:
    holder = found_at(value, path[:-1])
    if isinstance(holder, str) and path[-1] == "name":
        holder, path = found_at(value, path[:-2]), path[:-1]
    if isinstance(holder, dict):
        holder.pop(path[-1], None)
        above = found_at(value, path[:-2]) if len(path) > 1 else None
        if not holder and isinstance(above, dict):
            above.pop(path[-2], None)
