"""Reads of what people were asked and what they answered."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet

from regard.act.models import HumanTask
from regard.listen.models import Answer, SurveyInvitation
from regard.playbooks.feelings import DELIGHTED_FROM

THANKS_WITHIN = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Asked:
    """An invitation with the answer that counts, None before the first."""

    invitation: SurveyInvitation
    answer: Answer | None


def asked_by(public_id: uuid.UUID) -> Asked | None:
    """Return the invitation of a public id with its newest answer, or None."""
    invitation = SurveyInvitation.objects.select_related("person", "message").filter(public_id=public_id).first()
    if invitation is None:
        return None
    return Asked(invitation, Answer.objects.filter(invitation=invitation).order_by("-seq").first())


def thanks_due(now: datetime) -> QuerySet[Answer]:
    """Return delighted answers of the last fortnight after which nobody thanked the person."""
    thanked = HumanTask.objects.filter(
        person=OuterRef("person"), kind="thank_you", opened_at__gte=OuterRef("answered_at")
    )
    return Answer.objects.filter(~Exists(thanked), score__gte=DELIGHTED_FROM, answered_at__gt=now - THANKS_WITHIN)
