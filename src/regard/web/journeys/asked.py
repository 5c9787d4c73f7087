"""What waits for a second pair of eyes: drafts somebody asked about, and steps that would go to a crowd.

Shown on Today with the two acts each has, so that nobody has to find the journey first.
"""

from __future__ import annotations

from dataclasses import dataclass

from regard.decide.selectors import waiting_for_approval
from regard.kernel.issues import Refused
from regard.playbooks.model import Playbook
from regard.staff.permissions import Capability, may
from regard.staff.selectors import names_of_staff
from regard.versions.contracts import DraftPart, DraftState
from regard.versions.drafts import open_drafts, value_of
from regard.web.access import StaffRequest
from regard.web.person.timeline import by_words
from regard.web.templatetags.ui import ago, count


@dataclass(frozen=True, slots=True)
class WordAsked:
    """One request: what it is about, who asks, where to look, and the two acts. An act without address is not theirs."""

    key: str
    title: str
    why: str
    look: str
    yes: str
    yes_words: str
    no: str
    no_words: str


def asked_of(request: StaffRequest) -> list[WordAsked]:
    """Return what waits for somebody who may change journeys, drafts first; nothing for those who may not."""
    if request.playbook is None or not may(request.user.role, Capability.CHANGE_JOURNEYS):
        return []
    return [*_drafts(request), *_crowds(request.playbook)]


def _drafts(request: StaffRequest) -> list[WordAsked]:
    waiting = [d for d in open_drafts("journeys") if d.state == DraftState.ASKED]
    names = names_of_staff() if waiting else {}
    return [_draft(d, names, f"staff:{request.user.pk}") for d in waiting]


def _draft(draft: DraftPart, names: dict[int, str], me: str) -> WordAsked:
    try:
        title = str(value_of(draft).get("name") or draft.name)
    except Refused:
        title = draft.name
    is_mine = draft.changed_by == me
    who = "You asked" if is_mine else f"{by_words(draft.changed_by, names)} asks"
    wait = "; somebody else has to look" if is_mine else ""
    place = f"/journeys/drafts/{draft.pk}"
    return WordAsked(
        key=f"draft-{draft.pk}",
        title=f"Publish {title}?",
        why=f"{who}, {ago(draft.changed_at)}: it could touch a crowd{wait}.",
        look=f"{place}/publish",
        yes="" if is_mine else f"{place}/publish/now",
        yes_words="Approve and publish",
        no=f"{place}/refuse",
        no_words="Take the question back" if is_mine else "Refuse",
    )


def _crowds(playbook: Playbook) -> list[WordAsked]:
    limits = playbook.guardrails
    if limits.approval_above is None and limits.tasks_without_approval is None:
        return []
    return [_crowd(playbook, journey, step, n) for journey, step, n in waiting_for_approval(playbook)]


def _crowd(playbook: Playbook, journey: str, step: str, people: int) -> WordAsked:
    name = playbook.journeys[journey].name
    return WordAsked(
        key=f"crowd-{journey}-{step}",
        title=f"Let {step} of {name} go out?",
        why=f"{count(people)} wait: more than the guardrails allow without a second pair of eyes.",
        look=f"/journeys/{journey}",
        yes=f"/journeys/{journey}/approve/{step}",
        yes_words="Approve",
        no=f"/journeys/{journey}/pause",
        no_words="Pause the journey",
    )
