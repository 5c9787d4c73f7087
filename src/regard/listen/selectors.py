"""Reads of what people were asked and what they answered."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from regard.act.models import HumanTask
from regard.collect.values import read_values
from regard.listen.contracts import AnswerSaid
from regard.listen.models import Answer, SurveyInvitation
from regard.playbooks.feelings import DELIGHTED_FROM

THANKS_WITHIN = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class SurveyAsked:
    """An invitation with the answer that counts, None before the first."""

    invitation: SurveyInvitation
    answer: Answer | None


def asked_by(public_id: uuid.UUID) -> SurveyAsked | None:
    """Return the invitation of a public id with its newest answer, or None."""
    invitation = SurveyInvitation.objects.select_related("person", "message").filter(public_id=public_id).first()
    if invitation is None:
        return None
    return SurveyAsked(invitation, Answer.objects.filter(invitation=invitation).order_by("-seq").first())


def thanks_due(now: datetime) -> QuerySet[Answer]:
    """Return delighted answers of the last fortnight after which nobody thanked the person."""
    thanked = HumanTask.objects.filter(
        person=OuterRef("person"), kind="thank_you", opened_at__gte=OuterRef("answered_at")
    )
    return Answer.objects.filter(~Exists(thanked), score__gte=DELIGHTED_FROM, answered_at__gt=now - THANKS_WITHIN)


def answers_of(origins: Collection[int], *, limit: int = 20) -> list[AnswerSaid]:
    """Return the newest answers of a person, newest first."""
    rows = Answer.objects.filter(person_id__in=origins).order_by("-answered_at", "-seq")
    return read_values(AnswerSaid, rows[:limit])


def asked_and_answered(since: datetime) -> tuple[int, int, int]:
    """Return how many were asked since a time, how many answers came, and how many of those have words."""
    asked = SurveyInvitation.objects.filter(asked_at__gt=since).count()
    found = Answer.objects.filter(answered_at__gt=since).aggregate(
        number=Count("pk"), with_words=Count("pk", filter=~Q(comment=""))
    )
    return asked, found["number"], found["with_words"]
