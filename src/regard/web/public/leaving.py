"""Leaving a purpose: one tap on the page, or one POST by the mail program (RFC 8058); then undo, and why if they like.

GET and HEAD change nothing. A POST needs no cookie, no login and no CSRF token, answers without a redirect, and twice is
fine (promise C7).
"""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse

from regard.act.addresses import Leaving, preferences_address, read_unsubscribe_token
from regard.act.services import come_back, leave_purpose, note_reason
from regard.identify.selectors import person_of_public
from regard.versions.selectors import active_playbook
from regard.web.public.frame import PublicRequest, language_of, opens_nothing, public, show
from regard.web.public.words import WORDS

REASONS = ("too_many", "not_for_me", "never_asked", "other")


@public("GET", "HEAD", "POST")
def leave(request: HttpRequest, token: str) -> HttpResponse:
    """Show the one button; leave, undo or take the reason on POST."""
    leaving = read_unsubscribe_token(token)
    person = person_of_public(leaving.person) if leaving else None
    if leaving is None or person is None:
        return opens_nothing(request)
    if request.method != "POST":
        return _page(request, person, leaving, "leave.html")
    now = cast(PublicRequest, request).now
    if request.POST.get("List-Unsubscribe") == "One-Click":
        leave_purpose(
            person=person,
            purpose=leaving.purpose,
            source="one-click",
            now=now,
            message=leaving.message,
        )
        return HttpResponse("You have left.\n", content_type="text/plain; charset=utf-8")
    if "undo" in request.POST:
        back = come_back(person=person, purpose=leaving.purpose, source="undo of leaving", now=now)
        return _page(request, person, leaving, "leave_undone.html" if back else "leave.html")
    if request.POST.get("reason") in REASONS:
        note_reason(
            person=person,
            purpose=leaving.purpose,
            reason=request.POST["reason"],
            now=now,
            message=leaving.message,
        )
        return _page(request, person, leaving, "leave_done.html", has_reason=True)
    leave_purpose(
        person=person,
        purpose=leaving.purpose,
        source="unsubscribe page",
        now=now,
        message=leaving.message,
    )
    return _page(request, person, leaving, "leave_done.html")


def _page(
    request: HttpRequest,
    person: int,
    leaving: Leaving,
    template: str,
    *,
    has_reason: bool = False,
) -> HttpResponse:
    playbook = active_playbook().playbook
    language = language_of(request, person, playbook)
    words = WORDS[language]
    declared = playbook.purposes.get(leaving.purpose)
    name = declared.words_in(language).name if declared else leaving.purpose
    return show(
        template,
        language=language,
        address=request.path,
        purpose=name,
        title=words["leave_title"].format(purpose=name),
        leave_button=words["leave_button"].format(purpose=name),
        left_title=words["left_title"].format(purpose=name),
        undone_text=words["undone_text"].format(purpose=name),
        reasons=[(reason, words[f"reason_{reason}"]) for reason in REASONS],
        has_reason=has_reason,
        preferences=preferences_address(leaving.person),
    )
