"""What a button or a field of the outline does to a draft's value. Pure: value in, value out, and words for the toast."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass

from django.http import QueryDict

from regard.kernel.issues import Issue, Refused
from regard.playbooks.editing.tree import (
    Path,
    Value,
    found_at,
    mark_of,
    move_step,
    nests_of,
    path_of,
    put_step,
    shape_of,
    step_place,
    take_out,
    text_of,
)
from regard.playbooks.entries import NAMED as ENTRIES
from regard.playbooks.model import Playbook
from regard.playbooks.steps import NAMED as STEPS
from regard.web.journeys.editor.forms import apply_form, choices_of, settings_groups, step_groups
from regard.web.journeys.editor.new_steps import new_entry, new_exit, new_step, new_way
from regard.web.journeys.editor.words import EXIT_WORDS

SOMEBODY = "somebody"
MEANWHILE = f"{SOMEBODY} changed this meanwhile: here it is as it stands now, and yours was not taken"
DROPPED = {"entry", "exit_on", *(kind.nests.ways for kind in STEPS.values() if kind.nests.ways)}
MOST_STEPS_DEEP = 20  # keys of a path: as deep as the outline shows


@dataclass(frozen=True, slots=True)
class MoveAsked:
    """What was asked: which place, which kind, and the form itself."""

    at: Path
    kind: str
    index: int
    form: QueryDict
    playbook: Playbook
    slug: str
    is_theirs: bool = False  # a colleague made the newest change, not who asks


@dataclass(frozen=True, slots=True)
class MovedValue:
    """The value after it, the place that stands open now, and what the toast says."""

    value: Value
    opened: str = ""
    words: str = ""


def asked_of(form: QueryDict, playbook: Playbook, slug: str, *, is_theirs: bool = False) -> MoveAsked:
    """Read what was asked."""
    index = form.get("index", "")
    number = int(index) if index.isdecimal() and len(index) < 5 else 0
    at, kind = path_of(form.get("at", "")), form.get("kind", "")
    return MoveAsked(at, kind, number, form, playbook, slug, is_theirs)


def carry_out(value: Value, op: str, asked: MoveAsked) -> MovedValue:
    """Carry out one change; one that is not known changes nothing.

    Raises Refused for YAML that is none, and where the page was made from steps that stand elsewhere by now.
    """
    if op in _SHAPING and asked.form.get("shape") != shape_of(value):
        raise Refused(Issue("shape", "the steps changed meanwhile; here they are as they stand now"))
    if asked.is_theirs and op in _WRITING:
        _refuse_unseen(value, op, asked)
    return _OPS[op](value, asked) if op in _OPS else MovedValue(value)


def _refuse_unseen(value: Value, op: str, asked: MoveAsked) -> None:
    """Raise Refused where a colleague changed what this form was made from: neither change is lost unseen."""
    seen = asked.form.get("seen", "")
    now = mark_of(value if op == "settings" else found_at(value, asked.at))
    if seen and seen != now:
        raise Refused(Issue(op, MEANWHILE, "change it again if yours is still right"))


def _step(value: Value, asked: MoveAsked) -> MovedValue:
    if not isinstance(found_at(value, asked.at), dict):
        return _whole_step(value, asked)
    groups = step_groups(value, asked.at, choices_of(asked.playbook, value, asked.slug))
    return MovedValue(apply_form(value, groups, asked.form, asked.at), text_of(asked.at))


def _whole_step(value: Value, asked: MoveAsked) -> MovedValue:
    if step_place(asked.at)[0] != asked.at or not asked.at:
        return MovedValue(value)
    groups = step_groups(value, asked.at, {})
    return MovedValue(apply_form(value, groups, asked.form, asked.at), text_of(asked.at))


def _settings(value: Value, asked: MoveAsked) -> MovedValue:
    groups = settings_groups(value, choices_of(asked.playbook, value, asked.slug))
    return MovedValue(apply_form(value, groups, asked.form), "settings")


def _add(value: Value, asked: MoveAsked) -> MovedValue:
    if asked.kind not in STEPS or len(asked.at) > MOST_STEPS_DEEP:
        return MovedValue(value)
    step = new_step(asked.kind, value, asked.playbook, asked.slug)
    found = put_step(value, asked.at, asked.index, step)
    return MovedValue(found, text_of((*asked.at, asked.index)), f"Added: {STEPS[asked.kind].called.lower()}.")


def _remove(value: Value, asked: MoveAsked) -> MovedValue:
    step = found_at(value, asked.at)
    name = str(step.get("step", "")) if isinstance(step, dict) else ""
    if not asked.at or step_place(asked.at)[0] != asked.at or step is None:
        return MovedValue(value)
    return MovedValue(take_out(value, asked.at), "", f"{name or 'The step'} is taken out.")


def _up(value: Value, asked: MoveAsked) -> MovedValue:
    return _moved(value, asked, -1)


def _down(value: Value, asked: MoveAsked) -> MovedValue:
    return _moved(value, asked, 1)


def _moved(value: Value, asked: MoveAsked, by: int) -> MovedValue:
    found, place = move_step(value, asked.at, by)
    return MovedValue(found, asked.form.get("opened", "") and text_of(place))


def _way(value: Value, asked: MoveAsked) -> MovedValue:
    found = deepcopy(value)
    step = found_at(found, asked.at)
    key = nests_of(step).ways if isinstance(step, dict) else ""
    if key:
        ways = step.get(key)
        step[key] = [
            *(ways if isinstance(ways, list) else []),
            new_way(str(step["do"]), value, asked.playbook, asked.slug),
        ]
    return MovedValue(found, text_of(asked.at))


def _drop(value: Value, asked: MoveAsked) -> MovedValue:
    """Take away a way, an entry or an exit."""
    step, rest = step_place(asked.at)
    if not (rest and rest[0] in DROPPED and len(rest) == 2):
        return MovedValue(value)
    if rest[0] == "entry" and len(value.get("entry") or ()) < 2:
        raise Refused(Issue("entry", "a journey has at least one way in", "add another one first"))
    return MovedValue(take_out(value, asked.at), text_of(step) or "settings", "Taken away.")


def _entry(value: Value, asked: MoveAsked) -> MovedValue:
    if asked.kind not in ENTRIES:
        return MovedValue(value)
    rows = value.get("entry")
    rows = [*(rows if isinstance(rows, list) else []), new_entry(asked.kind, asked.playbook)]
    return MovedValue({**value, "entry": rows}, "settings")


def _exit(value: Value, asked: MoveAsked) -> MovedValue:
    if asked.kind not in EXIT_WORDS:
        return MovedValue(value)
    rows = value.get("exit_on")
    rows = [*(rows if isinstance(rows, list) else []), new_exit(asked.kind, asked.playbook)]
    return MovedValue({**value, "exit_on": rows}, "settings")


_OPS: dict[str, Callable[[Value, MoveAsked], MovedValue]] = {
    "step": _step,
    "settings": _settings,
    "add": _add,
    "remove": _remove,
    "up": _up,
    "down": _down,
    "way": _way,
    "drop": _drop,
    "entry": _entry,
    "exit": _exit,
}
_WRITING = frozenset({"step", "settings"})
_SHAPING = frozenset({"add", "remove", "up", "down", "way", "drop"})
