"""What a new step, a new way, a new entry begins as: valid where the playbook has what it needs, else with its issue shown."""

from __future__ import annotations

from typing import Any

from regard.act.selectors import endpoint_names
from regard.playbooks.model import Playbook
from regard.web.journeys.editor.tree import Value, free_name, waits_of

_WANTED = {
    "send": "letter",
    "ask": "question",
    "wait": "wait",
    "wait_for": "wait-for-it",
    "branch": "look",
    "split": "by-chance",
    "task": "call-them",
    "approval": "ask-colleague",
    "set_field": "write-down",
    "grant_points": "thank-with-points",
    "webhook": "tell",
    "enter": "start-other",
    "leave": "leave-other",
    "exit": "end",
}


def new_step(kind: str, value: Value, playbook: Playbook, slug: str) -> Value:
    """Return a step of a kind with a free name. Raises KeyError for a kind there is none of."""
    head = {"step": free_name(value, _WANTED[kind]), "do": kind}
    return head | _body(kind, value, playbook, slug)


def _body(kind: str, value: Value, playbook: Playbook, slug: str) -> Value:
    if kind in ("send", "ask"):
        return _message(kind, value, playbook)
    if kind in ("enter", "leave"):
        other = next((name for name in playbook.journeys if name != slug), None)
        return {"journey": other} if other else {}
    bodies: dict[str, Value] = {
        "wait": {"for": "3d"},
        "wait_for": {"touchpoint": "Order Completed", "timeout": "30d"},
        "branch": {"cases": [new_way("branch", value, playbook)]},
        "split": {"ways": [{"label": "one way", "share": "50%"}, {"label": "another way", "share": "50%"}]},
        "task": {"kind": "check_in", "title": "Write or call and ask how they are", "due_in": "3d"},
        "approval": {"title": "May this person get it?", "timeout": "3d"},
        "set_field": {"field": "noted", "value": "yes"},
        "grant_points": {"points": 100, "reason": "thank you"},
        "webhook": {
            "endpoint": next(iter(endpoint_names()), "name-it-in-settings"),
            "purpose": next((n for n, p in playbook.purposes.items() if not p.can_be_left), None)
            or next(iter(playbook.purposes), ""),
            "event": f"{slug}.reached".replace("-", "_") if slug else "journey.step",
        },
        "exit": {"reason": "done"},
    }
    return bodies[kind]


def _message(kind: str, value: Value, playbook: Playbook) -> Value:
    found: Value = {}
    if kind == "send":
        name, template = next(iter(playbook.templates.items()), (None, None))
        found |= {"template": name, "purpose": template.purpose} if template else {}
    else:
        name, survey = next(iter(playbook.surveys.items()), (None, None))
        found |= {"survey": name, "purpose": survey.purpose} if survey else {}
    owner = value.get("owner")
    if not isinstance(owner, str) or owner not in playbook.company.senders:
        owner = next(iter(playbook.company.senders), None)
    return found | ({"from": owner} if owner else {})


def new_way(kind: str, value: Value, playbook: Playbook) -> Value:
    """Return another way of a branch or a split."""
    if kind == "split":
        return {"label": "one more way", "share": "10%"}
    waits = waits_of(value)
    if waits:
        return {"when": {"kind": "answered", "step": waits[-1], "at_least": 9}}
    segment = next(iter(playbook.segments), "")
    return {"when": {"kind": "in_segment", "segment": segment}}


def new_entry(kind: str, playbook: Playbook) -> Value:
    """Return another way in."""
    segment = next(iter(playbook.segments), "")
    more: dict[str, Value] = {
        "segment_entered": {"segment": segment},
        "segment_left": {"segment": segment},
        "touchpoint": {"touchpoint": "Order Completed"},
        "date": {"field": "birthday", "yearly": True},
        "silence": {"of": "60d"},
        "schedule": {"segment": segment, "every": "month"},
        "by_hand": {},
    }
    return {"on": kind, **more[kind]}


def new_exit(kind: str, playbook: Playbook) -> Value:
    """Return another way out."""
    first: Any = next(iter(playbook.segments), "") if kind != "touchpoint" else "Order Completed"
    return {kind: first, "reason": "left"}


def empty_journey(name: str, playbook: Playbook) -> Value:
    """Return a journey of one task, which is the smallest that does something for somebody."""
    owner = next(iter(playbook.company.senders), "")
    value: Value = {"name": name, "owner": owner, "entry": [{"on": "by_hand"}], "steps": []}
    value["goal"] = {"touchpoint": "Order Completed", "within": "60d"}
    value["steps"] = [new_step("task", value, playbook, "")]
    return value
