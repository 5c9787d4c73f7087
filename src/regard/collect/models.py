"""The touchpoint log, where its rows come from, and the one counter that orders everything written."""

from __future__ import annotations

from django.db import models

from regard.collect.fields import InstantField, JSONTextField, SequenceField


class Direction(models.TextChoices):
    """Who spoke to whom: in = from the customer, out = to the customer, none = neither."""

    IN = "in"
    OUT = "out"
    NONE = "none"


class Actor(models.TextChoices):
    """Who acted."""

    CUSTOMER = "customer"
    STAFF = "staff"
    AUTOMATION = "automation"
    SYSTEM = "system"


class Sequence(models.Model):
    """The one counter (row 1). Its row lock makes commit order equal number order (contract 9)."""

    last = models.BigIntegerField(default=0)


class Source(models.Model):
    """Where touchpoints come from: an API source, an import, the sample, or the product itself."""

    class Kind(models.TextChoices):
        API = "api"
        IMPORT = "import"
        SAMPLE = "sample"  # real history shipped as an example
        INVENTED = "invented"  # laid over the sample by us, and said so on screen
        PRODUCT = "product"  # what Regard itself did

    name = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    created_at = InstantField()


class ApiKey(models.Model):
    """A key with one scope. Only its hash is kept; the prefix is what staff and scanners see."""

    class Scope(models.TextChoices):
        WRITE = "write"
        READ = "read"

    scope = models.CharField(max_length=8, choices=Scope.choices)
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=24)
    key_hash = models.CharField(max_length=64, unique=True)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, null=True, related_name="keys")
    created_at = InstantField()
    last_used_at = InstantField(null=True)
    revoked_at = InstantField(null=True)


class Batch(models.Model):
    """One import of one file. Undo removes exactly the rows that carry its id."""

    class State(models.TextChoices):
        RUNNING = "running"
        DONE = "done"
        STOPPED = "stopped"
        UNDONE = "undone"

    public_id = models.UUIDField(unique=True)
    kind = models.CharField(max_length=16)
    file_name = models.CharField(max_length=255)
    file_hash = models.CharField(max_length=64)
    mapping = JSONTextField(default=dict)
    state = models.CharField(max_length=8, choices=State.choices, default=State.RUNNING)
    source = models.ForeignKey(Source, on_delete=models.PROTECT)
    started_at = InstantField()
    finished_at = InstantField(null=True)
    rows_read = models.BigIntegerField(default=0)  # resume point: rows of the file dealt with so far
    rows_stored = models.BigIntegerField(default=0)
    rows_rejected = models.BigIntegerField(default=0)
    rejects_file = models.CharField(max_length=255, blank=True)


class Touchpoint(models.Model):
    """One thing that happened between a person and the company. A row never changes.

    `origin` is the person the identifiers meant on arrival (identify.Person.id); a merge points origins at a
    survivor, nothing here moves (contract 2). Money is in minor units, scores in thousandths.
    """

    seq = SequenceField(primary_key=True)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, db_index=False)
    message_id = models.CharField(max_length=255)
    origin = models.BigIntegerField()
    occurred_at = InstantField()  # corrected for clock skew
    received_at = InstantField()
    sent_at = InstantField(null=True)  # as the client said
    stamped_at = InstantField(null=True)  # the client's own timestamp, uncorrected
    name = models.CharField(max_length=255)
    channel = models.CharField(max_length=12)  # one of the vocabulary, where it happened
    direction = models.CharField(max_length=4, choices=Direction.choices)
    actor = models.CharField(max_length=10, choices=Actor.choices)
    value_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True)
    score_milli = models.BigIntegerField(null=True)
    properties = JSONTextField(default=dict)
    context = JSONTextField(default=dict)
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, null=True, db_index=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("source", "message_id"), name="touchpoint_once"),)
        indexes = (
            models.Index(fields=("origin", "occurred_at"), name="touchpoint_of_person"),
            models.Index(
                fields=("batch",),
                name="touchpoint_of_batch",
                condition=models.Q(batch__isnull=False),
            ),
        )


class Retraction(models.Model):
    """Touchpoints were removed (import undone, person erased): columnar copies made before `seq` are stale."""

    seq = models.BigIntegerField(primary_key=True)
    reason = models.CharField(max_length=16)
    at = InstantField()
    rows = models.BigIntegerField()


class Refusal(models.Model):
    """A message we refused, for staff to see: what was wrong and where, never the message itself."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, null=True)
    received_at = InstantField(db_index=True)
    code = models.CharField(max_length=40)
    message = models.CharField(max_length=255)
    position = models.IntegerField(null=True)  # place in the batch
    message_id = models.CharField(max_length=255, blank=True)


class JournalEntry(models.Model):
    """Accepted messages of one request on their way into the log (journal.py). Used on PostgreSQL only.

    On SQLite the journal is a file of its own, so that the log's write lock never delays an answer.
    """

    position = models.BigAutoField(primary_key=True)
    count = models.IntegerField()
    body = models.BinaryField()

    class Meta:
        db_table = "collect_journal"


class Parked(models.Model):
    """An accepted message that a stage could not take in: set aside so that it holds up nobody, and tried again."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, null=True)
    received_at = InstantField()
    message_id = models.CharField(max_length=255)
    entry = models.TextField()  # a journal entry with this one message
    reason = models.CharField(max_length=255)


class Cursor(models.Model):
    """How far a reader of the journal or of the log has come; moves in the reader's own transaction."""

    name = models.CharField(max_length=40, primary_key=True)
    position = models.BigIntegerField(default=0)
