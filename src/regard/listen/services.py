"""Ask, and write down what was answered: each answer is a row in the person's words and a touchpoint for the loop."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_bytes

from django.db import transaction

from regard.act.models import Message
from regard.collect.deeds import Deed, record_deeds
from regard.kernel.ids import public_id, uuid7
from regard.kernel.instant import to_us
from regard.kernel.issues import Issue, Refused
from regard.listen.models import Answer, SurveyInvitation
from regard.playbooks.model import Playbook
from regard.playbooks.surveys import Survey
from regard.playbooks.vocabulary import SURVEY_ANSWERED

PREFIX = "inv"
LONGEST_COMMENT = 4000
MOST_CHANGES = 20  # of one invitation; a page that is posted to for ever fills nothing (promise F14)


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """What was written down: its sequence number and whether the person had answered before."""

    seq: int
    is_change: bool


def invite_asked(*, playbook: Playbook, now: datetime) -> int:
    """Make the invitation of every queued survey mail that has none. Its id is the message's, so the link is known.

    Idempotent; call right after `act.services.enqueue`, before anything is claimed.
    """
    made = 0
    for message in Message.objects.exclude(survey="").filter(survey_invitation__isnull=True).order_by("id"):
        survey = playbook.surveys.get(message.survey)
        days = survey.expires_days if survey else 30
        _, created = SurveyInvitation.objects.get_or_create(
            message=message,
            defaults={
                "public_id": message.public_id,
                "survey": message.survey,
                "person_id": message.person_id,
                "asked_at": now,
                "expires_at": now + timedelta(days=days),
            },
        )
        made += created
    return made


def invite(*, person: int, survey: str, expires_days: int, now: datetime) -> SurveyInvitation:
    """Invite a person outside any message: for a link given by hand."""
    return SurveyInvitation.objects.create(
        public_id=uuid7(to_us(now), token_bytes(10)),
        survey=survey,
        person_id=person,
        asked_at=now,
        expires_at=now + timedelta(days=expires_days),
    )


def record_answer(*, invitation_id: int, survey: Survey, score: int | None, comment: str, now: datetime) -> GivenAnswer:
    """Write an answer down. The same again changes nothing; a changed one is a new row, and the newest counts.

    Raises Refused where the invitation expired, the score is not on the scale, or too much was changed.
    """
    comment = _clean(comment)
    with transaction.atomic():
        invitation = SurveyInvitation.objects.select_for_update().get(id=invitation_id)
        before = list(Answer.objects.filter(invitation=invitation).order_by("seq"))
        _refuse(invitation, survey, score, before, now)
        if before and (before[-1].score, before[-1].comment) == (score, comment):
            return GivenAnswer(before[-1].seq, True)
        seq = record_deeds(deeds=[_deed(invitation, score, comment, before)], now=now)[0]
        if seq is None:
            raise RuntimeError("an answer's key was taken while its invitation was locked")
        Answer.objects.create(
            seq=seq,
            invitation=invitation,
            survey=invitation.survey,
            person_id=invitation.person_id,
            score=score,
            comment=comment,
            answered_at=now,
        )
    return GivenAnswer(seq, bool(before))


def _refuse(
    invitation: SurveyInvitation,
    survey: Survey,
    score: int | None,
    before: list[Answer],
    now: datetime,
) -> None:
    if now >= invitation.expires_at:
        raise Refused(Issue("survey", "this invitation has expired", code="expired"))
    if score is not None and score not in survey.scale:
        raise Refused(Issue("score", f"is from {survey.scale[0]} to {survey.scale[-1]}", code="not_on_scale"))
    if score is None and not before:
        raise Refused(Issue("score", "choose a number first", code="no_score"))
    if len(before) >= MOST_CHANGES:
        raise Refused(Issue("survey", "this answer was changed too often", code="too_often"))


def _deed(invitation: SurveyInvitation, score: int | None, comment: str, before: list[Answer]) -> Deed:
    properties: dict[str, object] = {
        "survey": invitation.survey,
        "invitation": public_id(PREFIX, invitation.public_id),
    }
    if comment:
        properties["comment"] = comment
    if before:
        properties["changes"] = before[-1].seq
    key = f"answer:{invitation.public_id.hex}:{len(before)}"
    return Deed(person=invitation.person_id, kind=SURVEY_ANSWERED, key=key, score=score, properties=properties)


def _clean(comment: str) -> str:
    kept = "".join(c for c in comment if c.isprintable() or c == "\n")
    return kept.strip()[:LONGEST_COMMENT]
