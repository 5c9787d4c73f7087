"""The loop on one page; the only module that knows every stage.

1. `receive` takes messages in: who is it (identify), write it down (collect), learn the fields told (profile).
   `absorb_journal` does so with what clients sent: the intake made it durable and answered already.
2. `run_cycle` takes the clock on: understand, decide, act. Everything it did comes back as a report.
3. `send_letters` and `tell_others` claim and hand over; what people answer comes back through 1. Learn reads what all of them wrote.

A stage never calls a later one. To hand work forward it writes a row, and this page moves the row on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from django.db import transaction

from regard.act import services as act
from regard.act.channels.registry import own_lanes
from regard.collect.contracts import Incoming, Recorded
from regard.collect.intake.absorbing import settle_waiting, take_waiting
from regard.collect.intake.journal import Journal, open_journal
from regard.collect.intake.parking import receive_or_park, retry_parked
from regard.collect.keeping.pruning import is_pruning_due
from regard.collect.keeping.statistics import settle_statistics
from regard.collect.keeping.turns import take_turn
from regard.collect.sequence import last_sequence
from regard.collect.services import record
from regard.decide import services as decide
from regard.decide.live.timers import has_timer_due
from regard.identify.services import ERASED, resolve
from regard.kernel.issues import Refused
from regard.learn import services as learn
from regard.listen import services as listen
from regard.profile.services import absorb
from regard.room import Prune
from regard.rooms import ROOMS
from regard.understand.selectors import last_point, last_run
from regard.understand.services import UnderstandReport, compact_log, cycle, refresh
from regard.versions.selectors import active_playbook

MESSAGES_AT_ONCE = 5_000  # one transaction of the absorber
LETTERS_A_CLAIM = 500  # judged at once; what a slow server leaves over after a minute is given back
LONGEST_REST = timedelta(minutes=1)


class Absorbed(NamedTuple):
    """What left the journal: messages, and how many of them were new to the log."""

    messages: int
    stored: int


@transaction.atomic
def receive(incomings: Sequence[Incoming], *, now: datetime) -> list[Recorded]:  # noqa: ARG001
    """Take messages in, in one transaction: whose are they, write them down once, learn the fields told."""
    origins = resolve(incomings)
    recorded = record(incomings, origins)
    absorb(incomings, recorded)
    return recorded


def absorb_journal(*, now: datetime, limit: int | None = None) -> Absorbed:
    """Take in what clients sent and the intake acknowledged, until nothing waits or `limit` messages were taken."""
    journal = open_journal()
    messages = stored = 0
    try:
        while limit is None or messages < limit:
            taken = _absorb_some(journal, now)
            if taken is None:
                break
            messages, stored = messages + taken.messages, stored + taken.stored
    finally:
        journal.close()
    return Absorbed(messages, stored)


def _absorb_some(journal: Journal, now: datetime) -> Absorbed | None:
    with transaction.atomic():
        waiting = take_waiting(journal, most_messages=MESSAGES_AT_ONCE, currency=_company_currency())
        if waiting is None:
            return None
        recorded = receive_or_park(waiting, partial(receive, now=now))
        taken = Absorbed(len(recorded), settle_waiting(waiting, recorded))
    journal.prune(waiting.position)
    if any(row.origin == ERASED for row in recorded):
        journal.scrub()  # what an erased person's browser still sends leaves nothing behind (promise D5)
    return taken


def _company_currency() -> str:
    try:
        return active_playbook().playbook.company.currency
    except Refused:  # before the first playbook: amounts that name no currency are taken as they are
        return ""


@dataclass(frozen=True, slots=True)
class CycleReport:
    """What one turn of the loop did, stage by stage, as the CLI and the pages show it."""

    as_of: datetime
    upto: int
    absorbed: Absorbed
    understood: UnderstandReport
    decided: decide.Report
    acted: act.Enqueued
    took_ms: int

    def __str__(self) -> str:
        acted = f"{self.acted.messages} messages and {self.acted.tasks} tasks made"
        return f"{self.understood}\n{self.decided}\n{acted} ({self.took_ms:,} ms in all)"


def run_cycle(*, as_of: datetime, everybody: bool = False) -> CycleReport:
    """Take the clock on to `as_of`: absorb, understand, decide, act. One cycle runs at a time.

    `everybody` computes every person anew instead of those who moved; the answers are the same. Raises Refused where
    no playbook is active.
    """
    began = time.perf_counter()
    with take_turn("cycle"):
        absorbed = absorb_journal(now=as_of)
        active, upto = active_playbook(), last_sequence()
        understand = refresh if everybody or last_run() is None else cycle
        computed = decide.computed_playbook(active.playbook)  # with what branches ask inline
        understood = understand(as_of=as_of, upto=upto, playbook=computed, playbook_hash=active.hash)
        decided = decide.run(as_of=as_of, upto=upto, playbook=active.playbook, playbook_hash=active.hash)
        acted = act.enqueue(playbook=active.playbook, now=as_of, decisions=decided.go)
        listen.invite_asked(playbook=active.playbook, now=as_of)
        act.render_samples(playbook=active.playbook)
        learn.measure(as_of=as_of, playbook=active.playbook)
        took = round((time.perf_counter() - began) * 1000)
        settle_statistics(now=as_of)
    return CycleReport(as_of, upto, absorbed, understood, decided, acted, took)


def is_cycle_due(*, now: datetime) -> bool:
    """Say whether the log or the playbook went on since the last cycle, a timer came due, or a minute passed.

    The minute is for windows: nobody's event is needed for a "within 60 days" to end (promise B2).
    """
    last = last_point()
    return (
        last is None
        or last.upto < last_sequence()
        or last.playbook_hash != active_playbook().hash
        or has_timer_due(after=last.as_of, until=now)
        or now - last.as_of >= LONGEST_REST
    )


def send_letters(*, clock: Callable[[], datetime], worker: str) -> int:
    """Claim letters that are due, each judged again in the claim's own transaction, and hand them over."""
    playbook = active_playbook().playbook
    claimed = act.claim(playbook=playbook, now=clock(), worker=worker, limit=LETTERS_A_CLAIM, among=act.letters())
    if claimed.messages:
        act.deliver(messages=claimed.messages, playbook=playbook, worker=worker, clock=clock)
    return len(claimed.messages)


