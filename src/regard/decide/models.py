"""Who is in which journey, at which step, and every decision taken about them."""

from __future__ import annotations

from django.db import models

from regard.collect.fields import InstantField, JSONTextField
from regard.decide.tallies import DECIDED, STANDING, Counted, CountedRows
from regard.identify.models import Person


class Enrolment(Counted):
    """A person inside one version of a journey.

    active --(due step done)--> active | finished | exited;  active <--> paused.  A: active, waits until `due_at` or
    for a touchpoint; P: paused, held where they are; F: finished, ran to the end or the goal; X: exited early.
    """

    class State(models.TextChoices):
        ACTIVE = "active"
        PAUSED = "paused"
        FINISHED = "finished"
        EXITED = "exited"

    class Arm(models.TextChoices):
        TREATED = "treated"
        HELD_OUT = "held_out"

    journey = models.CharField(max_length=60)
    version = models.CharField(max_length=64)  # hash of the journey's definition
    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, related_name="enrolments", db_index=False
    )  # enrolment_once begins with it
    entry_key = models.CharField(max_length=80)  # what let them in; one enrolment a (journey, person, key)
    arm = models.CharField(max_length=8, choices=Arm.choices)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ACTIVE)
    step = models.CharField(max_length=60)  # name of the instruction to run next
    entered_at = InstantField()
    step_at = InstantField()  # arrived at `step`
    since_at = InstantField()  # what happens after this may wake a wait
    is_waiting = models.BooleanField(default=False)  # the step has begun to wait, until `due_at` at the latest
    due_at = InstantField(null=True)
    ended_at = InstantField(null=True)
    end_reason = models.CharField(max_length=60, blank=True)
    memory = JSONTextField(default=dict)  # what earlier steps learnt, e.g. the decision awaited

    tally = STANDING
    objects = CountedRows.as_manager()

    class Meta:
        base_manager_name = "objects"
        constraints = (models.UniqueConstraint(fields=("person", "journey", "entry_key"), name="enrolment_once"),)
        indexes = (
            models.Index(fields=("state", "due_at"), name="enrolment_due"),
            models.Index(fields=("journey",), name="enrolment_of_journey"),
        )


class EnrolmentTally(models.Model):
    """How many stand where: one row a place, kept in the transaction of every write (tallies.py), so nobody counts."""

    journey = models.CharField(max_length=60)
    version = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=Enrolment.State.choices)
    step = models.CharField(max_length=60)
    arm = models.CharField(max_length=8, choices=Enrolment.Arm.choices)
    people = models.BigIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("journey", "version", "state", "step", "arm"), name="enrolment_tally_once"),
        )


class JourneyVersion(models.Model):
    """Append-only: a journey as it was when a cycle first ran it. People inside finish on the version they began."""

    journey = models.CharField(max_length=60)
    version = models.CharField(max_length=64)
    definition = JSONTextField()
    first_at = InstantField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("journey", "version"), name="journey_version_once"),)


class Steering(models.Model):
    """Append-only: what a colleague decided about a journey; an input of the cycle, so it takes a number.

    pause and resume hold and release everybody; enter and leave speak of one person; approve lets a crowd through;
    move takes those inside along to another version.
    """

    class Kind(models.TextChoices):
        PAUSE = "pause"
        RESUME = "resume"
        ENTER = "enter"
        LEAVE = "leave"
        APPROVE = "approve"
        MOVE = "move"

    seq = models.BigIntegerField(primary_key=True)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    journey = models.CharField(max_length=60, db_index=True)
    step = models.CharField(max_length=60, blank=True)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, related_name="+")
    release_days = models.IntegerField(default=0)  # resume: let them go on over so many days
    version = models.CharField(max_length=64, blank=True)  # move: to which
    people = models.IntegerField(default=0)  # move: who went along
    left = models.IntegerField(default=0)  # move: who left, their step being gone
    by = models.CharField(max_length=80)
    at = InstantField()


class Passage(models.Model):
    """How many people went from a step to another (empty: the end), counted as they go. Shown, never decided on."""

    journey = models.CharField(max_length=60)
    version = models.CharField(max_length=64)
    step = models.CharField(max_length=60)
    goto = models.CharField(max_length=60, blank=True)
    people = models.BigIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("journey", "version", "step", "goto"), name="passage_once"),)


class Cycle(models.Model):
    """One run of the loop's second half at (`as_of`, `upto`, playbook): what a replay takes up again."""

    as_of = InstantField()
    upto = models.BigIntegerField()
    playbook_hash = models.CharField(max_length=64)
    started_at = InstantField()
    finished_at = InstantField(null=True)
    report = JSONTextField(default=dict)


class Decision(Counted):
    """Go or no-go for one person at one step, once for ever by `key`, with its reason."""

    class Verdict(models.TextChoices):
        GO = "go"
        NO = "no"
        WAIT = "wait"  # delayed, not refused: asked again at `retry_at`

    class Outcome(models.TextChoices):
        PLANNED = ""  # a go that nobody has carried out yet
        CLAIMED = "claimed"  # the claim said yes too: it counts under every cap from here on
        SENT = "sent"
        FAILED = "failed"
        CANCELLED = "cancelled"  # a guardrail said no at the claim
        UNCERTAIN = "uncertain"

    key = models.CharField(max_length=160, unique=True)
    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, db_index=False)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, null=True)
    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, related_name="decisions", db_index=False
    )  # decision_of_person begins with it
    journey = models.CharField(max_length=60)
    version = models.CharField(max_length=64)
    step = models.CharField(max_length=60)
    act = models.CharField(max_length=16)  # send, ask, task, ...
    channel = models.CharField(max_length=12, blank=True)
    purpose = models.CharField(max_length=60, blank=True)
    counts = models.IntegerField(default=0)  # what it counts as under caps: 1 promotion, 2 survey, 4 service
    asked_at = InstantField()  # when the step was reached; a wait keeps it
    as_of = InstantField()
    verdict = models.CharField(max_length=4, choices=Verdict.choices)
    reason = models.CharField(max_length=40)
    words = models.CharField(max_length=400)
    change = models.CharField(max_length=400, blank=True)  # what would change a no
    facts = JSONTextField(default=dict)  # the values the guardrails saw
    retry_at = InstantField(null=True)
    outcome = models.CharField(max_length=9, choices=Outcome.choices, blank=True, default=Outcome.PLANNED)
    outcome_at = InstantField(null=True)

    tally = DECIDED
    objects = CountedRows.as_manager()

    class Meta:
        base_manager_name = "objects"
        indexes = (
            models.Index(fields=("person", "as_of"), name="decision_of_person"),
            models.Index(fields=("cycle",), name="decision_of_cycle"),
        )


class DecisionTally(models.Model):
    """How many decisions stand with which verdict and reason at which step; kept like `EnrolmentTally`."""

    journey = models.CharField(max_length=60)
    step = models.CharField(max_length=60)
    verdict = models.CharField(max_length=4, choices=Decision.Verdict.choices)
    reason = models.CharField(max_length=40)
    counts = models.IntegerField(default=0)
    people = models.BigIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("journey", "step", "verdict", "reason", "counts"),
                name="decision_tally_once",
            ),
        )
