"""Telling other systems: each has a lane of its own, so that one that is slow holds up neither letters nor the others.

1. Put off what is due to systems that rest; it loses no try.
2. Claim what is due to systems nobody is telling at the moment, and give each of them a lane.
3. In its lane a system is told one thing after the other: write it from what is known now; begin; post; record.
4. The lane ends, and gives back what it still holds, when the system did not answer in time or rests, or after a
   minute: what the guardrails saw grows old.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from django.db.models import Q

from regard.act.channels.base import Clock, Draft, Handed, Outcome
from regard.act.channels.webhook.call import CHANNEL, body_of
from regard.act.known.people import LetterFacts, known_of
from regard.act.models import Endpoint, Message
from regard.act.services.claim import WAITING, claim
from regard.act.services.deliver import GOOD_FOR
from regard.act.services.ending import record_end
from regard.act.services.endpoints import note_attempt, tell_endpoint
from regard.act.services.holding import begin, give_back
from regard.act.services.lanes import LANES, Lanes
from regard.act.services.queue import step_of
from regard.kernel.issues import Issue, Refused
from regard.playbooks.model import Playbook

CALLS_A_CLAIM = 100


def tell_others(*, playbook: Playbook, worker: str, clock: Clock, lanes: Lanes) -> int:
    """Claim what is due to other systems and tell them, each in its lane. Returns how many were claimed."""
    busy = lanes.busy()
    if len(busy) >= LANES:
        return 0
    _put_off_resting(clock())
    among = Q(channel=CHANNEL) & ~Q(sender__in=busy)
    claimed = claim(playbook=playbook, now=clock(), worker=worker, limit=CALLS_A_CLAIM, among=among).messages
    lined_up: dict[str, list[int]] = {}
    rows = Message.objects.filter(id__in=claimed).order_by("due_at", "id")
    for message, name in rows.values_list("id", "sender"):
        lined_up.setdefault(name, []).append(message)
    for name, messages in lined_up.items():
        lanes.open(name, partial(tell, messages, playbook=playbook, worker=worker, clock=clock))
    return len(claimed)


def tell(messages: Sequence[int], *, playbook: Playbook, worker: str, clock: Clock) -> None:
    """Tell one system what this worker claimed for it, one thing after the other."""
    ends = clock() + GOOD_FOR
    for place, message_id in enumerate(messages):
        may_go_on = _tell_one(message_id, playbook, worker, clock)
        if not may_go_on or clock() >= ends:
            give_back(messages=messages[place + 1 :], worker=worker, now=clock())
            return


def _tell_one(message_id: int, playbook: Playbook, worker: str, clock: Clock) -> bool:
    """Tell one thing. Returns whether the system is in a state to be told more."""
    message = Message.objects.select_related("person", "decision").filter(id=message_id).first()
    if message is None:  # its person was erased
        return True
    record = partial(record_end, message, worker=worker)
    try:
        endpoint = _whom(message.sender)
        _write_call(message, playbook)
    except Refused as error:
        stuck = Handed(Outcome.REFUSED, str(error))
        record(stuck, tries=message.tries, transport="", now=clock())
        return True
    if not begin(message_id=message_id, worker=worker, now=clock()):
        return True
    body, event = message.text.encode(), message.message_id_header or ""
    told = tell_endpoint(endpoint, event=event, body=body, now=clock())
    rests = note_attempt(endpoint=endpoint.pk, told=told, message=message_id, now=clock())
    name = f"webhook:{endpoint.name}"
    record(told.handed, tries=message.tries + 1, transport=name, now=clock())
    return not rests and told.handed.outcome is not Outcome.UNKNOWN


def draft_call(message: Message, playbook: Playbook, known: LetterFacts) -> Draft:
    """Return what is told from what is known now; who is told was settled when it was queued. Raises Refused."""
    decision = message.decision
    step = step_of(playbook, decision) if decision else None
    if decision is None or step is None or not step.tells():
        raise Refused(Issue("journey", "the step is in no playbook we have", code="no_step"))
    return Draft("", message.sender, message.subject, body_of(message, decision, step, playbook, known))


def _write_call(message: Message, playbook: Playbook) -> None:
    """Write what is told, and keep it with the message. Raises Refused."""
    message.text = draft_call(message, playbook, known_of([message.person_id])[message.person_id]).text
    Message.objects.filter(id=message.pk).update(text=message.text)


def _whom(name: str) -> Endpoint:
    """Return the system of that name. Raises Refused where there is none, or it is switched off."""
    endpoint = Endpoint.objects.filter(name=name).first()
    if endpoint is None:
        words, hint = f"no endpoint is called '{name}'", "add it in Settings"
        raise Refused(Issue("endpoint", words, hint, code="no_endpoint"))
    if endpoint.off_at is not None:
        words = f"the endpoint '{name}' is switched off: {endpoint.off_because}"
        raise Refused(Issue("endpoint", words, code="endpoint_off"))
    return endpoint


def _put_off_resting(now: datetime) -> None:
    """Let what is due to systems that rest wait until they may be told again; no try is counted."""
    resting = Endpoint.objects.filter(paused_until__gt=now, off_at__isnull=True)
    for name, until in resting.values_list("name", "paused_until"):
        due = Message.objects.filter(channel=CHANNEL, sender=name, state__in=WAITING)
        due.filter(due_at__lt=until).update(due_at=until, note="The endpoint rests after failures")
