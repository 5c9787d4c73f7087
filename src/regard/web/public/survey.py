"""The survey page: one question, an answer that counts only after a tap, then room for words.

Opening the page, from a mail or by a scanner, changes nothing; only a POST does. `?a=9` from the mail's link merely
prepares the answer.
"""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse

from regard.act.addresses import preferences_address, read_survey_token
from regard.kernel.issues import Refused
from regard.listen.selectors import SurveyAsked, asked_by
from regard.listen.services import LONGEST_COMMENT, record_answer
from regard.playbooks.model import Playbook
from regard.playbooks.surveys import Survey
from regard.versions.selectors import active_playbook
from regard.web.public.frame import (
    PublicRequest,
    day_words,
    go_to,
    language_of,
    opens_nothing,
    public,
    show,
    text_in,
    too_fast,
)
from regard.web.public.limits import POSTS_A_LINK
from regard.web.public.words import WORDS


@public("GET", "HEAD", "POST")
def survey(request: HttpRequest, token: str) -> HttpResponse:
    """Ask, take the answer, thank."""
    invitation = read_survey_token(token)
    asked = asked_by(invitation) if invitation else None
    playbook = active_playbook().playbook
    declared = playbook.surveys.get(asked.invitation.survey) if asked else None
    if asked is None or declared is None:
        return opens_nothing(request)
    language = language_of(request, asked.invitation.person_id, playbook)
    if cast(PublicRequest, request).now >= asked.invitation.expires_at:
        return _expired(asked, language)
    if request.method == "POST":
        return _take(cast(PublicRequest, request), asked, declared, language)
    return _ask(request, asked, declared, playbook, language)


def _take(request: PublicRequest, asked: SurveyAsked, declared: Survey, language: str) -> HttpResponse:
    if not POSTS_A_LINK.allows(asked.invitation.public_id.hex, request.now):
        return too_fast(language)
    before = asked.answer
    score = _number(request.POST.get("score"))
    if score is None and before is not None:
        score = before.score
    comment = request.POST.get("comment", before.comment if before else "")[: LONGEST_COMMENT * 2]
    try:
        record_answer(
            invitation_id=asked.invitation.id,
            survey=declared,
            score=score,
            comment=comment,
            now=request.now,
        )
    except Refused as refused:
        if any(issue.code == "too_often" for issue in refused.issues):
            return too_fast(language)
        return go_to(request.path)  # no number, or one that is not on the scale: the question again
    return go_to(request.path)


def _ask(request: HttpRequest, asked: SurveyAsked, declared: Survey, playbook: Playbook, language: str) -> HttpResponse:
    answer = asked.answer
    wants_change = "change" in request.GET
    prepared = _number(request.GET.get("a"))
    words = WORDS[language]
    context: dict[str, Any] = {
        "title": words["survey_title"],
        "question": text_in(declared.question, language, playbook),
        "low": text_in(declared.low, language, playbook),
        "high": text_in(declared.high, language, playbook),
        "scale": list(declared.scale),
        "address": request.path,
        "who_reads": _who_reads(asked, playbook, words),
        "preferences": preferences_address(asked.invitation.person.public_id),
    }
    if answer is not None and not wants_change and (prepared is None or prepared == answer.score):
        low, high = declared.scale[0], declared.scale[-1]
        return show(
            "survey_thanks.html",
            language=language,
            **context,
            answer=answer,
            your_answer=words["your_answer"].format(score=answer.score),
            of_scale=words["of_scale"].format(low=low, high=high),
            thanks=text_in(declared.thanks, language, playbook) or words["thanks"],
            follow_up=text_in(declared.follow_up, language, playbook),
            longest=LONGEST_COMMENT,
        )
    chosen = prepared if prepared in declared.scale else (answer.score if answer else None)
    return show(
        "survey.html",
        language=language,
        **context,
        chosen=chosen,
        is_prepared=prepared in declared.scale,
        you_tapped=words["you_tapped"].format(score=chosen),
        send_score=words["send_score"].format(score=chosen),
    )


def _expired(asked: SurveyAsked, language: str) -> HttpResponse:
    words = WORDS[language]
    asked_on = day_words(asked.invitation.asked_at, language)
    ended_on = day_words(asked.invitation.expires_at, language)
    text = words["expired"].format(day=asked_on, end=ended_on)
    return show("note.html", language=language, status=410, title=words["expired_title"], text=text)


def _who_reads(asked: SurveyAsked, playbook: Playbook, words: dict[str, str]) -> str:
    signed_by = asked.invitation.message.signed_by if asked.invitation.message else ""
    sender = playbook.company.senders.get(signed_by)
    return words["who_reads"].format(sender=sender.name) if sender else ""


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdecimal() and len(text) <= 3 else None
