"""Asking and answering below the page: one invitation a mail, the newest answer counts, no number without people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from regard.act.models import Message
from regard.kernel.issues import Refused
from regard.listen.models import Answer, SurveyInvitation
from regard.listen.selectors import asked_by
from regard.listen.services import invite, invite_asked, record_answer
from regard.playbooks.model import Playbook

DAY = timedelta(days=1)


def test_a_survey_mail_has_one_invitation_with_its_own_id(
    playbook: Playbook,
    make_person: Callable[..., int],
    queue: Callable[..., Message],
    as_of: datetime,
) -> None:
    message = queue(make_person("ok-1@example.org"), "ask")
    queue(make_person("ok-2@example.org"), "offer")

    assert (
        invite_asked(playbook=playbook, now=as_of),
        invite_asked(playbook=playbook, now=as_of),
    ) == (1, 0)

    invitation = SurveyInvitation.objects.get()
    assert (invitation.public_id, invitation.expires_at) == (message.public_id, as_of + 30 * DAY)


def test_the_newest_answer_counts_and_every_answer_is_kept(
    playbook: Playbook, make_person: Callable[..., int], as_of: datetime
) -> None:
    survey = playbook.surveys["after-order"]
    person = make_person("ok-1@example.org")
    invitation = invite(person=person, survey="after-order", expires_days=30, now=as_of)

    for score in (2, 9):
        record_answer(invitation_id=invitation.id, survey=survey, score=score, comment="", now=as_of)

    asked = asked_by(invitation.public_id)
    assert asked is not None
    assert asked.answer is not None
    assert asked.answer.score == 9
    kept = Answer.objects.filter(person_id=person).order_by("seq")
    assert [row.score for row in kept] == [2, 9]


def test_an_expired_invitation_takes_no_answer(
    playbook: Playbook, make_person: Callable[..., int], as_of: datetime
) -> None:
    invitation = invite(person=make_person("ok-1@example.org"), survey="after-order", expires_days=1, now=as_of)

    with pytest.raises(Refused, match="expired"):
        record_answer(
            invitation_id=invitation.id,
            survey=playbook.surveys["after-order"],
            score=9,
            comment="",
            now=as_of + DAY,
        )
