"""Which instruction uses a field its purpose does not allow, and which rests on something sensitive.

Worked out from the playbook alone, once a program, and laid beside the instructions: so the guardrails refuse at run
time what the check would have refused, also for an older version whose purpose has been narrowed since.
"""

from __future__ import annotations

from collections.abc import Iterator

from regard.engine.instructions import Compiled, Program
from regard.playbooks.letters import uses_of
from regard.playbooks.model import Playbook
from regard.playbooks.sensitive import sensitive_mark
from regard.playbooks.steps import Step
from regard.playbooks.template_check import PURCHASES, allowed_fields

Place = tuple[int, int]  # (journey number, pc)


def field_terms(program: Program) -> tuple[dict[Place, str], dict[Place, str]]:
    """Return by instruction the first field its purpose forbids, and the first sensitive thing it rests on."""
    forbidden: dict[Place, str] = {}
    marks: dict[Place, str] = {}
    for compiled in program.journeys:
        steps = {step.step: step for step in compiled.journey.all_steps()}
        resting = tuple(_rests_on(compiled))
        for one in compiled.instructions:
            if not (one.is_message or one.is_telling) or one.step not in steps:
                continue
            used = tuple(fields_used(program.playbook, steps[one.step]))
            allowed = allowed_fields(program.playbook, str(one.terms.get("purpose")))
            outside = [name for name in used if name not in allowed]
            if outside:
                forbidden[compiled.number, one.pc] = outside[0]
            marked = [
                m for name in (*used, *resting) if (m := sensitive_mark(program.playbook, name))
            ]
            if marked:
                marks[compiled.number, one.pc] = marked[0]
    return forbidden, marks


def fields_used(playbook: Playbook, step: Step) -> Iterator[str]:
    """Yield the profile fields and traits a step uses, those of its template or survey among them."""
    yield from step.fields()
    survey = playbook.surveys.get(getattr(step, "survey", None) or "")
    template = playbook.templates.get(
        getattr(step, "template", None) or (survey.template if survey else "")
    )
    if template is None:
        return
    if template.products:
        yield PURCHASES
    for part in (template.subject, template.preheader, template.letter, template.sign_off):
        for text in part.values():
            yield from (
                use.path[1]
                for use in uses_of(text)
                if use.path[0] == "person" and len(use.path) > 1
            )


def _rests_on(compiled: Compiled) -> Iterator[str]:
    """Yield the segments by which people come into a journey, as `segment:<name>`."""
    for entry in compiled.journey.entry:
        if segment := getattr(entry, "segment", None):
            yield f"segment:{segment}"
    if compiled.journey.only_if:
        yield f"segment:{compiled.journey.only_if}"
