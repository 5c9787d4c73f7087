"""Messages from claim to record, links in them, and tasks for people."""

from __future__ import annotations

from django.db import models

from regard.collect.fields import InstantField, JSONTextField
from regard.decide.models import Decision
from regard.identify.models import Person


class Message(models.Model):
    """One message to one person for one request (promises, section 4); a decision of a journey is one sort of request.

    Q --claim--> C --begin--> B --record--> S | R | D;  D --claim, when due--> C;  Q, D --claim says no--> X;
    C past its lease --> Q;  B past its lease --> U (marketing, never resent) or Q (same Message-ID);  P never moves.

    Q: queued, nobody has it.  C: claimed by a worker until `lease_until`, nothing handed over yet.  B: claimed and
    `begun_at` is set: what became of it is only known once it is recorded.  S: sent.  R: refused by the other side.
    D: deferred, asked again at `due_at`.  X: cancelled by a guardrail or a withdrawal.  U: uncertain, a person
    settles it.  P: sample, rendered for show, has no transport.
    """

    class State(models.TextChoices):
        QUEUED = "queued"
        CLAIMED = "claimed"
        SENT = "sent"
        REFUSED = "refused"
        DEFERRED = "deferred"
        UNCERTAIN = "uncertain"
        CANCELLED = "cancelled"
        SAMPLE = "sample"

    class Kind(models.TextChoices):
        """What it is, and so which guardrails it is asked (engine/journeys/kinds.py)."""

        PROMOTION = "promotion"
        SURVEY = "survey"
        SERVICE = "service"
        REPLY = "reply"
        STATEMENT = "statement"
        CALL = "call"  # to another system, about somebody
        MARKETING_CALL = "marketing_call"

    # What was asked, as the request said it; none of it changes.
    key = models.CharField(max_length=200, unique=True)  # the same request asked twice is one message
    kind = models.CharField(max_length=16, choices=Kind.choices)
    cause_kind = models.CharField(max_length=20)  # what it was asked because of: decision, touchpoint, consent, ...
    cause_id = models.CharField(max_length=80)  # which one: a decision's id, a touchpoint's number
    decision = models.OneToOneField(Decision, on_delete=models.CASCADE, null=True, related_name="message")
    asked_by = models.CharField(max_length=80)  # "journey:<name>", "staff:<id>", or the room that asked
    given = JSONTextField(default=dict)  # values for the template, or the words somebody wrote
    public_id = models.UUIDField(unique=True)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="messages")
    channel = models.CharField(max_length=12)
    purpose = models.CharField(max_length=60)
    is_marketing = models.BooleanField(default=True)
    may_repeat = models.BooleanField(default=False)  # transactional: a second copy under one Message-ID does no harm
    template = models.CharField(max_length=60, blank=True)  # empty: somebody wrote the words themselves
    survey = models.CharField(max_length=60, blank=True)  # the survey it asks, if it asks one
    signed_by = models.CharField(max_length=60, blank=True)  # the sender's name in the playbook
    language = models.CharField(max_length=12, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    address = models.CharField(max_length=255, blank=True)
    sender = models.CharField(max_length=255, blank=True)
    subject = models.CharField(max_length=255, blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    message_id_header = models.CharField(max_length=255, unique=True, null=True)
    basis = JSONTextField(default=dict)  # consent row, wording, state at sending (promise D1)
    queued_at = InstantField()
    due_at = InstantField(db_index=True)
    claimed_at = InstantField(null=True)
    lease_until = InstantField(null=True)
    claimed_by = models.CharField(max_length=60, blank=True)
    claimed_seq = models.BigIntegerField(default=0)  # all that was known when the guardrails said yes
    begun_at = InstantField(null=True)  # handing over began; before this nothing can have left
    tries = models.IntegerField(default=0)
    sent_at = InstantField(null=True, db_index=True)
    transport = models.CharField(max_length=120, blank=True)  # "smtp:<host>" or "outbox"
    note = models.CharField(max_length=400, blank=True)  # the server's answer or the reason of the end

    class Meta:
        indexes = (
            models.Index(fields=("state", "due_at"), name="message_due"),
            models.Index(fields=("person", "channel", "sent_at"), name="message_cap"),
            models.Index(fields=("is_marketing", "sent_at"), name="message_sent_lately"),
            models.Index(fields=("cause_kind", "cause_id"), name="message_of_cause"),
        )


class Link(models.Model):
    """A link in a message; click tracking redirects only to these (promise F9)."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="links")
    position = models.IntegerField()
    url = models.TextField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("message", "position"), name="link_once"),)


class HumanTask(models.Model):
    """Something a person must do for a person, with the whole context so nothing is asked twice.

    open -> done | dismissed;  open <-> snoozed until a time.
    """

    class State(models.TextChoices):
        OPEN = "open"
        DONE = "done"
        DISMISSED = "dismissed"

    public_id = models.UUIDField(unique=True)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="tasks")
    decision = models.OneToOneField(Decision, on_delete=models.CASCADE, null=True, related_name="task")
    kind = models.CharField(max_length=40)  # complaint, check_in, approval, thank_you, ...
    title = models.CharField(max_length=200)
    context = JSONTextField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    pauses_promotions = models.BooleanField(default=False)
    owner_id = models.BigIntegerField(null=True, db_index=True)
    minutes = models.IntegerField(default=10)  # expected effort
    opened_at = InstantField()
    opened_seq = models.BigIntegerField()
    due_at = InstantField(null=True)
    snoozed_until = InstantField(null=True)
    closed_at = InstantField(null=True)
    closed_seq = models.BigIntegerField(null=True)
    closed_by = models.CharField(max_length=80, blank=True)
    outcome = models.CharField(max_length=400, blank=True)
    told_customer = models.BooleanField(null=True)
    is_invented = models.BooleanField(default=False)

    class Meta:
        indexes = (
            models.Index(fields=("state", "due_at"), name="task_due"),
            models.Index(fields=("kind", "opened_at"), name="task_of_kind"),
        )


class Endpoint(models.Model):
    """Another system that webhooks tell, under the name playbooks use. Its signing key is derived, never stored.

    O: open, told what is due.  P: paused after failures in a row, until `paused_until`; one more failure pauses it for
    longer, one answer of yes ends it.  F: switched off by a colleague or because it answered 410 for good.
    O --failures--> P --time--> O;  O, P --switch off | 410--> F --switch on--> O.
    """

    public_id = models.UUIDField(unique=True)
    name = models.CharField(max_length=60, unique=True)
    url = models.CharField(max_length=500)
    allowed_range = models.CharField(max_length=60, blank=True)  # private addresses the owner allows
    generation = models.IntegerField(default=1)  # of the signing key; one more for each exchange
    exchanged_at = InstantField(null=True)  # the key before signs too for a day from here
    created_at = InstantField()
    created_by = models.CharField(max_length=80)
    off_at = InstantField(null=True)
    off_because = models.CharField(max_length=120, blank=True)
    failures = models.IntegerField(default=0)  # in a row
    paused_until = InstantField(null=True)
    last_yes_at = InstantField(null=True)


class Delivery(models.Model):
    """One attempt to tell an endpoint something, and how it ended; pruned after a month."""

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="deliveries")
    message = models.ForeignKey(
        Message, on_delete=models.CASCADE, null=True, related_name="deliveries"
    )  # null: a test from Settings
    at = InstantField(db_index=True)
    outcome = models.CharField(max_length=10)  # sent, refused, deferred, unknown
    status = models.IntegerField(null=True)  # of the answer; null where none came
    took_ms = models.IntegerField()
    note = models.CharField(max_length=200, blank=True)
