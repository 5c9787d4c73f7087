"""Publishing a draft: what changes in words, whom it touches, what it needs, and who else has to look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from regard.act.selectors import endpoint_names
from regard.audit_log.services import record_entry
from regard.decide.steering.before_publishing import Publishing, preview_publishing
from regard.decide.steering.to_another_version import Crossed, Gone, move_people
from regard.kernel.issues import Issue, Refused
from regard.playbooks.journeys import Journey
from regard.playbooks.model import Playbook
from regard.staff.permissions import Capability
from regard.staff.selectors import names_of_staff
from regard.understand.selectors import segment_size
from regard.versions.contracts import DraftPart, DraftState
from regard.versions.drafts import (
    Value,
    active_part,
    ask_for_approval,
    part_of_version,
    publish_draft,
    refuse_draft,
    take_up_newer,
    value_of,
    versions_since,
)
from regard.web.access import StaffRequest, act, page
from regard.web.journeys.editor.checked import CheckedDraft, named
from regard.web.journeys.editor.differences import changes_between
from regard.web.journeys.editor.page import checked_of, the_draft
from regard.web.person.timeline import by_words
from regard.web.segments.page import the_playbook

MOVES: dict[str, Gone] = {
    "along": "stay",
    "along-or-out": "leave",
}  # what the form says -> of the gone


@dataclass(frozen=True, slots=True)
class PublishNeed:
    """One thing publishing asks for, and whether the draft has it."""

    words: str
    is_met: bool
    hint: str = ""


def needs_of(journey: Journey, playbook: Playbook) -> list[PublishNeed]:
    """Return what a journey needs before it may touch anybody."""
    rails = playbook.guardrails
    messages = [s for s in journey.all_steps() if s.is_message]
    purposes = sorted({s.bound_by() for s in messages})
    told = sorted({s.tells() for s in journey.all_steps() if s.tells()})
    share = rails.holdout if journey.holdout is None else journey.holdout
    where = "the guardrails' own" if journey.holdout is None else "its own"
    caps = ", ".join(cap.words() for cap in rails.caps)
    return [
        PublishNeed(
            "A goal, or a rule for who leaves early",
            bool(journey.goal or journey.exit_on),
            "say under 'Who comes in, who leaves' what it is for",
        ),
        PublishNeed(
            "An owner who answers for it",
            journey.owner in playbook.company.senders,
            "choose one of the company's people",
        ),
        PublishNeed(f"Held out by chance: {share:.0%}, {where}", True),
        PublishNeed(
            f"Purpose of every message: {_names(purposes, playbook)}" if messages else "It sends no message",
            all(p in playbook.purposes for p in purposes),
        ),
        PublishNeed(
            f"Within the caps: {caps}" if caps else "A cap on messages",
            bool(caps) or not messages,
            "the guardrails have none; anybody could get any number",
        ),
        *(
            [
                PublishNeed(
                    f"Systems it tells: {', '.join(told)}",
                    set(told) <= set(endpoint_names()),
                    "add what is missing in Settings, Webhooks",
                )
            ]
            if told
            else ()
        ),
    ]


def _names(purposes: list[str], playbook: Playbook) -> str:
    return ", ".join(playbook.purposes[p].name if p in playbook.purposes else p for p in purposes)


def reach_of(journey: Journey, publishing: Publishing | None) -> int:
    """Return how many people it could touch at once, counted generously: inside, and in the segments that let in."""
    waiting = sum(segment_size(e.asks_segment()) for e in journey.entry if e.is_at_once() or e.is_timed)
    return waiting + (publishing.inside if publishing else 0)


@dataclass(frozen=True, slots=True)
class Review:
    """Everything the publish page shows and the publish act asks again."""

    checked: CheckedDraft
    value: Value
    needs: list[PublishNeed]
    publishing: Publishing | None
    reach: int
    above: int | None  # the size from which a second person has to look, where it is exceeded
    is_second: bool  # this colleague is not the one who changed it last
    is_conflict: bool
    is_same: bool  # it says what runs already

    @property
    def may_publish(self) -> bool:
        """Say whether nothing stands in the way."""
        return not next(self.refusals(), None)

    def refusals(self) -> Iterator[Issue]:
        """Yield what stands in the way, each with its place."""
        yield from named(self.checked.errors)
        if self.is_same:
            yield Issue("steps", "it says the same as what runs", "change something first")
        for need in self.needs:
            if not need.is_met:
                yield Issue("needs", f"missing: {need.words[:1].lower()}{need.words[1:]}", need.hint)
        if self.is_conflict:
            yield Issue("base", "somebody else published meanwhile", "look at what changed and take it up")
        if self.above is not None and not self.is_second:
            yield Issue(
                "approval",
                f"could touch {self.reach:,} people at once: more than {self.above:,}",
                "somebody else looks at it and publishes it",
            )


def review_of(request: StaffRequest, draft: DraftPart) -> Review:
    """Return the review of a draft as this colleague sees it."""
    value = value_of(draft)
    checked, journey = checked_of(request, draft, value), None
    publishing, reach, above, needs = None, 0, None, []
    if checked.playbook is not None and checked.journey is not None:
        journey = checked.journey
        rows = preview_publishing(checked.playbook)
        publishing = next((r for r in rows if r.journey == draft.name), None)
        reach, needs = reach_of(journey, publishing), needs_of(journey, checked.playbook)
        limit = checked.playbook.guardrails.approval_above
        above = limit if limit is not None and reach > limit else None
    is_second = draft.state == DraftState.ASKED and draft.changed_by != f"staff:{request.user.pk}"
    conflict = bool(versions_since(draft))
    same = active_part(draft.section, draft.name) == value
    return Review(checked, value, needs, publishing, reach, above, is_second, conflict, same)


@page(Capability.CHANGE_JOURNEYS)
def draft_publish(request: StaffRequest, draft_id: int) -> HttpResponse:
    """Show what publishing would change and for whom."""
    return _review_page(request, the_draft(draft_id), [])


@act(Capability.CHANGE_JOURNEYS)
def draft_publish_now(request: StaffRequest, draft_id: int) -> HttpResponse:
    """Make the draft part of the active playbook, if nothing stands in the way."""
    draft = the_draft(draft_id)
    review, by = review_of(request, draft), f"staff:{request.user.pk}"
    is_new = draft.name not in the_playbook(request).journeys
    note = f"{'added' if is_new else 'changed'} journey {draft.name}"
    gone = MOVES.get(request.POST.get("move", ""))
    try:
        if refusals := list(review.refusals()):
            raise Refused(*refusals)
        with transaction.atomic():
            applied = publish_draft(draft_id=draft_id, by=by, now=request.now, note=note)
            crossed = _cross(review, draft.name, gone, by, request)
            record_entry(
                by=by,
                verb="journey publish",
                object_type="journeys",
                object_id=draft.name,
                now=request.now,
                before={"playbook": draft.base_hash[:12], "changed by": draft.changed_by},
                after={
                    "playbook": applied.hash[:12],
                    "draft": draft.pk,
                    "inside": review.reach,
                    "moved": crossed.moved,
                    "left": crossed.left,
                },
                origin="web",
            )
    except Refused as refused:
        return _review_page(request, draft, list(refused.issues))
    return HttpResponseRedirect(f"/journeys/{draft.name}")


def _cross(review: Review, name: str, gone: Gone | None, by: str, request: StaffRequest) -> Crossed:
    """Move people along as the form asked; where it asked for nothing, everybody stays."""
    journey = review.checked.journey
    if gone is None or journey is None:
        return Crossed(0, 0, 0)
    return move_people(name=name, journey=journey, gone=gone, by=by, now=request.now)


@act(Capability.CHANGE_JOURNEYS)
def draft_ask(request: StaffRequest, draft_id: int) -> HttpResponse:
    """Ask for a second person: the draft shows on the list of journeys as waiting."""
    the_draft(draft_id)
    ask_for_approval(draft_id=draft_id, now=request.now)
    return HttpResponseRedirect(f"/journeys/drafts/{draft_id}/publish")


@act(Capability.CHANGE_JOURNEYS)
def draft_refuse(request: StaffRequest, draft_id: int) -> HttpResponse:
    """Say no to a draft one was asked about, or take one's own question back: it is being edited again."""
    the_draft(draft_id)
    refuse_draft(draft_id=draft_id, now=request.now)
    return HttpResponseRedirect("/today")


@act(Capability.CHANGE_JOURNEYS)
def draft_take_up(request: StaffRequest, draft_id: int) -> HttpResponse:
    """Rest the draft on the version somebody else published meanwhile."""
    the_draft(draft_id)
    take_up_newer(draft_id=draft_id, now=request.now)
    return HttpResponseRedirect(f"/journeys/drafts/{draft_id}/publish")


def _review_page(request: StaffRequest, draft: DraftPart, refused: list[Issue]) -> HttpResponse:
    review, staff = review_of(request, draft), names_of_staff()
    since = versions_since(draft)
    theirs = active_part(draft.section, draft.name)
    begun = part_of_version(draft.base_hash, draft.section, draft.name)
    context: dict[str, Any] = {
        "draft": draft,
        "title": review.value.get("name") or draft.name,
        "is_new": draft.name not in the_playbook(request).journeys,
        "review": review,
        "checked": review.checked,
        "changes": changes_between(theirs, review.value),
        "since": [(m, by_words(m.by, staff)) for m in since],
        "theirs": changes_between(begun, theirs) if since and theirs != begun and theirs else [],
        "refused": refused,
        "changed_by": by_words(draft.changed_by, staff),
    }
    return render(request, "web/journey_publish.html", context)
