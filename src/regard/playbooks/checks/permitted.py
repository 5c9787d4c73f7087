"""The check of what messages rest on: fields within their purpose, and nothing sensitive, in every condition on the way.

What people are chosen by is use of their data as much as what is written to them. The guardrails refuse at run time
what is refused here (engine/journeys/fields.py): a purpose may be narrowed under people who are inside an older version.
"""

from __future__ import annotations

from collections.abc import Iterator

from regard.kernel.issues import Issue
from regard.playbooks.checks.resting import Rest, fields_behind, resting_of
from regard.playbooks.checks.sensitive import sensitive_mark
from regard.playbooks.checks.templates import allowed_fields
from regard.playbooks.model import Playbook
from regard.playbooks.steps import Step
from regard.playbooks.unnamed import with_unnamed


def resting_issues(playbook: Playbook) -> Iterator[Issue]:
    """Yield what people may not be chosen by, once a place and purpose; `where` is the place of the condition."""
    known = with_unnamed(playbook)
    resting, told = resting_of(known), set[tuple[str, str, str]]()
    for name, journey in playbook.journeys.items():
        for step in journey.all_steps():
            if step.bound_by() not in playbook.purposes:
                continue
            for rest in resting[name][step.step]:
                for issue in _issues(known, step, rest):
                    key = (issue.where, step.bound_by(), issue.message)
                    if key not in told:
                        told.add(key)
                        yield issue


def _issues(playbook: Playbook, step: Step, rest: Rest) -> Iterator[Issue]:
    """Yield what one step may not rest on."""
    what, purpose = _act(step), step.bound_by()
    for field in sorted(fields_behind(playbook, rest.name) - allowed_fields(playbook, purpose)):
        yield Issue(
            rest.where,
            f"{rest.words} uses the field '{field}' and leads to {what}; the purpose '{purpose}' does not allow it",
            f"add '{field}' to the fields of the purpose, if people were told so, or ask something else",
            code="field_not_allowed",
        )
    is_open = purpose in playbook.guardrails.sensitive.explicit_purposes
    if not is_open and (mark := sensitive_mark(playbook, rest.name)):
        yield Issue(
            rest.where,
            f"{rest.words} leads to {what} for '{purpose}' and rests on something sensitive: {mark}",
            "name the purpose under guardrails.sensitive.explicit_purposes if its wording speaks of it openly,"
            " or the name under not_sensitive if it only sounds like it",
            code="sensitive",
        )


def _act(step: Step) -> str:
    return f"the {'call' if step.is_telling else 'message'} '{step.step}'"