def tell_others(*, clock: Callable[[], datetime], worker: str, lanes: act.Lanes) -> int:
    """Claim what other systems are to be told, judged likewise, and begin to tell them; `lanes` are where it goes on."""
    playbook = active_playbook().playbook
    own = own_lanes().values()
    return sum(lane.send(playbook=playbook, worker=worker, clock=clock, lanes=lanes) for lane in own)


def send_due(*, clock: Callable[[], datetime], worker: str) -> int:
    """Hand over letters, then tell other systems, and wait for the end of both: for whoever has no worker."""
    lanes = act.Lanes()
    claimed = send_letters(clock=clock, worker=worker)
    claimed += tell_others(clock=clock, worker=worker, lanes=lanes)
    lanes.close()
    return claimed


def keep_house(*, now: datetime) -> None:
    """Settle claims a dead worker left behind, make what a broken-off cycle decided, prune what is past its term."""
    act.settle_leases(now=now)
    playbook = active_playbook().playbook
    act.enqueue(playbook=playbook, now=now)
    listen.invite_asked(playbook=playbook, now=now)
    for prune in _prunes(now):
        prune(now=now)
    with take_turn("cycle", wait=False) as has_it:  # never beside a cycle: both want the memory
        if has_it:
            compact_log(playbook=decide.computed_playbook(playbook), as_of=now)
    retry_parked(partial(receive, now=now), currency=_company_currency())


def _prunes(now: datetime) -> Iterator[Prune]:
    """Yield what each room tidies every time, and once a day what it prunes."""
    for room in ROOMS:
        yield from room.tidies
    if is_pruning_due(now=now):
        for room in ROOMS:
            yield from room.prunes


def tick(*, clock: Callable[[], datetime], worker: str = "tick") -> CycleReport | None:
    """One whole turn for whoever has no worker: absorb, cycle where due, send. Returns the cycle's report, if any."""
    now = clock()
    absorb_journal(now=now)
    report = run_cycle(as_of=now) if is_cycle_due(now=now) else None
    act.settle_leases(now=now)
    while send_due(clock=clock, worker=worker):
        pass
    return report
