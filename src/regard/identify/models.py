"""People, their identifiers and accounts, and the append-only history of who was joined with whom."""

from __future__ import annotations

from django.db import models

from regard.collect.fields import InstantField, JSONTextField


class Person(models.Model):
    """A person as first met. `survivor` is who speaks for this row now; null means the row itself, until a merge.

    Everything a stage stores hangs on the row it arrived for (the origin); readers follow `survivor`. So a merge
    moves nothing and an un-merge restores both sides.
    """

    public_id = models.UUIDField(unique=True)
    survivor = models.ForeignKey("self", on_delete=models.PROTECT, related_name="origins", null=True)
    holdout_key = models.BigIntegerField()  # random; decides the arm for ever (contract 5)
    is_known = models.BooleanField(default=False)  # has a user id, an e-mail or a phone
    created_at = InstantField()
    created_seq = models.BigIntegerField(db_index=True)
    is_sample = models.BooleanField(default=False)
    batch_id = models.BigIntegerField(null=True)  # the import that made this person, so that undo finds them

    class Meta:
        indexes = (
            models.Index(
                fields=("batch_id",),
                name="person_of_batch",
                condition=models.Q(batch_id__isnull=False),
            ),
        )


class Identifier(models.Model):
    """One id of one person. `kind` is user_id, email, phone, anonymous_id or `foreign:<system>`."""

    kind = models.CharField(max_length=60)
    value = models.CharField(max_length=255)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="identifiers")
    source_id = models.BigIntegerField(null=True)
    batch_id = models.BigIntegerField(null=True)  # the import that told us this id
    seq = models.BigIntegerField()
    first_seen_at = InstantField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("kind", "value"), name="identifier_once"),)
        indexes = (
            models.Index(
                fields=("batch_id",),
                name="identifier_of_batch",
                condition=models.Q(batch_id__isnull=False),
            ),
            models.Index(fields=("seq",), name="identifier_by_seq"),  # each cycle asks: what is new
        )


class Joining(models.Model):
    """Append-only: `absorbed` was joined into `survivor`, or parted again (merge, un-merge)."""

    class Kind(models.TextChoices):
        MERGE = "merge"
        UNMERGE = "unmerge"

    seq = models.BigIntegerField(primary_key=True)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    survivor = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    absorbed = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    undoes = models.ForeignKey("self", on_delete=models.CASCADE, null=True)
    evidence = JSONTextField(default=dict)  # which ids, seen where, under which rule
    by = models.CharField(max_length=80)  # "rule:<name>" or "staff:<id>"
    at = InstantField()


class JoinProposal(models.Model):
    """Two known people who look like one. Nothing is joined until a person decides (promise B4)."""

    class State(models.TextChoices):
        OPEN = "open"
        JOINED = "joined"
        KEPT_APART = "kept_apart"

    one = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    evidence = JSONTextField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    created_at = InstantField()
    decided_at = InstantField(null=True)
    decided_by = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("one", "other"), name="join_proposal_once"),)


class Account(models.Model):
    """A company or household behind several people (group calls)."""

    public_id = models.UUIDField(unique=True)
    external_id = models.CharField(max_length=255, unique=True)
    traits = JSONTextField(default=dict)
    stamps = JSONTextField(default=dict)  # trait -> [occurred_at, seq] of its newest telling
    created_at = InstantField()


class AccountMember(models.Model):
    """A person belongs to an account since `since_at`."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="members")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=80, blank=True)
    seq = models.BigIntegerField()
    since_at = InstantField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("account", "person"), name="member_once"),)
        indexes = (models.Index(fields=("seq",), name="account_member_by_seq"),)


class Forgotten(models.Model):
    """An erased id, as a keyed hash only: whoever sends it again makes nobody (promise D6)."""

    id_hash = models.CharField(max_length=64, primary_key=True)
    erased_at = InstantField()
