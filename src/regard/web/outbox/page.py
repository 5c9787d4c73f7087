"""The Outbox: list, one message with its basis and reason, and its letter in a frame that can do nothing."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from regard.act.contracts import MessageRow, MessageWhole
from regard.act.selectors import MESSAGE_STATES, deliveries_of, message_rows, message_whole, outbox_counts
from regard.act.services import settle_uncertain
from regard.consent.selectors import word_told
from regard.playbooks.channels import TO_SYSTEMS
from regard.playbooks.model import Playbook
from regard.staff.permissions import Capability
from regard.web.access import StaffRequest, act, page
from regard.web.framed import framed_letter
from regard.web.journeys.wording import entries_words
from regard.web.people import people_shown
from regard.web.person.decided import asked_by
from regard.web.segments.names import segment_names
from regard.web.templatetags.ui import plain
from regard.web.words import FACT_WORDS

PAGE = 50


@page(Capability.SEE_OUTBOX)
def outbox(request: StaffRequest) -> HttpResponse:
    """List messages, newest first, of one state or all."""
    state = request.GET.get("state", "")
    before = request.GET.get("before", "")
    mark = int(before) if before.isdecimal() and len(before) < 19 else None
    rows = message_rows(state=state, before=mark, limit=PAGE + 1)
    people = people_shown([m.person_id for m in rows])
    playbook = request.playbook
    asked = asked_by(rows[:PAGE], playbook)
    context = {
        "rows": [(m, people[m.person_id], asked[m.pk].words) for m in rows[:PAGE]],
        "older": rows[PAGE - 1].pk if len(rows) > PAGE else None,
        "purposes": {k: p.name for k, p in playbook.purposes.items()} if playbook else {},
        "state": state,
        "counts": outbox_counts(),
        "states": MESSAGE_STATES,
    }
    return render(request, "web/outbox.html", context)


def _message(public: str) -> MessageWhole:
    try:
        found = message_whole(uuid.UUID(public))
    except ValueError:
        found = None
    if found is None:
        raise Http404
    return found


def _came_in(found: MessageRow, playbook: Playbook | None) -> str:
    """Return what lets people into the journey a message came out of, by today's playbook; nothing where none asked."""
    journey = playbook.journeys.get(found.decision.journey) if playbook and found.decision else None
    return entries_words(journey, segment_names(playbook)) if journey else ""


@page(Capability.SEE_OUTBOX)
def message(request: StaffRequest, public: str) -> HttpResponse:
    """Show one message: where it stands, what allows it, why it was decided."""
    whole = _message(public)
    found, playbook = whole.row, request.playbook
    key, said_at = found.basis.get("consent"), found.basis.get("occurred_at")
    context = {
        "message": found,
        "whole": whole,
        "person": people_shown([found.person_id])[found.person_id],
        "asked": asked_by([found], playbook)[found.pk],
        "cause": f"{plain(found.cause_kind)} {found.cause_id}",
        "consent": word_told(key) if isinstance(key, int) else None,
        "said_at": datetime.fromisoformat(said_at) if said_at else None,
        "links": whole.links,
        "attempts": deliveries_of(found.pk) if found.channel in TO_SYSTEMS else None,
        "purpose": playbook.purposes.get(found.purpose) if playbook else None,
        "came_in": _came_in(found, playbook),
        "seen": [
            (FACT_WORDS.get(k) or plain(k), v) for k, v in (found.decision.facts if found.decision else {}).items()
        ],
    }
    return render(request, "web/message.html", context)


@act(Capability.WORK_TASKS)
def message_settle(request: StaffRequest, public: str, word: str) -> HttpResponse:
    """Write down what somebody found out about an uncertain message; it is never sent again by itself."""
    found = _message(public).row
    if word not in ("arrived", "lost"):
        raise Http404
    by = f"staff:{request.user.pk}"
    settle_uncertain(message_id=found.pk, arrived=word == "arrived", by=by, now=request.now)
    return HttpResponseRedirect(f"/outbox/{found.public_id.hex}")


@page(Capability.SEE_OUTBOX)
def message_letter(request: StaffRequest, public: str) -> HttpResponse:
    """Serve a letter for the sandboxed frame: its own styles by hash, no script, nothing from elsewhere (F5, F6)."""
    return framed_letter(_message(public).html)
