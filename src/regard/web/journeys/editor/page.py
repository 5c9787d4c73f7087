"""Editing a copy of a journey: an outline of steps, checked at every change, and the same as YAML."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from regard.collect.meanings import MEANINGS
from regard.kernel.issues import Issue, Refused
from regard.playbooks.editing.tree import Value, mark_of, shape_of
from regard.playbooks.entries import NAMED as ENTRIES
from regard.playbooks.load import read_yaml
from regard.playbooks.steps import NAMED as STEPS
from regard.staff.permissions import Capability
from regard.staff.selectors import names_of_staff
from regard.versions.contracts import DraftPart
from regard.versions.drafts import (
    active_part,
    change_draft,
    drop_draft,
    open_draft,
    open_drafts,
    start_draft,
    undo_draft,
    value_of,
    versions_since,
)
from regard.web.access import StaffRequest, act, page
from regard.web.journeys.editor.checked import CheckedDraft, check_draft
from regard.web.journeys.editor.forms import choices_of
from regard.web.journeys.editor.moves import MEANWHILE, SOMEBODY, MovedValue, asked_of, carry_out
from regard.web.journeys.editor.outline import outline_of, picture_of, settings_of
from regard.web.journeys.editor.words import EXIT_WORDS, UNITS
from regard.web.journeys.page import head_of
from regard.web.person.timeline import by_words
from regard.web.segments.page import the_playbook


def the_draft(draft_id: int) -> DraftPart:
    """Return an open draft of a journey. Raises Http404."""
    draft = open_draft(draft_id, "journeys")
    if draft is None:
        raise Http404
    return draft


def checked_of(request: StaffRequest, draft: DraftPart, value: Value) -> CheckedDraft:
    """Return a draft checked inside the active playbook."""
    return check_draft(value, slug=draft.name, playbook=the_playbook(request))


@act(Capability.CHANGE_JOURNEYS)
def journey_edit(request: StaffRequest, slug: str) -> HttpResponse:
    """Begin a copy of a journey, or go on with the one that is open; what runs is not touched."""
    head_of(request, slug)
    mine = next((d for d in open_drafts("journeys") if d.name == slug), None)
    if mine is None:
        value = active_part("journeys", slug)
        if value is None:
            raise Http404
        by = f"staff:{request.user.pk}"
        mine = start_draft(section="journeys", name=slug, value=value, by=by, now=request.now)
    return HttpResponseRedirect(f"/journeys/drafts/{mine.pk}")


@page(Capability.CHANGE_JOURNEYS)
def draft(request: StaffRequest, draft_id: int) -> HttpResponse:
    """Show a draft as an outline, or as YAML."""
    found = the_draft(draft_id)
    if request.GET.get("view") == "yaml":
        return _yaml_page(request, found, found.text, [])
    context = _context(request, found, MovedValue(value_of(found), request.GET.get("at", "")))
    return render(request, "web/journey_edit.html", context)


@act(Capability.CHANGE_JOURNEYS)
def draft_change(request: StaffRequest, draft_id: int) -> HttpResponse:
    """Carry out one change of the outline and show it as it stands then, with what is wrong at its place."""
    found, op = the_draft(draft_id), request.POST.get("op", "")
    by = f"staff:{request.user.pk}"
    is_theirs = found.changed_by != by
    asked = asked_of(request.POST, the_playbook(request), found.name, is_theirs=is_theirs)
    moved: list[MovedValue] = []

    def change(value: Value) -> Value:
        moved.append(carry_out(value, op, asked))
        return moved[-1].value

    try:
        found = change_draft(draft_id=draft_id, change=change, by=by, now=request.now)
    except Refused as refused:
        at = "settings" if op == "settings" else request.POST.get("at", "")
        issues = _signed(refused, found)
        return _answer(request, found, MovedValue(value_of(found), at), issues)
    return _answer(request, found, moved[-1], undo=bool(moved[-1].words))


@act(Capability.CHANGE_JOURNEYS)
def draft_undo(request: StaffRequest, draft_id: int) -> HttpResponse:
    """Take back the newest change."""
    the_draft(draft_id)
    found = undo_draft(draft_id=draft_id, by=f"staff:{request.user.pk}", now=request.now)
    return _answer(request, found, MovedValue(value_of(found), "", "Taken back."))


@act(Capability.CHANGE_JOURNEYS)
def draft_drop(request: StaffRequest, draft_id: int) -> HttpResponse:
    """Leave a draft; what runs was never touched."""
    the_draft(draft_id)
    drop_draft(draft_id=draft_id, now=request.now)
    return HttpResponseRedirect("/journeys")


@act(Capability.CHANGE_JOURNEYS)
def draft_yaml(request: StaffRequest, draft_id: int) -> HttpResponse:
    """Check the YAML as it is typed, or take it in place of the draft."""
    found = the_draft(draft_id)
    text = request.POST.get("yaml", found.text).replace("\0", "").replace("\r\n", "\n")
    try:
        value = read_yaml(text)
        if not isinstance(value, dict):
            raise Refused(Issue("yaml", "a journey is a mapping: name, entry, steps"))
        if request.POST.get("op") == "check":
            context = {"checked": checked_of(request, found, value)}
            return render(request, "web/parts/draft_issues.html", context)
        _refuse_unseen(found, request.POST.get("seen", ""))
        change_draft(
            draft_id=draft_id,
            change=lambda _: value,
            by=f"staff:{request.user.pk}",
            now=request.now,
        )
    except Refused as refused:
        if request.POST.get("op") == "check":
            return render(request, "web/parts/draft_issues.html", {"refused": refused.issues})
        return _yaml_page(request, found, text, _signed(refused, found))
    return HttpResponseRedirect(f"/journeys/drafts/{draft_id}")


def _refuse_unseen(found: DraftPart, seen: str) -> None:
    """Raise Refused where the draft is not the one the page was made from: nobody's change is overwritten unseen."""
    if seen and seen != mark_of(value_of(found), whole=True):
        raise Refused(Issue("yaml", MEANWHILE, "take yours over once more to put it in its place"))


