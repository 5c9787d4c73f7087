"""A journey's versions as the playbook had them: what each changed, who published it, and bringing one back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from regard.staff.permissions import Capability
from regard.staff.selectors import names_of_staff
from regard.versions.drafts import (
    Value,
    active_part,
    change_draft,
    hash_of_version,
    open_drafts,
    part_of_version,
    start_draft,
)
from regard.versions.selectors import version_list
from regard.web.access import StaffRequest, act, page
from regard.web.journeys.editor.differences import JourneyChange, changes_between
from regard.web.journeys.page import head_of
from regard.web.person.timeline import by_words

MOST_LOOKED_AT = 30  # playbook versions, newest first


@dataclass(frozen=True, slots=True)
class VersionWritten:
    """One version in which the journey was written anew."""

    seq: int
    at: datetime
    by: str
    note: str
    changes: list[JourneyChange]
    is_active: bool


def versions_written(slug: str) -> list[VersionWritten]:
    """Return the versions that changed a journey, newest first, each with what it changed."""
    rows, staff = version_list(MOST_LOOKED_AT), names_of_staff()
    found: list[VersionWritten] = []
    parts: list[Value | None] = [part_of_version(r.hash, "journeys", slug) for r in rows]
    for number, row in enumerate(rows):
        before = parts[number + 1] if number + 1 < len(parts) else None
        part = parts[number]
        if part is not None and part != before:
            changes = changes_between(before, part) if before is not None else []
            by, is_active = by_words(row.by, staff), not found and part == parts[0]
            found.append(VersionWritten(row.seq, row.activated_at, by, row.note, changes, is_active))
    return found


@page(Capability.SEE_JOURNEYS)
def journey_versions(request: StaffRequest, slug: str) -> HttpResponse:
    """Show a journey's versions in the playbook with what each changed."""
    head_of(request, slug)
    context = {"slug": slug, "written": versions_written(slug)}
    return render(request, "web/parts/journey_versions.html", context)


@act(Capability.CHANGE_JOURNEYS)
def journey_bring_back(request: StaffRequest, slug: str, version: int) -> HttpResponse:
    """Make a draft of an older version and show what publishing it would change; publishing is the undo."""
    head_of(request, slug)
    digest = hash_of_version(version)
    value = part_of_version(digest, "journeys", slug) if digest else None
    if value is None or active_part("journeys", slug) is None:
        raise Http404
    by = f"staff:{request.user.pk}"
    draft = next((d for d in open_drafts("journeys") if d.name == slug), None)
    if draft is None:
        draft = start_draft(section="journeys", name=slug, value=value, by=by, now=request.now)
    else:
        change_draft(draft_id=draft.pk, change=lambda _: value, by=by, now=request.now)
    return HttpResponseRedirect(f"/journeys/drafts/{draft.pk}/publish")
