"""Grants and withdrawals, suppression and restriction: append-only rows; every state is a fold of them."""

from __future__ import annotations

from django.db import models

from regard.collect.fields import InstantField, JSONTextField
from regard.identify.models import Person


class Consent(models.Model):
    """Append-only: a person granted or withdrew a purpose on a channel ('*' is every channel)."""

    class State(models.TextChoices):
        GRANTED = "granted"
        WITHDRAWN = "withdrawn"

    seq = models.BigIntegerField(primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=60)
    channel = models.CharField(max_length=12, default="*")
    state = models.CharField(max_length=10, choices=State.choices)
    source = models.CharField(max_length=80)  # "preference page", "one-click", "import:<batch>", "api:<source>"
    wording = models.CharField(max_length=40, blank=True)  # version of the text that was shown
    wording_text = models.TextField(blank=True)
    evidence = JSONTextField(default=dict)
    batch_id = models.BigIntegerField(null=True)
    occurred_at = InstantField()
    recorded_at = InstantField()
    is_invented = models.BooleanField(default=False)

    class Meta:
        indexes = (
            models.Index(fields=("person", "purpose", "channel"), name="consent_of_person"),
            # Each cycle asks: which words, known before, count only now.
            models.Index(fields=("recorded_at",), name="consent_by_time"),
        )


class Suppression(models.Model):
    """Append-only: an address is not to be written to (or is again), as a keyed hash."""

    seq = models.BigIntegerField(primary_key=True)
    address_hash = models.CharField(max_length=64, db_index=True)
    channel = models.CharField(max_length=12)
    scope = models.CharField(max_length=12, default="marketing")  # marketing | all
    reason = models.CharField(max_length=40)  # hard_bounce, complaint, staff, erased
    lifted = models.BooleanField(default=False)
    at = InstantField()


class Restriction(models.Model):
    """Append-only: processing of a person is restricted (Art. 18) or objected to (Art. 21), or free again."""

    class Kind(models.TextChoices):
        RESTRICTED = "restricted"
        OBJECTED = "objected"

    seq = models.BigIntegerField(primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="restrictions")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    lifted = models.BooleanField(default=False)
    by = models.CharField(max_length=80)
    at = InstantField()
