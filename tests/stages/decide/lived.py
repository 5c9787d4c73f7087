"""A small world that lives: people, acts of all sorts in any order, published playbooks, and cycles between them."""

from __future__ import annotations

from datetime import datetime

from regard.collect.sequence import last_sequence
from regard.consent.services import lift_restriction, restrict
from regard.decide.models import Decision, Enrolment
from regard.decide.services import (
    approve_step,
    let_in,
    let_out,
    pause_journey,
    record_outcome,
    resume_journey,
    run,
)
from regard.decide.steering.to_another_version import move_people
from regard.identify.models import Joining
from regard.identify.selectors import survivor_of
from regard.identify.services import merge_people, unmerge
from regard.kernel.issues import Refused
from regard.playbooks.model import Playbook
from regard.profile.services import follow_people, set_field
from regard.understand.models import Member
from regard.versions.selectors import playbook_of_hash
from regard.versions.services import apply_playbook
from tests.cast.clock import days
from tests.cast.log import does
from tests.cast.people import a_person, says
from tests.cast.segments import comes_into, leaves

TEXT = """
playbook: 1
name: small
company: {name: Small, time_zone: Europe/Berlin, country: DE, currency: EUR, postal_address: Here 1,
          language: en, senders: {maya: {name: Maya Lind, email: maya@small.example}}}
purposes:
  offers: {name: Offers, basis: consent, channels: [email], fields: [first_name, birthday], wordings: [{version: "1", texts: {en: y}}]}
  surveys: {name: Questions, basis: consent, marketing: false, channels: [email], fields: [birthday], wordings: [{version: "1", texts: {en: y}}]}
templates:
  hello: {purpose: offers, sender: maya, subject: {en: Hello}, letter: {en: Hello.}}
  how: {purpose: surveys, sender: maya, subject: {en: How}, letter: {en: "How?\\n\\n[scores]\\n"}}
surveys:
  how: {name: How, purpose: surveys, template: how, question: {en: How}, low: {en: bad}, high: {en: good}, follow_up: {en: Why}}
segments:
  vip: {who: [{did: Order Completed, within: 30 days, at_least: 1}]}
  quiet: {who: [{did_not: Order Completed, within: 30 days}]}
guardrails:
  caps: [{at_most: 1, per: 2d, counts: promotions_and_surveys}]
  approval_above: 3
  tasks_without_approval: 2
  human_touch: {after: 3, within: 20d}
journeys:
  welcome:
    name: Welcome
    entry: [{on: touchpoint, touchpoint: Order Completed}, {on: by_hand}]
    reentry: {after: 2d}
    exit_on: [{touchpoint: Gone, reason: gone}, {segment_left: vip, reason: no vip}]
    goal: {touchpoint: Came Back, within: 10d, ends: true}
    steps:
      - {step: one, do: send, purpose: offers, template: hello}
      - {step: rest, do: wait, for: 1d}
      - {step: ask, do: ask, survey: how, purpose: surveys}
      - step: answer
        do: wait_for
        touchpoint: Survey Answered
        timeout: 3d
        otherwise: [{step: late, do: wait, until_hour: "10:00"}]
      - step: which
        do: branch
        cases:
          - when: {kind: answered, step: answer, at_most: 6}
            then: [{step: care, do: task, kind: complaint, title: Care, pauses_promotions: true}]
          - when: {kind: in_segment, segment: vip}
            then: [{step: next, do: enter, journey: club}]
      - {step: call, do: task, kind: check_in, title: Call}
      - {step: two, do: send, purpose: offers, template: hello, when_capped: drop}
  club:
    name: Club
    entry:
      - {on: segment_entered, segment: vip, already_in: true}
      - {on: segment_left, segment: quiet}
      - {on: schedule, segment: vip, every: day, at: "09:30"}
      - {on: silence, of: 2d}
      - {on: date, field: birthday, yearly: true}
    reentry: {after: 3d}
    only_if: vip
    priority: 70
    steps:
      - step: chance
        do: split
        ways: [{label: a, share: 50%, then: [{step: a, do: send, purpose: offers, template: hello}]}, {label: b, share: 50%}]
      - {step: allowed, do: approval, title: May they, timeout: 2d}
      - {step: b, do: send, purpose: offers, template: hello, on_no: exit}
      - {step: out, do: leave, journey: welcome}
"""
CHANGES = (
    ("timeout: 3d", "timeout: 1d"),
    ("      - {step: rest, do: wait, for: 1d}\n", ""),
    ("at_most: 6}", "at_most: 8}"),
    ("      - {step: call, do: task, kind: check_in, title: Call}\n", ""),
    ("per: 2d", "per: 5d"),
    ("reentry: {after: 3d}", "reentry: {after: 1d}"),
    ("  approval_above: 3\n", ""),
)
PEOPLE = 5
OFTEN = (
    "orders",
    "orders",
    "answers",
    "enters",
    "agrees",
    "settles",
    "is_sent",
    "closes",
    "resumes",
)
SELDOM = (
    "goes",
    "comes_back",
    "leaves_segment",
    "withdraws",
    "tells_birthday",
    "tells_zone",
    "tells_address",
    "restricts",
    "pauses",
    "resumes",
    "resumes_slowly",
    "lets_in",
    "lets_out",
    "approves",
    "publishes",
    "moves",
    "answers_low",
    "complains",
    "cancels",
    "human",
    "joins",
    "parts",
    "parts",
    "other_tool",
    "asks_less",
)
ACTS = OFTEN * 5 + SELDOM
ZONES = ("Europe/Berlin", "America/Los_Angeles", "Asia/Tokyo", "")


