"""Fields with provenance, tags, notes, promises and who looks after whom."""

from __future__ import annotations

from django.db import models

from regard.collect.fields import InstantField, JSONTextField, SequenceField
from regard.identify.models import Person


class FieldChange(models.Model):
    """Append-only: somebody told us a field's value. The current value is the newest by `occurred_at`, then `seq`."""

    seq = SequenceField(primary_key=True)
    # no index of its own: field_of_person begins with it
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="field_changes", db_index=False)
    name = models.CharField(max_length=80)
    value = JSONTextField(null=True)  # null: the field was taken away
    source_id = models.BigIntegerField(null=True)
    touchpoint_seq = models.BigIntegerField(null=True)
    by = models.CharField(max_length=80, blank=True)  # "customer", "staff:<id>", "import:<batch>"
    batch_id = models.BigIntegerField(null=True)
    occurred_at = InstantField()

    class Meta:
        indexes = (
            models.Index(fields=("person", "name", "occurred_at"), name="field_of_person"),
            models.Index(
                fields=("batch_id",),
                name="field_of_batch",
                condition=models.Q(batch_id__isnull=False),
            ),
        )


class Card(models.Model):
    """The fold of the field changes of all origins of a person, one row a surviving person. Rebuildable.

    A merge drops the card of the absorbed person and folds the survivor's anew; an un-merge brings both back.
    """

    person = models.OneToOneField(Person, on_delete=models.CASCADE, primary_key=True, related_name="card")
    fields = JSONTextField(default=dict)
    stamps = JSONTextField(default=dict)  # field -> [occurred_at, seq] of its newest telling
    display_name = models.CharField(max_length=255, blank=True)
    search = models.CharField(max_length=200, blank=True)  # the name in lower case, for prefix search
    search_last = models.CharField(max_length=200, blank=True)  # the same, last name first
    owner_id = models.BigIntegerField(null=True, db_index=True)  # staff.User
    updated_at = InstantField()

    class Meta:
        indexes = (
            models.Index(fields=("search", "person"), name="card_by_name"),
            models.Index(fields=("search_last", "person"), name="card_by_last_name"),
        )


class Tag(models.Model):
    """A word a person was tagged with by staff."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="tags")
    name = models.CharField(max_length=60)
    by = models.CharField(max_length=80)
    at = InstantField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("person", "name"), name="tag_once"),)
        indexes = (models.Index(fields=("name", "person"), name="tag_by_name"),)


class Note(models.Model):
    """What a colleague wrote down about a person. Internal; part of what the person may see on request."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="notes")
    text = models.TextField()
    by = models.CharField(max_length=80)
    at = InstantField()


class Promise(models.Model):
    """Something we said we would do by a time; kept, broken, or still open."""

    class State(models.TextChoices):
        OPEN = "open"
        KEPT = "kept"
        BROKEN = "broken"

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="promises")
    text = models.CharField(max_length=400)
    due_at = InstantField()
    owner_id = models.BigIntegerField(null=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    made_at = InstantField()
    made_seq = models.BigIntegerField()
    settled_at = InstantField(null=True)
    is_invented = models.BooleanField(default=False)
