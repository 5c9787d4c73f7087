"""Making and changing a segment: rows, live counts, who would enter and leave, and saving as a new playbook version."""

from __future__ import annotations

import re

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from regard.kernel.issues import Issue, Refused
from regard.playbooks.editing.parts import drop_part, put_part
from regard.playbooks.editing.rows import Row
from regard.playbooks.segments import Segment
from regard.playbooks.vocabulary import ORDER_COMPLETED
from regard.staff.permissions import Capability
from regard.understand.selectors import (
    parse_segment,
    preview_redefinition,
    preview_segment,
    used_by,
)
from regard.versions.selectors import active_text
from regard.versions.services import apply_playbook
from regard.web.access import StaffRequest, act, page
from regard.web.people import people_shown
from regard.web.segments.builder import (
    GROUPS,
    KINDS,
    BuilderDraft,
    choices,
    definition_of,
    draft_of,
    read_draft,
    shown,
)
from regard.web.segments.names import segment_names
from regard.web.segments.page import the_playbook

FIRST_ROW = Row("did", ORDER_COMPLETED.name, "at_least", "2", "365")


@page(Capability.CHANGE_SEGMENTS)
def segment_new(request: StaffRequest) -> HttpResponse:
    """Open the builder with one row."""
    return _builder(request, BuilderDraft("all", [FIRST_ROW]))


@page(Capability.CHANGE_SEGMENTS)
def segment_edit(request: StaffRequest, slug: str) -> HttpResponse:
    """Open the builder with a segment's rows."""
    found = the_playbook(request).segments.get(slug)
    if found is None:
        raise Http404
    return _builder(request, draft_of(found), slug=slug, segment=found)


def _builder(
    request: StaffRequest,
    draft: BuilderDraft,
    *,
    slug: str = "",
    segment: Segment | None = None,
    **more: object,
) -> HttpResponse:
    playbook = the_playbook(request)
    saved = {"name": segment.name or slug, "group": segment.group, "about": segment.description} if segment else {}
    choice = choices(playbook)
    context = {
        "draft": draft,
        "rows": [shown(row, choice) for row in draft.rows],
        "groups_of": GROUPS,
        "choice": choice,
        "slug": slug,
        "saved": saved,
        **more,
    }
    return render(request, "web/segment_edit.html", context)


@page(Capability.CHANGE_SEGMENTS)
def segment_row(request: StaffRequest) -> HttpResponse:
    """Return an empty row of a kind."""
    kind = request.GET.get("kind", "did")
    row = Row(kind if kind in KINDS else "did")
    choice = choices(the_playbook(request))
    return render(request, "web/parts/builder_row.html", {"row": shown(row, choice), "choice": choice})


@act(Capability.CHANGE_SEGMENTS)
def segment_preview(request: StaffRequest) -> HttpResponse:
    """Count what the rows mean now: in total, row by row, with five people and why they match. Saves nothing."""
    playbook, slug = the_playbook(request), request.POST.get("slug", "")
    try:
        found = parse_segment(definition_of(read_draft(request.POST)))
        preview = preview_segment(found, playbook=playbook, as_of=request.now)
        known = slug in playbook.segments
        change = preview_redefinition(slug, found, playbook=playbook, as_of=request.now) if known else None
    except Refused as refused:
        return render(request, "web/parts/preview.html", {"issues": refused.issues})
    people = people_shown([s.person for s in preview.sample])
    sample = [(people[s.person], s.because) for s in preview.sample if s.person in people]
    return render(request, "web/parts/preview.html", {"preview": preview, "sample": sample, "change": change})


@act(Capability.CHANGE_SEGMENTS)
def segment_save(request: StaffRequest) -> HttpResponse:
    """Write the segment into the playbook as a new version; everything else in the text stays as it is."""
    draft, slug = read_draft(request.POST), request.POST.get("slug", "")
    name = request.POST.get("name", "").replace("\0", "").strip()[:80]
    playbook = the_playbook(request)
    old = playbook.segments.get(slug)
    if slug and old is None:
        raise Http404
    slug = slug or _slug_of(name)
    try:
        _refuse_bad_name(slug, name, is_new=old is None, taken=set(playbook.segments))
        who = definition_of(draft)
        parse_segment(who)
        value = _value(request, name, who, old)
        active = active_text()
        text = put_part(active[0] if active else "", "segments", slug, value)
        note = f"{'changed' if old else 'added'} segment {slug}"
        apply_playbook(text=text, by=f"staff:{request.user.pk}", now=request.now, note=note)
    except Refused as refused:
        kept = slug if old else ""
        return _builder(request, draft, slug=kept, segment=old, issues=refused.issues, asked_name=name)
    return HttpResponseRedirect(f"/segments/{slug}")


def _slug_of(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60]


def _refuse_bad_name(slug: str, name: str, *, is_new: bool, taken: set[str]) -> None:
    if not name or not re.fullmatch(r"[a-z][a-z0-9_-]{0,59}", slug):
        raise Refused(Issue("name", "give it a name that begins with a letter a to z"))
    if is_new and slug in taken:
        raise Refused(Issue("name", f"there is a segment '{slug}' already", "open it to change it"))


def _value(request: StaffRequest, name: str, who: object, old: Segment | None) -> dict[str, object]:
    """Return the segment as it is written; what the builder does not show is kept from before."""
    about = request.POST.get("description", "").replace("\0", "").strip()[:400]
    group = request.POST.get("heading", "").replace("\0", "").strip()[:40]
    value: dict[str, object] = {"name": name}
    value |= {"group": group} if group else {}
    value |= {"description": about} if about else {}
    value["who"] = who
    if old is not None and old.persona is not None:
        value["persona"] = old.persona.model_dump(mode="json", exclude_defaults=True)
    return value


@act(Capability.CHANGE_SEGMENTS)
def segment_delete(request: StaffRequest, slug: str) -> HttpResponse:
    """Take a segment out of the playbook, unless something names it."""
    playbook, active = the_playbook(request), active_text()
    if slug not in playbook.segments or active is None:
        raise Http404
    if users := used_by(slug, playbook=playbook):
        issue, found = (
            Issue("segment", f"it is used by {', '.join(users)}", "change those first"),
            playbook.segments[slug],
        )
        return _builder(request, draft_of(found), slug=slug, segment=found, issues=[issue])
    text = drop_part(active[0], "segments", slug)
    names = segment_names(playbook)
    apply_playbook(
        text=text,
        by=f"staff:{request.user.pk}",
        now=request.now,
        note=f"removed segment {names[slug]}",
    )
    return HttpResponseRedirect("/segments")
