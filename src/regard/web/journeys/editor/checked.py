"""A draft checked at every change: the types first, then `journey check`, each issue at its step and field."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from regard.kernel.issues import Issue, Level
from regard.playbooks.checks.journeys import journey_issues
from regard.playbooks.editing.tree import Path, Value, found_at, path_of, step_place
from regard.playbooks.journeys import Journey
from regard.playbooks.model import Playbook


@dataclass(frozen=True, slots=True)
class Placed:
    """An issue with the step it belongs to (empty: the journey itself) and the field inside it."""

    step: Path
    field: Path
    name: str  # of the step, for the list on top
    message: str
    hint: str
    is_error: bool


@dataclass(frozen=True, slots=True)
class CheckedDraft:
    """A draft's journey, where its types hold, the playbook with it, and every issue."""

    journey: Journey | None
    playbook: Playbook | None
    issues: tuple[Placed, ...]

    @property
    def errors(self) -> list[Placed]:
        """What refuses it."""
        return [i for i in self.issues if i.is_error]

    @property
    def warnings(self) -> list[Placed]:
        """What is only shown."""
        return [i for i in self.issues if not i.is_error]

    def at(self, step: Path) -> list[Placed]:
        """Return the issues of one step, or with an empty path of the journey itself."""
        return [i for i in self.issues if i.step == step]


def check_draft(value: Value, *, slug: str, playbook: Playbook) -> CheckedDraft:
    """Return what is wrong with a draft inside the active playbook; errors first."""
    try:
        journey = Journey.model_validate(value)
    except ValidationError as error:
        found = [_of_type(value, dict(e)) for e in error.errors(include_url=False)]
        return CheckedDraft(None, None, tuple(found))
    whole = playbook.model_copy(update={"journeys": {**playbook.journeys, slug: journey}})
    where = f"journeys.{slug}"
    mine = [
        _placed(value, path_of(i.where[len(where) + 1 :]), i)
        for i in journey_issues(whole)
        if i.where == where or i.where.startswith(f"{where}.")
    ]
    return CheckedDraft(journey, whole, tuple(sorted(mine, key=lambda i: not i.is_error)))


def _of_type(value: Value, error: dict[str, Any]) -> Placed:
    path = _path_in(value, error["loc"])
    message = str(error["msg"]).removeprefix("Value error, ")
    hint = ""
    if error["type"] == "extra_forbidden":
        message = f"the playbook does not know '{path[-1]}' here"
        hint = "take it away, or write it under the name the playbook knows"
    elif error["type"] == "missing":
        message = f"'{path[-1]}' is missing"
    elif error["type"] == "too_short":
        message = "at least one is needed"
    return _placed(value, path, Issue("", message, hint))


def _path_in(value: Value, loc: tuple[str | int, ...]) -> Path:
    """Return the path in the bare value; the tags of unions in pydantic's path are skipped."""
    path: Path = ()
    for number, part in enumerate(loc):
        here = found_at(value, path)
        inside = (isinstance(here, dict) and part in here) or (
            isinstance(here, list) and isinstance(part, int) and part < len(here)
        )
        if inside or number == len(loc) - 1:
            path = (*path, part)
    return path


def _placed(value: Value, path: Path, issue: Issue) -> Placed:
    step, field = step_place(path)
    told = found_at(value, step) if step else None
    name = str(told.get("step", "")) if isinstance(told, dict) else ""
    return Placed(step, field, name, issue.message, issue.hint, issue.level is Level.ERROR)


def named(issues: list[Placed]) -> list[Issue]:
    """Return the issues as a refusal tells them, each with its step's name."""
    made = [Issue("journey", i.message, i.hint) for i in issues]
    return [replace(m, message=f"{i.name}: {m.message}") if i.name else m for m, i in zip(made, issues, strict=True)]
