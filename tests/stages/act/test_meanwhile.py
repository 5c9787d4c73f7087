"""What may happen to a message between its plan, its claim and its hand-over, and what must follow (C1-C3, D7, G3, G4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from regard.act.channels.base import Handed
from regard.act.channels.email.transport import Outbox
from regard.act.channels.registry import carrier_of
from regard.act.models import Message
from regard.act.services import (
    NewTask,
    begin,
    choose_pace,
    claim,
    close_task,
    deliver,
    leave_purpose,
    open_task,
    settle_leases,
)
from regard.act.services import deliver as handing_over
from regard.act.services.deliver import Delivered
from regard.collect.services import ensure_source
from regard.consent.services import restrict, suppress
from regard.decide.models import Decision, Enrolment
from regard.decide.services import pause_journey
from regard.flow import receive
from regard.identify.services import merge_people
from regard.playbooks.model import Playbook
from regard.privacy.erasing import erase_person
from tests.cast.consents import agrees, withdraws
from tests.cast.log import identify

Maker = Callable[..., int]
Queue = Callable[..., Message]
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class Handing(Outbox):
    """Takes every mail, and lets something happen while it does."""

    def __init__(self, meanwhile: Callable[[], object] = lambda: None) -> None:
        self.got: list[str] = []
        self.meanwhile = meanwhile

    def hand_over(self, *, sender: str, receiver: str, mail: bytes) -> Handed:
        self.got.append(receiver)
        self.meanwhile()
        return super().hand_over(sender=sender, receiver=receiver, mail=mail)


def now_of(message: Message) -> Message:
    return Message.objects.get(id=message.id)


def send(playbook: Playbook, at: datetime, *, by: Handing | None = None, worker: str = "w1") -> Handing:
    """Claim and hand over what is due."""
    by = by or Handing()
    held = claim(playbook=playbook, now=at, worker=worker).messages
    hand_over(playbook, held, by, at, worker)
    return by


def hand_over(playbook: Playbook, held: tuple[int, ...], by: Handing, at: datetime, worker: str = "w1") -> Delivered:
    return deliver(messages=held, playbook=playbook, opened=lambda _: by, worker=worker, clock=lambda: at)


@pytest.mark.parametrize("kind", ["restricted", "objected"])
@pytest.mark.parametrize("is_claimed", [False, True])
def test_who_is_restricted_or_objects_while_a_letter_is_under_way_does_not_get_it(
    playbook: Playbook,
    make_person: Maker,
    queue: Queue,
    as_of: datetime,
    kind: str,
    is_claimed: bool,
) -> None:
    person = make_person("ok-1@example.org")
    message = queue(person)
    held = claim(playbook=playbook, now=as_of, worker="w1").messages if is_claimed else ()

    restrict(person=person, kind=kind, by="staff:1", now=as_of)
    by = Handing()
    hand_over(playbook, held, by, as_of + MINUTE)
    send(playbook, as_of + 2 * MINUTE, by=by)

    assert (now_of(message).state, by.got) == ("cancelled", [])
    assert now_of(message).basis["cancelled_by"] == kind


def test_who_is_joined_with_somebody_that_withdrew_does_not_get_it(
    playbook: Playbook, make_person: Maker, queue: Queue, as_of: datetime
) -> None:
    one, other = make_person("ok-1@example.org"), make_person("ok-2@example.org")
    withdraws(person=other, purpose="offers", source="page", now=as_of - DAY)
    message = queue(one)
    held = claim(playbook=playbook, now=as_of, worker="w1").messages

    merge_people(survivor=one, absorbed=other, by="staff:1", evidence={}, now=as_of)
    by = Handing()
    done = hand_over(playbook, held, by, as_of + MINUTE)
    send(playbook, as_of + 2 * MINUTE, by=by)

    assert (done.let_go, by.got, now_of(message).state) == (1, [], "cancelled")


def test_who_asks_for_a_pause_between_claim_and_hand_over_gets_it(
    playbook: Playbook, make_person: Maker, queue: Queue, as_of: datetime
) -> None:
    person = make_person("ok-1@example.org")
    message = queue(person)
    held = claim(playbook=playbook, now=as_of, worker="w1").messages

    choose_pace(person=person, pace="pause", now=as_of)
    by = Handing()
    hand_over(playbook, held, by, as_of + MINUTE)
    send(playbook, as_of + 2 * MINUTE, by=by)

    assert (by.got, now_of(message).state) == ([], "queued")
    assert now_of(message).due_at >= as_of + 29 * DAY


def test_a_pause_of_the_journey_stops_what_is_claimed_and_not_begun(
    playbook: Playbook, make_person: Maker, queue: Queue, as_of: datetime
) -> None:
    message = queue(make_person("ok-1@example.org"))
    held = claim(playbook=playbook, now=as_of, worker="w1").messages

    pause_journey(journey="thank-high-value", by="staff:1", now=as_of)
    by = Handing()
    hand_over(playbook, held, by, as_of + MINUTE)
    send(playbook, as_of + 2 * MINUTE, by=by)

    assert (by.got, now_of(message).state) == ([], "queued")
    assert "paused" in now_of(message).note


@pytest.mark.parametrize(
    ("reason", "state"), [("goal", "cancelled"), ("taken out by a colleague", "cancelled"), ("cap", "sent")]
)
def test_who_left_the_journey_since_does_not_get_its_letter(
    playbook: Playbook,
    make_person: Maker,
    queue: Queue,
    as_of: datetime,
    reason: str,
    state: str,
) -> None:
    message = queue(make_person("ok-1@example.org"))
    inside = Enrolment.objects.create(
        journey="thank-high-value",
        version=message.decision.version,
        person_id=message.person_id,
        entry_key="x",
        arm="treated",
        state="exited",
        step="offer",
        entered_at=as_of,
        step_at=as_of,
        since_at=as_of,
        end_reason=reason,
    )
    Decision.objects.filter(id=message.decision_id).update(enrolment=inside)

    send(playbook, as_of)

    assert now_of(message).state == state


def test_an_address_told_since_the_claim_is_the_one_written_to(
    playbook: Playbook, make_person: Maker, queue: Queue, as_of: datetime
) -> None:
    person = make_person("old@example.org")
    queue(person)
    held = claim(playbook=playbook, now=as_of, worker="w1").messages

    told = identify(
        "old@example.org",
        source=ensure_source(name="shop", kind="api", now=as_of),
        message_id="moved",
        channel="server",
        at=as_of,
        traits={"email": "new@example.org"},
    )
    receive([told], now=as_of)
    by = Handing()
    hand_over(playbook, held, by, as_of + MINUTE)
    send(playbook, as_of + 2 * MINUTE, by=by)

    assert by.got == ["new@example.org"]


def test_the_very_address_written_to_is_looked_up_in_the_suppression_list(
    playbook: Playbook, make_person: Maker, queue: Queue, as_of: datetime
) -> None:
    message = queue(make_person("ok-1@example.org"))
    suppress(address="OK-1@example.org", channel="email", reason="complaint", now=as_of)

    assert send(playbook, as_of).got == []
    assert now_of(message).state == "cancelled"


def test_somebody_erased_after_the_claim_costs_nobody_else_their_letter(
    playbook: Playbook, make_person: Maker, queue: Queue, as_of: datetime
) -> None:
    gone = make_person("gone@example.org")
    queue(gone)
    queue(make_person("ok-1@example.org"))
    held = claim(playbook=playbook, now=as_of, worker="w1").messages

    erase_person(person=gone, by="staff:1", now=as_of)
    by = Handing()
    done = hand_over(playbook, held, by, as_of)

    assert (by.got, done.sent, done.let_go) == (["ok-1@example.org"], 1, 1)


def test_somebody_erased_while_their_letter_is_handed_over_leaves_no_trace_and_no_trouble(
    playbook: Playbook, make_person: Maker, queue: Queue, as_of: datetime
) -> None:
    gone = make_person("gone@example.org")
    queue(gone)

    by = Handing(lambda: erase_person(person=gone, by="staff:1", now=as_of))
    send(playbook, as_of, by=by)

    assert (by.got, Message.objects.count()) == (["gone@example.org"], 0)


def test_a_letter_that_cannot_be_written_holds_up_no_other_and_is_given_up(
    playbook: Playbook,
    make_person: Maker,
    queue: Queue,
    as_of: datetime,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    broken, good = queue(make_person("broken@example.org")), queue(make_person("ok-1@example.org"))
    email = carrier_of("email")

    def fail(message: Message, *rest: object) -> object:
        if message.pk == broken.id:
            raise KeyError("a mistake of ours")
        return email.draft(message, *rest)

    monkeypatch.setitem(handing_over.__globals__, "carrier_of", lambda _: replace(email, draft=fail))
    by, at = send(playbook, as_of), as_of
    first = now_of(broken)
    for _ in range(20):
        at = max(at, now_of(broken).due_at)
        send(playbook, at, by=by)

    assert (by.got, now_of(good).state) == (["ok-1@example.org"], "sent")
    assert (first.state, first.tries) == ("deferred", 1)
    assert (now_of(broken).state, now_of(broken).tries) == ("refused", 8)
    assert "could not be written: KeyError" in now_of(broken).note
    assert "a mistake of ours" in capsys.readouterr().err


def test_what_is_left_of_a_batch_after_a_minute_is_judged_again(
    playbook: Playbook, make_person: Maker, queue: Queue, as_of: datetime
) -> None:
    people = [make_person(f"ok-{n}@example.org") for n in range(3)]
    messages = [queue(person) for person in people]
    clock = [as_of]
    by = Handing(lambda: clock.append(clock[-1] + 2 * MINUTE))
    held = claim(playbook=playbook, now=as_of, worker="slow").messages

    done = deliver(messages=held, playbook=playbook, opened=lambda _: by, worker="slow", clock=lambda: clock[-1])
    waiting = [now_of(m).state for m in messages]
    leave_purpose(person=people[1], purpose="offers", source="page", now=clock[-1])
    send(playbook, clock[-1], by=by)

    assert (done.sent, done.let_go, waiting) == (1, 2, ["sent", "queued", "queued"])
    assert by.got == ["ok-0@example.org", "ok-2@example.org"]


def test_a_stopped_worker_that_wakes_up_hands_over_nothing_others_have_sent(
    playbook: Playbook, make_person: Maker, queue: Queue, as_of: datetime
) -> None:
    queue(make_person("ok-1@example.org"))
    by = Handing()
    held = claim(playbook=playbook, now=as_of, worker="stopped").messages
    settle_leases(now=as_of + HOUR)
    send(playbook, as_of + HOUR, by=by, worker="other")

    done = hand_over(playbook, held, by, as_of + HOUR, worker="stopped")
    late = hand_over(playbook, held, by, as_of, worker="stopped")  # by a clock that stood still, too

    assert (by.got, done.let_go, late.let_go) == (["ok-1@example.org"], 1, 1)


def test_a_worker_stopped_in_the_middle_writes_down_the_truth_when_it_wakes_up(
    playbook: Playbook, make_person: Maker, queue: Queue, as_of: datetime
) -> None:
    message = queue(make_person("ok-1@example.org"))
    seen: list[str] = []

    def meanwhile() -> None:
        settle_leases(now=as_of + HOUR)
        send(playbook, as_of + HOUR, by=by, worker="other")
        seen.append(now_of(message).state)

    by = Handing(meanwhile)
    send(playbook, as_of, by=by, worker="stopped")

    assert (seen, by.got) == (["uncertain"], ["ok-1@example.org"])
    assert now_of(message).state == "sent"
    assert Decision.objects.get(id=message.decision_id).outcome == "sent"


def test_a_clock_set_back_hides_no_withdrawal_and_no_suppression(
    playbook: Playbook, make_person: Maker, queue: Queue, as_of: datetime
) -> None:
    left, complained = make_person("left@example.org"), make_person("spam@example.org")
    one, other = queue(left), queue(complained)
    withdraws(person=left, purpose="offers", source="page", now=as_of + HOUR)
    suppress(address="spam@example.org", channel="email", reason="complaint", now=as_of + HOUR)

    assert send(playbook, as_of).got == []
    assert (now_of(one).state, now_of(other).state) == ("cancelled", "cancelled")


def test_a_clock_set_back_hides_no_complaint(
    playbook: Playbook, make_person: Maker, queue: Queue, as_of: datetime
) -> None:
    person = make_person("ok-1@example.org")
    queue(person)
    new = NewTask(person, "k", "complaint", "Make it right", pauses_promotions=True)
    task = open_task(new=new, now=as_of + HOUR)
    assert task is not None

    held_back = send(playbook, as_of).got
    close_task(task_id=task.id, outcome="done", told_customer=True, by="staff:1", now=as_of + HOUR)

    assert held_back == []
    assert send(playbook, as_of + 2 * HOUR).got == ["ok-1@example.org"]


@pytest.mark.parametrize("jump", [-HOUR, DAY, -DAY])
def test_a_clock_that_jumps_overruns_no_cap_and_sends_nothing_twice(
    playbook: Playbook, make_person: Maker, queue: Queue, as_of: datetime, jump: timedelta
) -> None:
    person = make_person("ok-1@example.org")
    first = queue(person, key="one")
    by = send(playbook, as_of)
    queue(person, key="two")
    Message.objects.update(due_at=as_of - 2 * DAY)  # whatever the clock says, it is due

    for at in (as_of + jump, as_of, as_of + jump + MINUTE):
        settle_leases(now=at)
        send(playbook, at, by=by)

    assert by.got == ["ok-1@example.org"]
    assert now_of(first).state == "sent"


def test_a_late_yes_told_with_a_clock_set_back_undoes_no_withdrawal(
    playbook: Playbook, make_person: Maker, queue: Queue, as_of: datetime
) -> None:
    person = make_person("ok-1@example.org")
    message = queue(person)
    withdraws(person=person, purpose="offers", source="page", now=as_of + HOUR)
    agrees(person=person, purpose="offers", source="page", now=as_of)

    send(playbook, as_of + 2 * HOUR)

    assert now_of(message).state == "cancelled"


def test_a_claim_whose_lease_ran_out_begins_nothing_even_where_nobody_settled_it(
    playbook: Playbook, make_person: Maker, queue: Queue, as_of: datetime
) -> None:
    message = queue(make_person("ok-1@example.org"))
    (held,) = claim(playbook=playbook, now=as_of, worker="w1").messages

    assert not begin(message_id=held, worker="w1", now=as_of + HOUR)
    assert now_of(message).state == "claimed"
