"""Journeys: the list, and one journey as it runs, its people and its history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.http import Http404, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render

from regard.decide.facts.programs import paused_journeys
from regard.decide.selectors import journey_list, journey_outline, steerings_of, versions_of, waiting_turns
from regard.decide.steering.acts import MOST_RELEASE_DAYS, approve_step, pause_journey, resume_journey
from regard.decide.steering.releasing import preview_release
from regard.decide.steering.to_another_version import crossing_of, move_people
from regard.playbooks.journeys import Journey
from regard.playbooks.model import Playbook
from regard.staff.permissions import Capability
from regard.staff.selectors import names_of_staff
from regard.web.access import StaffRequest, act, page
from regard.web.csv_lists import streamed_csv
from regard.web.journeys.drafts_shown import drafts_shown
from regard.web.journeys.drawn import draw
from regard.web.journeys.helped import helped_of
from regard.web.journeys.listed import listed
from regard.web.journeys.people import people_lines, people_of
from regard.web.journeys.wording import exit_words, goal_words
from regard.web.person.timeline import by_words
from regard.web.segments.names import segment_names
from regard.web.templatetags.ui import span

NEEDS_WORD = "needs_approval"
TABS = {
    "": "Live",
    "simulate": "Simulate",
    "people": "People",
    "words": "Words",
    "history": "History",
}


@dataclass(frozen=True, slots=True)
class Head:
    """What stands on top of every tab of a journey."""

    slug: str
    journey: Journey
    playbook: Playbook
    owner: str
    is_paused: bool
    goal: str
    turns: int = 0  # resumed over days: how many still wait for theirs


def head_of(request: StaffRequest, slug: str) -> Head:
    """Return the head of a journey. Raises Http404 for one that is not in the playbook."""
    playbook = request.playbook
    journey = playbook.journeys.get(slug) if playbook else None
    if playbook is None or journey is None:
        raise Http404
    sender = playbook.company.senders.get(journey.owner)
    is_paused = slug in paused_journeys()
    return Head(
        slug,
        journey,
        playbook,
        sender.name if sender else journey.owner,
        is_paused,
        goal_words(journey.goal),
        0 if is_paused else waiting_turns(slug),
    )


@page(Capability.SEE_JOURNEYS)
def journeys(request: StaffRequest) -> HttpResponse:
    """List every journey with who is inside and what came of it."""
    playbook = request.playbook
    rows = journey_list(playbook) if playbook else []
    context = listed(rows, playbook, request.GET) | {"drafts": drafts_shown(request)}
    return render(request, "web/journeys.html", context)


@page(Capability.SEE_JOURNEYS)
def journey(request: StaffRequest, slug: str) -> HttpResponse:
    """Show a journey as it runs: picture, outline, held back and why, whether it helps."""
    head = head_of(request, slug)
    outline = journey_outline(head.playbook, slug)
    if outline is None:
        raise Http404
    context = {
        "head": head,
        "tabs": TABS,
        "tab": "",
        "outline": outline,
        "picture": draw(outline, segment_names(head.playbook)),
        "helped": helped_of(slug),
        "held": [h for h in outline.held if not h.is_delay],
        "delayed": [h for h in outline.held if h.is_delay],
        "exits": [exit_words(e, segment_names(head.playbook)) for e in head.journey.exit_on],
        "crossing": crossing_of(slug, head.journey)
        if any(version != head.journey.version for version, _ in outline.versions)
        else None,
        "waiting_for_a_word": [
            s.step for s in outline.steps if any(h.code == NEEDS_WORD and h.is_delay for h in s.held)
        ],
    }
    return render(request, "web/journey.html", context)


@act(Capability.CHANGE_JOURNEYS)
def journey_approve(request: StaffRequest, slug: str, step: str) -> HttpResponse:
    """Let a step go out to more people than the guardrails allow without a second pair of eyes."""
    head = head_of(request, slug)
    if step not in {s.step for s in head.journey.all_steps()}:
        raise Http404
    approve_step(journey=slug, step=step, by=f"staff:{request.user.pk}", now=request.now)
    return HttpResponseRedirect(f"/journeys/{slug}")


@act(Capability.CHANGE_JOURNEYS)
def journey_move(request: StaffRequest, slug: str) -> HttpResponse:
    """Move who is inside on older versions along to the one that runs; those at a step that is gone as the form says."""
    head, gone = head_of(request, slug), request.POST.get("gone", "stay")
    if gone not in ("stay", "leave"):
        raise Http404
    move_people(
        name=slug,
        journey=head.journey,
        gone="leave" if gone == "leave" else "stay",
        by=f"staff:{request.user.pk}",
        now=request.now,
    )
    return HttpResponseRedirect(f"/journeys/{slug}")


@act(Capability.CHANGE_JOURNEYS)
def journey_pause(request: StaffRequest, slug: str) -> HttpResponse:
    """Hold everybody in a journey where they are."""
    head_of(request, slug)
    pause_journey(journey=slug, by=f"staff:{request.user.pk}", now=request.now)
    return HttpResponseRedirect(f"/journeys/{slug}")


@page(Capability.CHANGE_JOURNEYS)
def journey_resume_preview(request: StaffRequest, slug: str) -> HttpResponse:
    """Say what letting everybody go on over so many days would do. Writes nothing."""
    head_of(request, slug)
    days = _days(request.GET.get("days", ""))
    release = preview_release(journey=slug, now=request.now, days=days)
    every = span(timedelta(microseconds=release.every_us))
    context = {"release": release, "days": days, "every": every}
    return render(request, "web/parts/resume_preview.html", context)


def _days(told: str) -> int:
    return min(int(told), MOST_RELEASE_DAYS) if told.isdecimal() and len(told) < 3 else 0


@act(Capability.CHANGE_JOURNEYS)
def journey_resume(request: StaffRequest, slug: str) -> HttpResponse:
    """Let everybody go on, at once or spread over some days."""
    head_of(request, slug)
    by, days = f"staff:{request.user.pk}", _days(request.POST.get("days", ""))
    resume_journey(journey=slug, by=by, now=request.now, release_days=days)
    return HttpResponseRedirect(f"/journeys/{slug}")


@page(Capability.SEE_JOURNEYS)
def journey_people(request: StaffRequest, slug: str) -> HttpResponse:
    """List who is or was in a journey, newest first."""
    head = head_of(request, slug)
    context = {"head": head, "tabs": TABS, "tab": "people", **people_of(slug, request.GET)}
    return render(request, "web/journey_people.html", context)


@page(Capability.EXPORT_LISTS)
def journey_people_csv(request: StaffRequest, slug: str) -> StreamingHttpResponse:
    """Stream who is or was in a journey as CSV, with the filters of the page."""
    head_of(request, slug)
    return streamed_csv(request, people_lines(slug, request.GET), f"{slug}-people.csv")


@page(Capability.SEE_JOURNEYS)
def journey_history(request: StaffRequest, slug: str) -> HttpResponse:
    """Show a journey's versions and what colleagues did to it."""
    head = head_of(request, slug)
    staff = names_of_staff()
    context = {
        "head": head,
        "tabs": TABS,
        "tab": "history",
        "versions": versions_of(slug),
        "steering": [(s, by_words(s.by, staff)) for s in steerings_of(slug)],
        "now": head.journey.version,
    }
    return render(request, "web/journey_history.html", context)
