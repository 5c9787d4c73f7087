"""Playbooks as applied: the active version in the database is the truth (contract 12)."""

from __future__ import annotations

from django.db import models

from regard.collect.fields import InstantField, JSONTextField
from regard.versions.contracts import DraftState


class PlaybookVersion(models.Model):
    """One applied playbook. The active one is the newest activation; rows never change."""

    seq = models.BigIntegerField(primary_key=True)
    hash = models.CharField(max_length=64, db_index=True)
    text = models.TextField()  # the YAML as applied
    activated_at = InstantField()
    by = models.CharField(max_length=80)
    note = models.CharField(max_length=200, blank=True)


class Draft(models.Model):
    """One part of the playbook (such as a journey) being changed on screen; nothing of it is in force.

    E: being edited; A: somebody else is asked to look; P: published; D: dropped.
    E --ask--> A --change--> E;  E, A --publish--> P;  E, A --drop--> D.
    """

    State = DraftState

    section = models.CharField(max_length=40)  # of the playbook: journeys
    name = models.CharField(max_length=60)  # of the part
    text = models.TextField()  # the part's value as YAML
    past = JSONTextField(default=list)  # the texts before, newest last: what undo goes back to
    base_hash = models.CharField(max_length=64)  # the playbook it was begun from
    state = models.CharField(max_length=9, choices=State.choices, default=State.EDITED)
    by = models.CharField(max_length=80)
    changed_by = models.CharField(max_length=80)
    started_at = InstantField()
    changed_at = InstantField()

    class Meta:
        indexes = (models.Index(fields=("section", "state"), name="draft_by_state"),)
