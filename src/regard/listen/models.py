"""Invitations to answer, and the answers in the customer's own words."""

from __future__ import annotations

from django.db import models

from regard.act.models import Message
from regard.collect.fields import InstantField
from regard.identify.models import Person


class SurveyInvitation(models.Model):
    """One person was asked one survey, once; its link carries this id signed."""

    public_id = models.UUIDField(unique=True)
    survey = models.CharField(max_length=60)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="survey_invitations")
    message = models.OneToOneField(Message, on_delete=models.CASCADE, null=True, related_name="survey_invitation")
    asked_at = InstantField()
    expires_at = InstantField()

    class Meta:
        indexes = (models.Index(fields=("asked_at",), name="invitation_by_time"),)


class Answer(models.Model):
    """What the person answered. Kept as given; a changed answer is a new row, the newest counts."""

    seq = models.BigIntegerField(primary_key=True)  # of its touchpoint
    invitation = models.ForeignKey(SurveyInvitation, on_delete=models.CASCADE, null=True, related_name="answers")
    survey = models.CharField(max_length=60)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="answers")
    score = models.IntegerField(null=True)
    comment = models.TextField(blank=True)
    answered_at = InstantField()
    is_invented = models.BooleanField(default=False)

    class Meta:
        indexes = (models.Index(fields=("answered_at", "score"), name="answer_by_time"),)
