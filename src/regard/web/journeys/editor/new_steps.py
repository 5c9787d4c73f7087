"""What a new step, a new way, a new entry begins as: valid where the playbook has what it needs, else with its issue shown."""

from __future__ import annotations

from typing import Any

from regard.act.selectors import endpoint_names
from regard.playbooks.editing.tree import Value, free_name, waits_of
from regard.playbooks.entries import NAMED as ENTRIES
from regard.playbooks.model import Playbook
from regard.playbooks.steps import NAMED as STEPS
from regard.playbooks.values.around import Around
from regard.playbooks.vocabulary import ORDER_COMPLETED


def around_of(value: Value, playbook: Playbook, slug: str) -> Around:
    """Return what something new in a draft finds around it."""
    owner = value.get("owner")
    return Around(
        playbook,
        slug,
        owner if isinstance(owner, str) else "",
        tuple(waits_of(value)),
        tuple(endpoint_names()),
    )


def new_step(kind: str, value: Value, playbook: Playbook, slug: str) -> Value:
    """Return a step of a kind with a free name. Raises KeyError for a kind there is none of."""
    model = STEPS[kind]
    head = {"step": free_name(value, model.begins_as), "do": kind}
    return head | model.starter(around_of(value, playbook, slug))


def new_way(kind: str, value: Value, playbook: Playbook, slug: str) -> Value:
    """Return another way of a step of a kind. Raises KeyError for a kind there is none of."""
    return STEPS[kind].new_way(around_of(value, playbook, slug))


def new_entry(kind: str, playbook: Playbook) -> Value:
    """Return another way in. Raises KeyError for a kind there is none of."""
    return {"on": kind, **ENTRIES[kind].starter(Around(playbook))}


def new_exit(kind: str, playbook: Playbook) -> Value:
    """Return another way out."""
    first: Any = next(iter(playbook.segments), "") if kind != "touchpoint" else ORDER_COMPLETED.name
    return {kind: first, "reason": "left"}


def empty_journey(name: str, playbook: Playbook) -> Value:
    """Return a journey of one task, which is the smallest that does something for somebody."""
    owner = next(iter(playbook.company.senders), "")
    value: Value = {"name": name, "owner": owner, "entry": [{"on": "by_hand"}], "steps": []}
    value["goal"] = {"touchpoint": ORDER_COMPLETED.name, "within": "60d"}
    value["steps"] = [new_step("task", value, playbook, "")]
    return value
