"""From decision to work: each go-decision becomes one message, task or record, however often this runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from regard.act.models import Message
from regard.act.services.acts import Going, UnknownAct, carry_out
from regard.decide.facts.programs import definition_of
from regard.decide.models import Decision
from regard.decide.services import record_outcome
from regard.playbooks.model import Playbook
from regard.playbooks.steps import Step

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
    the sample get messages in the state SAMPLE, which nothing ever hands over. Raises UnknownAct, once everything else
    is done, where nothing says how a step is carried out: its decisions stay undone.
    """
    messages = tasks = records = 0
    unknown: list[int] = []
    undone: list[str] = []
    for chunk in _chunks(decisions, now):
        with transaction.atomic():
            waiting: list[Message] = []
            outcomes: dict[int | None, str] = {}
            for decision in chunk:
                step = step_of(playbook, decision)
                if step is None:
                    unknown.append(decision.id)
                    outcomes[decision.id] = Decision.Outcome.CANCELLED.value
                    continue
                try:
                    made = carry_out(step, Going(decision, playbook, now))
                except UnknownAct as error:
                    undone.append(str(error))
                    continue
                if made.message is not None:
                    waiting.append(made.message)
                else:
                    outcomes[decision.id] = Decision.Outcome.SENT.value
                tasks += made.tasks
                records += made.records
            record_outcome(outcomes=outcomes, now=now)
            Message.objects.bulk_create(waiting, ignore_conflicts=True)
            messages += len(waiting)
    if undone:
        raise UnknownAct(f"{len(undone)} decisions stay undone: {'; '.join(sorted(set(undone)))}")
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