def _signed(refused: Refused, found: DraftPart) -> list[Issue]:
    """Return what was refused; a change made meanwhile with the name of who made it."""
    who = by_words(found.changed_by, names_of_staff())
    return [replace(i, message=i.message.replace(SOMEBODY, who, 1)) for i in refused.issues]


def _yaml_page(request: StaffRequest, found: DraftPart, text: str, issues: list[Issue]) -> HttpResponse:
    value = value_of(found)
    context = {
        **_head(request, found, value),
        "text": text,
        "seen": mark_of(value, whole=True),
        "is_typed": text != found.text,
        "refused": issues,
        "checked": checked_of(request, found, value),
        "rows": min(40, text.count("\n") + 4),
    }
    return render(request, "web/journey_yaml.html", context)


def _answer(
    request: StaffRequest,
    found: DraftPart,
    moved: MovedValue,
    refused: list[Issue] | None = None,
    *,
    undo: bool = False,
) -> HttpResponse:
    """Return the editor as a part for htmx, else send back to the page, so that it works without script too."""
    if not request.headers.get("HX-Request"):
        if refused:
            context = _context(request, found, moved) | {"refused": refused}
            return render(request, "web/journey_edit.html", context)
        return HttpResponseRedirect(f"/journeys/drafts/{found.pk}?at={moved.opened}")
    context = _context(request, found, moved) | {"refused": refused, "can_undo": undo}
    return render(request, "web/parts/journey_editor.html", context)


def _head(request: StaffRequest, found: DraftPart, value: Value) -> dict[str, Any]:
    playbook, staff = the_playbook(request), names_of_staff()
    return {
        "draft": found,
        "title": value.get("name") or found.name,
        "is_new": found.name not in playbook.journeys,
        "is_same": active_part(found.section, found.name) == value,
        "changed_by": by_words(found.changed_by, staff),
        "steps_back": len(found.past),
    }


def _context(request: StaffRequest, found: DraftPart, moved: MovedValue) -> dict[str, Any]:
    playbook, value = the_playbook(request), moved.value
    checked, choice = (
        checked_of(request, found, value),
        choices_of(playbook, value, found.name),
    )
    settings, settings_issues = settings_of(value, checked, choice)
    return {
        **_head(request, found, value),
        "checked": checked,
        "lines": outline_of(value, checked, choice, moved.opened),
        "settings": settings,
        "settings_issues": settings_issues,
        "settings_open": moved.opened == "settings" or not value.get("steps"),
        "picture": picture_of(checked.journey, found.name, playbook) if checked.journey else None,
        "shape": shape_of(value),
        "seen": mark_of(value),
        "kinds": {name: kind.called for name, kind in STEPS.items()},
        "entries": {name: kind.called for name, kind in ENTRIES.items()},
        "exits": EXIT_WORDS,
        "units": UNITS,
        "events": sorted(MEANINGS),
        "meanwhile": bool(versions_since(found)),
        "toast": moved.words,
    }
