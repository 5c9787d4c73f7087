"""Reads of what people were asked and what they answered."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from regard.listen.models import Answer, SurveyInvitation


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