class Lived:
    """A world and its clock. Each act takes a number, which chooses whom and what it concerns."""

    def __init__(self, now: datetime) -> None:
        self.now, self.text, self.cycles = now, TEXT, 0
        self.people = [a_person(now=now, zone="", email=n != 3, held_out=n == 4) for n in range(PEOPLE)]
        for n, person in enumerate(self.people[:4]):
            self.tells_zone(person, n)  # told like everything: a joining drops the card of one of them
        for person in self.people[:4]:
            says(person, "offers", "surveys", now=now)
        self.publish()

    def publish(self) -> None:
        done = apply_playbook(text=self.text, by="test", now=self.now, over_newer=True)
        self.hash = done.hash
        self.playbook: Playbook = playbook_of_hash(done.hash)

    def tick(self, hours: float) -> None:
        """The clock goes on, and a cycle runs."""
        self.now += days(hours / 24)
        run(as_of=self.now, upto=last_sequence(), playbook=self.playbook, playbook_hash=self.hash)
        self.cycles += 1

    def act(self, name: str, number: int) -> None:
        self.now += days(1 / 1440)
        getattr(self, name)(self.people[number % PEOPLE], number)

    def orders(self, who: int, n: int) -> None:
        does(who, "Order Completed", now=self.now - days(0.4 if n % 3 == 0 else 0))

    def answers(self, who: int, n: int) -> None:
        does(who, "Survey Answered", now=self.now, score=7 + n % 4)

    def answers_low(self, who: int, n: int) -> None:
        does(who, "Survey Answered", now=self.now, score=n % 6)

    def goes(self, who: int, _: int) -> None:
        does(who, "Gone", now=self.now)

    def comes_back(self, who: int, _: int) -> None:
        does(who, "Came Back", now=self.now)

    def enters(self, who: int, n: int) -> None:
        segment, who = ("vip", "quiet")[n % 2], survivor_of(who)
        if not Member.objects.filter(segment=segment, person_id=who).exists():
            comes_into(who, segment, now=self.now)

    def leaves_segment(self, who: int, n: int) -> None:
        segment, who = ("vip", "quiet")[n % 2], survivor_of(who)
        if not Member.objects.filter(segment=segment, person_id=who).exists():
            return
        leaves(who, segment, now=self.now)

    def agrees(self, who: int, n: int) -> None:
        says(who, ("offers", "surveys")[n % 2], now=self.now)

    def withdraws(self, who: int, n: int) -> None:
        says(who, ("offers", "surveys")[n % 2], now=self.now, granted=False)

    def tells_birthday(self, who: int, n: int) -> None:
        day = self.now + days(n % 3)
        set_field(
            person=who,
            name="birthday",
            value=f"{1980 + n % 40}-{day:%m-%d}",
            by="test",
            now=self.now,
        )

    def tells_zone(self, who: int, n: int) -> None:
        set_field(person=who, name="time_zone", value=ZONES[n % 3], by="test", now=self.now)

    def tells_address(self, who: int, n: int) -> None:
        value = None if n % 4 == 0 else f"new{n}@example.org"
        set_field(person=who, name="email", value=value, by="test", now=self.now)

    def asks_less(self, who: int, n: int) -> None:
        value = "less" if n % 2 else None
        set_field(person=who, name="contact_pace", value=value, by="test", now=self.now)

    def restricts(self, who: int, n: int) -> None:
        kind = ("restricted", "objected")[n % 2]
        (lift_restriction if n % 3 == 0 else restrict)(person=who, kind=kind, by="test", now=self.now)

    def pauses(self, _: int, n: int) -> None:
        pause_journey(journey=("welcome", "club")[n % 2], by="t", now=self.now)

    def resumes(self, _: int, n: int) -> None:
        resume_journey(journey=("welcome", "club")[n % 2], by="t", now=self.now)

    def resumes_slowly(self, _: int, n: int) -> None:
        resume_journey(journey=("welcome", "club")[n % 2], by="t", now=self.now, release_days=1 + n % 4)

    def lets_in(self, who: int, _: int) -> None:
        let_in(journey="welcome", person=survivor_of(who), playbook=self.playbook, by="t", now=self.now)

    def lets_out(self, who: int, n: int) -> None:
        let_out(journey=("welcome", "club")[n % 2], person=survivor_of(who), by="t", now=self.now)

    def approves(self, _: int, n: int) -> None:
        journey, step = (("welcome", "one"), ("welcome", "call"), ("club", "b"))[n % 3]
        approve_step(journey=journey, step=step, by="t", now=self.now)

    def publishes(self, _: int, n: int) -> None:
        old, new = CHANGES[n % len(CHANGES)]
        self.text = self.text.replace(old, new) if old in self.text else TEXT
        self.publish()

    def moves(self, _: int, n: int) -> None:
        name = ("welcome", "club")[n % 2]
        move_people(
            name=name,
            journey=self.playbook.journeys[name],
            gone=("stay", "leave")[n % 4 > 1],
            by="t",
            now=self.now,
        )

    def complains(self, who: int, n: int) -> None:
        does(who, "Task Opened", now=self.now, task=f"t{n % 2}", pauses_promotions=True)

    def closes(self, who: int, n: int) -> None:
        does(who, "Task Closed", now=self.now, task=f"t{n % 2}")

    def settles(self, who: int, n: int) -> None:
        told = {"kind": "approval", "journey": "club", "step": "allowed", "dismissed": n % 3 == 0}
        does(who, "Task Closed", now=self.now, told=told)

    def is_sent(self, _: int, n: int) -> None:
        self._outcome("sent", n)

    def cancels(self, _: int, n: int) -> None:
        self._outcome("cancelled", n)

    def _outcome(self, outcome: str, n: int) -> None:
        waiting = list(Decision.objects.filter(verdict="go", counts__gt=0, outcome="").order_by("id"))
        if waiting:
            record_outcome(outcomes={waiting[n % len(waiting)].id: outcome}, now=self.now)

    def human(self, who: int, _: int) -> None:
        does(who, "Call", now=self.now, actor="staff", direction="out")

    def other_tool(self, who: int, _: int) -> None:
        does(who, "Mail", now=self.now, actor="automation", direction="out", kind="api")

    def joins(self, who: int, n: int) -> None:
        other = self.people[(n + 1 + n % 2) % PEOPLE]
        try:
            merge_people(survivor=who, absorbed=other, by="staff:1", now=self.now, evidence={})
        except Refused:
            return
        follow_people(now=self.now)

    def parts(self, _: int, n: int) -> None:
        rows = list(Joining.objects.filter(kind="merge").order_by("seq"))
        if rows:
            try:
                unmerge(joining=rows[n % len(rows)].seq, by="staff:1", now=self.now)
            except Refused:
                return
            follow_people(now=self.now)

    def inside(self) -> int:
        return Enrolment.objects.filter(state__in=("active", "paused")).count()
