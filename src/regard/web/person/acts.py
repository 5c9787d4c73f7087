"""What staff do on a person's page: notes, tags, promises, owner, tasks, joining, export and erasure."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect

from regard.act.selectors import task_of
from regard.act.services.tasks import close_task
from regard.identify.joining import decide_proposal, unmerge
from regard.identify.selectors import joinings_of, origins_of, proposal_about
from regard.kernel.issues import Refused
from regard.profile.keeping import (
    add_note,
    add_tag,
    break_promise,
    keep_promise,
    make_promise,
    remove_tag,
)
from regard.profile.selectors import promise_of, tags_of
from regard.profile.services import assign_owner, follow_people
from regard.staff.permissions import Capability
from regard.staff.selectors import is_on_the_team
from regard.web.access import StaffRequest, act
from regard.web.person.facts import person_of

LONGEST_NOTE, LONGEST_TAG, LONGEST_LINE = 4000, 60, 400


def _back(person_id: str, place: str = "") -> HttpResponse:
    return HttpResponseRedirect(f"/customers/{person_id}{'#' + place if place else ''}")


def _text(request: StaffRequest, name: str, limit: int) -> str:
    return request.POST.get(name, "").replace("\0", "").strip()[:limit]


@act(Capability.CHANGE_PEOPLE)
def note_add(request: StaffRequest, person_id: str) -> HttpResponse:
    """Write a note."""
    text = _text(request, "text", LONGEST_NOTE)
    person = person_of(person_id)
    if text:
        add_note(person=person, text=text, by=_by(request), now=request.now)
    return _back(person_id, "timeline")


@act(Capability.CHANGE_PEOPLE)
def tag_add(request: StaffRequest, person_id: str) -> HttpResponse:
    """Tag the person."""
    name, person = _text(request, "name", LONGEST_TAG), person_of(person_id)
    if name:
        add_tag(person=person, name=name, by=_by(request), now=request.now)
    return _back(person_id)


@act(Capability.CHANGE_PEOPLE)
def tag_delete(request: StaffRequest, person_id: str, tag_id: int) -> HttpResponse:
    """Take a tag away."""
    tag = next((one for one in tags_of(origins_of(person_of(person_id))) if one.pk == tag_id), None)
    if tag is None:
        raise Http404
    remove_tag(person=tag.person_id, name=tag.name)
    return _back(person_id)


@act(Capability.CHANGE_PEOPLE)
def promise_make(request: StaffRequest, person_id: str) -> HttpResponse:
    """Write down what we promise and by when."""
    text, due, person = _text(request, "text", LONGEST_LINE), _due(request), person_of(person_id)
    if text and due:
        who = request.user.pk
        make_promise(person=person, text=text, due_at=due, by=_by(request), now=request.now, owner=who)
    return _back(person_id, "promises")


@act(Capability.CHANGE_PEOPLE)
def promise_settle(request: StaffRequest, person_id: str, promise_id: int, word: str) -> HttpResponse:
    """Say that a promise was kept or broken."""
    promise = promise_of(promise_id, origins_of(person_of(person_id)))
    settle = {"kept": keep_promise, "broken": break_promise}.get(word)
    if promise is None or settle is None:
        raise Http404
    if promise.state == "open":
        settle(promise=promise.pk, by=_by(request), now=request.now)
    return _back(person_id, "promises")


@act(Capability.CHANGE_PEOPLE)
def owner_set(request: StaffRequest, person_id: str) -> HttpResponse:
    """Say who looks after the person."""
    person = person_of(person_id)
    chosen = request.POST.get("owner", "")
    owner = int(chosen) if chosen.isdecimal() and is_on_the_team(int(chosen)) else None
    if chosen and owner is None:
        raise Http404
    assign_owner(person=person, owner=owner, by=_by(request), now=request.now)
    return _back(person_id)


@act(Capability.WORK_TASKS)
def task_close(request: StaffRequest, person_id: str, task_id: int) -> HttpResponse:
    """Close a task of this person with what came of it; an approval is granted or refused."""
    task = task_of(task_id, origins_of(person_of(person_id)))
    outcome = _text(request, "outcome", LONGEST_LINE)
    is_refused = request.POST.get("word") == "refuse"
    if task is not None and task.kind == "approval":
        outcome = outcome or ("Refused" if is_refused else "Approved")
    if task is None or not outcome:
        raise Http404
    try:
        told = request.POST.get("told") == "on"
        close_task(
            task_id=task.pk,
            outcome=outcome,
            told_customer=told,
            by=_by(request),
            now=request.now,
            dismissed=is_refused,
        )
    except Refused:
        pass  # closed in the meantime by somebody else: the page shows it
    return _back(person_id)


@act(Capability.JOIN_PEOPLE)
def joining_undo(request: StaffRequest, person_id: str, seq: int) -> HttpResponse:
    """Take two people apart who were joined."""
    person = person_of(person_id)
    if not any(j.seq == seq and j.is_standing for j in joinings_of(person)):
        raise Http404
    with transaction.atomic():
        unmerge(joining=seq, by=_by(request), now=request.now)
        follow_people(now=request.now)
    return _back(person_id, "identity")


@act(Capability.JOIN_PEOPLE)
def proposal_decide(request: StaffRequest, person_id: str, proposal_id: int, word: str) -> HttpResponse:
    """Say whether two people are one."""
    origins = origins_of(person_of(person_id))
    if not proposal_about(proposal_id, origins) or word not in ("join", "apart"):
        raise Http404
    with transaction.atomic():
        decide_proposal(proposal=proposal_id, join=word == "join", by=_by(request), now=request.now)
        follow_people(now=request.now)
    return _back(person_id, "identity")


def _by(request: StaffRequest) -> str:
    return f"staff:{request.user.pk}"


def _due(request: StaffRequest) -> datetime | None:
    """Return the due time of a form in the reader's zone, or None where it is no time to come."""
    try:
        due = datetime.fromisoformat(request.POST.get("due", "")).replace(tzinfo=request.zone)
    except ValueError:
        return None
    return due if due > request.now else None
