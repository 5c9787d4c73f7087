"""What the engine found: traits per person, segment members, who entered and left, and each run."""

from __future__ import annotations

from django.db import models

from regard.collect.fields import InstantField, JSONTextField
from regard.identify.models import Person


class Run(models.Model):
    """One cycle or refresh at (`as_of`, `upto`, playbook); results of unfinished runs are not shown."""

    class Kind(models.TextChoices):
        CYCLE = "cycle"
        REFRESH = "refresh"

    kind = models.CharField(max_length=8, choices=Kind.choices)
    as_of = InstantField()
    upto = models.BigIntegerField()
    playbook_hash = models.CharField(max_length=64)
    started_at = InstantField()
    finished_at = InstantField(null=True)
    people = models.BigIntegerField(default=0)
    took_ms = models.IntegerField(default=0)
    report = JSONTextField(default=dict)


class Standing(models.Model):
    """A person's computed traits as last published, by surviving person."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, primary_key=True, related_name="standing")
    run = models.ForeignKey(Run, on_delete=models.PROTECT, db_index=False)
    as_of = InstantField()
    traits = JSONTextField(default=dict)  # engine values: minor units, microseconds; selectors put them in words
    mark = models.BigIntegerField(default=0)  # hash of everything published about the person: equal means untouched
    value_minor = models.BigIntegerField(default=0)  # lifetime value so far
    last_touch_at = InstantField(null=True)

    class Meta:
        # A list in one of these orders reads its page off the index. On PostgreSQL that asks for two steps, those with a
        # time and then those without: DESC puts nulls first there, and an index cannot be read as NULLS LAST.
        indexes = (
            models.Index(fields=("value_minor", "person"), name="standing_by_value"),
            models.Index(fields=("last_touch_at", "person"), name="standing_by_last_touch"),
        )


class Member(models.Model):
    """Who is in which segment, from one run until another (contract 10).

    Rows are written in chunks; what is shown is what the newest finished run says: `since_run` is at most that run and
    `until_run` is none or later. After the pointer moved on, rows that ended are deleted. So readers see the whole of one
    run, and no lock is held long.
    """

    segment = models.CharField(max_length=60)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="segments")
    since_at = InstantField()
    since_run = models.BigIntegerField()
    until_run = models.BigIntegerField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("segment", "person", "since_run"), name="segment_member_once"),)
        indexes = (
            models.Index(
                fields=("until_run",),
                name="member_ended",
                condition=models.Q(until_run__isnull=False),
            ),
        )


class SegmentChange(models.Model):
    """Append-only: a person entered or left a segment. Never an input of traits (contract 3)."""

    segment = models.CharField(max_length=60)
    version = models.CharField(max_length=64)
    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, related_name="segment_changes", db_index=False
    )  # segment_change_of_person begins with it
    as_of = InstantField()
    entered = models.BooleanField()
    run = models.ForeignKey(Run, on_delete=models.PROTECT, db_index=False)

    class Meta:
        indexes = (
            models.Index(fields=("person", "as_of"), name="segment_change_of_person"),
            models.Index(fields=("segment", "as_of"), name="segment_change_of_segment"),
            models.Index(fields=("as_of",), name="segment_change_by_time"),  # each cycle asks: what is new
        )


class SegmentTally(models.Model):
    """How many entered and left a segment on a day (UTC) under one definition, and how many were in it at the last run.

    `is_first`: the run that put everybody somewhere, which moved nobody. Counts only: nothing here is of a person.
    """

    segment = models.CharField(max_length=60)
    version = models.CharField(max_length=64)
    day = models.CharField(max_length=10)
    first_at = InstantField()
    as_of = InstantField()
    entered = models.BigIntegerField(default=0)
    left = models.BigIntegerField(default=0)
    size = models.BigIntegerField(default=0)
    is_first = models.BooleanField(default=False)

    class Meta:
        indexes = (
            models.Index(fields=("segment", "as_of"), name="segment_tally_of_segment"),
            models.Index(fields=("as_of",), name="segment_tally_by_time"),
        )
