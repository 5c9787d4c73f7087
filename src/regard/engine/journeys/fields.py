"""Which instruction uses a field its purpose does not allow, and which rests on something sensitive.

Worked out from the playbook alone, once a program, and laid beside the instructions: so the guardrails refuse at run
time what the check would have refused, also for an older version whose purpose has been narrowed since.
"""

from __future__ import annotations

from collections.abc import Iterator

from regard.engine.journeys.instructions import Program
from regard.playbooks.checks.resting import fields_behind, older_resting, resting_of
from regard.playbooks.checks.sensitive import sensitive_mark
from regard.playbooks.checks.templates import PURCHASES, allowed_fields
from regard.playbooks.letters.language import uses_of
from regard.playbooks.model import Playbook
from regard.playbooks.steps import Step
from regard.playbooks.unnamed import with_unnamed

Place = tuple[int, int]  # (journey number, pc)


def field_terms(program: Program) -> tuple[dict[Place, str], dict[Place, str]]:
    """Return by instruction the first field its purpose forbids, and the first sensitive thing it rests on.

    What it says itself, and what people are chosen by on the way to it: doors, branches, waits, of other journeys too.
    """
    forbidden: dict[Place, str] = {}
    marks: dict[Place, str] = {}
    older = {(c.name, c.version): c.journey for c in program.journeys if not c.is_current}
    playbook = with_unnamed(program.playbook, older=older.values())
    now, before = resting_of(playbook), older_resting(playbook, older)
    known = _Known(playbook)
    for compiled in program.journeys:
        steps = {step.step: step for step in compiled.journey.all_steps()}
        resting = now[compiled.name] if compiled.is_current else before[compiled.name, compiled.version]
        for one in compiled.instructions:
            if not (one.is_message or one.is_telling) or one.step not in steps:
                continue
            place, rests = (compiled.number, one.pc), resting[one.step]
            used = tuple(fields_used(playbook, steps[one.step]))
            allowed = allowed_fields(playbook, str(one.terms.get("purpose")))
            outside = [name for name in used if name not in allowed]
            outside += [
                f"{field} ({rest.words})" for rest in rests for field in known.fields(rest.name) if field not in allowed
            ]
            if outside:
                forbidden[place] = outside[0]
            marked = [m for name in (*used, *(r.name for r in rests)) if (m := known.mark(name))]
            if marked:
                marks[place] = marked[0]
    return forbidden, marks


class _Known:
    """What each name rests on, worked out once."""

    def __init__(self, playbook: Playbook) -> None:
        self._playbook = playbook
        self._fields: dict[str, list[str]] = {}
        self._marks: dict[str, str | None] = {}

    def fields(self, name: str) -> list[str]:
        if name not in self._fields:
            self._fields[name] = sorted(fields_behind(self._playbook, name))
        return self._fields[name]

    def mark(self, name: str) -> str | None:
        if name not in self._marks:
            self._marks[name] = sensitive_mark(self._playbook, name)
        return self._marks[name]


def fields_used(playbook: Playbook, step: Step) -> Iterator[str]:
    """Yield the profile fields and traits a step uses, those of its template or survey among them."""
    yield from step.fields()
    survey = playbook.surveys.get(getattr(step, "survey", None) or "")
    yield from _fields_in(playbook, getattr(step, "template", None) or (survey.template if survey else ""))


def letter_terms(playbook: Playbook, purpose: str, template: str) -> tuple[str | None, str | None]:
    """Return the first field of a letter that the purpose forbids, and the first sensitive thing it speaks of."""
    used = tuple(_fields_in(playbook, template))
    allowed = allowed_fields(playbook, purpose)
    forbidden = next((name for name in used if name not in allowed), None)
    return forbidden, next((mark for name in used if (mark := sensitive_mark(playbook, name))), None)


def _fields_in(playbook: Playbook, name: str) -> Iterator[str]:
    template = playbook.templates.get(name)
    if template is None:
        return
    if template.products:
        yield PURCHASES
    for part in (template.subject, template.preheader, template.letter, template.sign_off):
        for text in part.values():
            yield from (use.path[1] for use in uses_of(text) if use.path[0] == "person" and len(use.path) > 1)
