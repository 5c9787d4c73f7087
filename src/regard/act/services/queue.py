"""From decision to work: each go-decision becomes one message, task or record, however often this runs."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_bytes

from django.db import transaction

from regard.act.addresses import message_id_of
from regard.act.channels.webhook.call import make_call
from regard.act.drafting import letter_of
from regard.act.models import Message
from regard.act.recording import Deed, record_deeds
from regard.act.services.tasks import NewTask, open_task
from regard.decide.facts.programs import definition_of
from regard.decide.models import Decision
from regard.decide.services import record_outcome
from regard.kernel.ids import uuid7
from regard.kernel.instant import to_us
from regard.kernel.issues import Refused
from regard.playbooks.model import Playbook
from regard.playbooks.steps import Step
from regard.playbooks.steps.set_field import SetField
from regard.playbooks.steps.webhook import Webhook
from regard.profile.services import set_field

LOOK_BACK = timedelta(days=30)
CHUNK = 100  # a task gathers its person's whole context: the lock is held for so many only


@dataclass(frozen=True, slots=True)
class Enqueued:
    """What decisions were turned into, and those that could not be (their step is in no playbook we have)."""

    messages: int = 0
    tasks: int = 0
    records: int = 0
    unknown: tuple[int, ...] = ()


def enqueue(*, playbook: Playbook, now: datetime, decisions: Iterable[int] | None = None) -> Enqueued:
    """Turn go-decisions into messages, tasks and records. Without `decisions`: those of the last 30 days left over.

    Idempotent: a decision has at most one message or task by its unique key, a record by its message id. People of
    the sample get messages in the state SAMPLE, which nothing ever hands over.
    """
    messages = tasks = records = 0
    unknown: list[int] = []
    for chunk in _chunks(decisions, now):
        with transaction.atomic():
            waiting: list[Message] = []
            outcomes: dict[int, str] = {}
            for decision in chunk:
                step = step_of(playbook, decision)
                if step is None:
                    unknown.append(decision.id)
                    outcomes[decision.id] = Decision.Outcome.CANCELLED.value
                elif step.is_message:
                    waiting.append(_message(decision, step, playbook, now))
                elif isinstance(step, Webhook):
                    waiting.append(_queued(make_call(decision, step, queued_us=to_us(now)), now))
                elif step.act in ("task", "approval"):
                    tasks += _open(decision, step, now)
                    outcomes[decision.id] = Decision.Outcome.SENT.value
                else:
                    records += _record(decision, step, now)
                    outcomes[decision.id] = Decision.Outcome.SENT.value
            record_outcome(outcomes=outcomes, now=now)
            Message.objects.bulk_create(waiting, ignore_conflicts=True)
            messages += len(waiting)
    return Enqueued(messages, tasks, records, tuple(unknown))


def step_of(playbook: Playbook, decision: Decision) -> Step | None:
    """Return the step a decision carries out, in the version it was made under, or None where there is none."""
    journey = playbook.journeys.get(decision.journey)
    if journey is None or journey.version != decision.version:
        journey = definition_of(decision.journey, decision.version)
    steps = journey.all_steps() if journey else iter(())
    return next((step for step in steps if step.step == decision.step and step.act == decision.act), None)


def _chunks(ids: Iterable[int] | None, now: datetime) -> Iterable[list[Decision]]:
    """Yield the go-decisions nothing was made of yet, some hundred at a time, oldest first."""
    rows = (
        Decision.objects.filter(verdict=Decision.Verdict.GO, message__isnull=True, task__isnull=True)
        .select_related("person")
        .order_by("id")
    )
    if ids is None:
        rows, after = rows.filter(as_of__gte=now - LOOK_BACK), 0
        while chunk := list(rows.filter(id__gt=after)[:CHUNK]):
            yield chunk
            after = chunk[-1].id
        return
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), CHUNK):
        yield list(rows.filter(id__in=wanted[start : start + CHUNK]))


def _message(decision: Decision, step: Step, playbook: Playbook, now: datetime) -> Message:
    template, survey, signed_by = letter_of(step, playbook)
    sender = playbook.company.senders.get(signed_by)
    purpose = playbook.purposes.get(decision.purpose)
    made = Message(
        decision=decision,
        public_id=uuid7(to_us(now), token_bytes(10)),
        person=decision.person,
        channel=decision.channel or "email",
        purpose=decision.purpose,
        is_marketing=purpose.marketing if purpose else True,
        may_repeat=purpose is not None and purpose.basis in ("contract", "legal_obligation"),
        template=template,
        survey=survey,
        signed_by=signed_by,
        message_id_header=message_id_of(decision.key, sender.email if sender else ""),
    )
    return _queued(made, now)


def _queued(made: Message, now: datetime) -> Message:
    made.state = Message.State.SAMPLE if made.person.is_sample else Message.State.QUEUED
    made.queued_at = made.due_at = now
    return made


def _open(decision: Decision, step: Step, now: datetime) -> int:
    due_in = getattr(step, "due_in", None)
    new = NewTask(
        person=decision.person_id,
        key=decision.key,
        kind=getattr(step, "kind", step.act),
        title=getattr(step, "title", step.words()),
        decision=decision.id,
        pauses_promotions=getattr(step, "pauses_promotions", False),
        minutes=getattr(step, "minutes", 10),
        due_in=timedelta(microseconds=due_in) if due_in else None,
        is_invented=decision.person.is_sample,
    )
    return int(open_task(new=new, now=now) is not None)


def _record(decision: Decision, step: Step, now: datetime) -> int:
    """Write down what needs nobody's hand: points granted, a field set."""
    properties: dict[str, object] = {"journey": decision.journey, "step": decision.step}
    if step.act == "grant_points":
        deed = Deed(decision.person_id, "Points Granted", f"decision:{decision.key}")
        properties |= {"points": getattr(step, "points", 0), "reason": getattr(step, "reason", "")}
    elif step.act == "set_field":
        deed = Deed(decision.person_id, "Field Set", f"decision:{decision.key}")
        properties |= {"field": getattr(step, "field", ""), "value": getattr(step, "value", None)}
    else:
        return 0
    deed.properties.update(properties)
    (seq,) = record_deeds(deeds=[deed], now=now)
    if seq is not None and isinstance(step, SetField):
        _set_field(decision, step, seq, now)
    return int(seq is not None)


def _set_field(decision: Decision, step: SetField, seq: int, now: datetime) -> None:
    """Tell the profile, with the touchpoint as its source. What the field cannot be stays in the log only."""
    with suppress(Refused):
        set_field(
            person=decision.person_id,
            name=step.field,
            value=step.value,
            by=f"journey:{decision.journey}"[:80],
            now=now,
            touchpoint=seq,
        )
