"""Segments: the list, and one segment with its people, its size over time and whom it reaches."""

from __future__ import annotations

from collections import OrderedDict

from django.http import Http404, HttpResponse
from django.shortcuts import render

from regard.directory.people import listed_people
from regard.playbooks.model import Playbook
from regard.playbooks.values.lexicon import PlaybookLexicon
from regard.staff.permissions import Capability
from regard.understand.selectors import (
    last_run,
    members_page,
    overlap,
    reach_of_segment,
    segment_list,
    size_history,
    sizes_now,
    used_by,
    versions_of,
)
from regard.web.access import StaffRequest, page
from regard.web.charts.scales import nice_top, share, step_path
from regard.web.person.decided import journey_name
from regard.web.segments.names import segment_names

SHOWN = 25


def the_playbook(request: StaffRequest) -> Playbook:
    """Return the active playbook. Raises Http404 before the first."""
    playbook = request.playbook
    if playbook is None:
        raise Http404
    return playbook


@page(Capability.SEE_SEGMENTS)
def segments(request: StaffRequest) -> HttpResponse:
    """List every segment by its heading, with its sentence and its people."""
    playbook = request.playbook
    groups: OrderedDict[str, list[object]] = OrderedDict()
    rows = segment_list(playbook=playbook, as_of=request.now) if playbook else []
    for row in rows:
        groups.setdefault(row.group or "Other", []).append((row, round(100 * row.share, 1)))
    return render(request, "web/segments.html", {"groups_of": groups, "run": last_run(), "number": len(rows)})


@page(Capability.SEE_SEGMENTS)
def segment(request: StaffRequest, slug: str) -> HttpResponse:
    """Show one segment."""
    playbook = the_playbook(request)
    if slug not in playbook.segments:
        raise Http404
    found = playbook.segments[slug]
    members = [m.person for m in members_page(slug, limit=SHOWN)]
    size = sizes_now().get(slug, 0)
    context = {
        "slug": slug,
        "segment": found,
        "name": segment_names(playbook)[slug],
        "names": segment_names(playbook),
        "words": found.who.words(PlaybookLexicon(playbook)),
        "size": size,
        "people": listed_people(members),
        "history": _history(slug, request),
        "versions": versions_of(slug),
        "used_by": [_named(user, playbook) for user in used_by(slug, playbook=playbook)],
        "run": last_run(),
    }
    return render(request, "web/segment.html", context)


def _named(user: str, playbook: Playbook) -> tuple[str, str, str]:
    """Return (kind, name, address) of what names a segment; a trait has no page of its own."""
    kind, _, slug = user.partition(" ")
    if kind == "segment":
        return kind, segment_names(playbook)[slug], f"/segments/{slug}"
    if kind == "journey":
        return kind, journey_name(playbook, slug), f"/journeys/{slug}"
    return kind, PlaybookLexicon(playbook).trait_name(slug), ""


def _history(slug: str, request: StaffRequest) -> dict[str, object] | None:
    """Return the size over time as a path in a box of 100 by 100, or None where it is one point."""
    points = size_history(slug, as_of=request.now)
    if len(points) < 2:
        return None
    start, end, top = points[0].as_of, request.now, nice_top(max(p.size for p in points))
    placed = [(share(p.as_of, start, end), round(100 - 92 * p.size / top, 2)) for p in points]
    line = step_path(placed)
    return {
        "line": line,
        "fill": f"{line}V100H{placed[0][0]}Z",
        "start": start,
        "top": round(top),
        "points": points,
    }


@page(Capability.SEE_SEGMENTS)
def segment_overlap(request: StaffRequest, slug: str) -> HttpResponse:
    """Show which other segments its people are in."""
    playbook = the_playbook(request)
    if slug not in playbook.segments:
        raise Http404
    names, size = segment_names(playbook), sizes_now().get(slug, 0) or 1
    shared = [o for o in overlap(slug) if o.shared and o.segment in names][:6]
    rows = [(o, names[o.segment], min(100, round(100 * o.shared / size))) for o in shared]
    is_reckoned = any(o.is_reckoned for o in shared)
    return render(request, "web/parts/overlap.html", {"rows": rows, "is_reckoned": is_reckoned})


@page(Capability.SEE_SEGMENTS)
def segment_reach(request: StaffRequest, slug: str) -> HttpResponse:
    """Show whom of a segment we could reach, by purpose and channel, and why not the others; worked out on the spot."""
    playbook = the_playbook(request)
    if slug not in playbook.segments:
        raise Http404
    size = sizes_now().get(slug, 0)
    rows = [
        (
            r,
            playbook.purposes[r.purpose].name,
            round(100 * r.reachable / (size or 1)),
            _why_not(r.why_not),
        )
        for r in reach_of_segment(slug, playbook=playbook, as_of=request.now)
    ]
    return render(request, "web/parts/reach.html", {"rows": rows, "size": size})


def _why_not(counts: dict[str, int]) -> str:
    named = sorted(((words, n) for words, n in counts.items() if n), key=lambda x: -x[1])
    return ", ".join(f"{n:,} {words}" for words, n in named)
