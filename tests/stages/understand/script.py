"""A seeded sequence of things that happen to eight people, and the playbook of every kind they are understood by."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from regard.collect.keeping.retracting import retract_batch
from regard.collect.models import Batch, Touchpoint
from regard.consent.services import lift_restriction, restrict
from regard.flow import receive
from regard.identify.models import Joining, Person
from regard.identify.services import merge_people, unmerge
from regard.playbooks.model import Playbook
from regard.privacy.erasing import erase_person
from regard.profile.services import set_field
from tests.cast.consents import agrees, withdraws
from tests.cast.small import playbook_of
from tests.stages.understand.world import happened, order, source

NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)
EVERYTHING = Path(__file__).parents[2] / "engine" / "everything.yaml"
CAST = [f"p{n}" for n in range(8)]


@pytest.fixture(scope="module")
def playbook() -> Playbook:
    return playbook_of(EVERYTHING.read_text())


class Script:
    """A seeded sequence of things that happen to eight people."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.inbox = source()
        self.now = NOON
        self.sent = []

    def some_time(self) -> datetime:
        back = self.random.choice([0, 0, 1, 3, 14, 29, 30, 31, 60, 90])
        return self.now - timedelta(days=back, hours=self.random.choice([0, 0, 5, -3]))

    def arrive(self) -> None:
        incoming = []
        for _ in range(self.random.randint(1, 5)):
            who, at = self.random.choice(CAST), self.some_time()
            genre = self.random.choice(["Jazz", "Folk", "Rock"])
            plan = self.random.choice(["pro", "free", 3])
            incoming.append(
                order(
                    self.inbox,
                    who,
                    at,
                    self.random.choice([5, 12.5, 99]),
                    products=[{"genre": genre, "price": 5}],
                )
                if self.random.random() < 0.5
                else happened(
                    self.inbox,
                    who,
                    self.random.choice(["Page Viewed", "Note", "Order Refunded"]),
                    at,
                    properties={"plan": plan, "seats": 3},
                    value_minor=self.random.choice([None, 300, -700]),
                    currency="USD",
                )
            )
        receive(incoming, now=self.now)
        self.sent += incoming

    def arrive_again(self) -> None:
        if self.sent:
            receive(self.random.sample(self.sent, min(3, len(self.sent))), now=self.now)

    def import_and_undo(self) -> None:
        batch = Batch.objects.create(
            public_id=f"{self.random.getrandbits(128):032x}",
            kind="orders",
            file_name="x",
            file_hash="x",
            source_id=self.inbox,
            started_at=self.now,
        )
        receive(
            [order(self.inbox, self.random.choice(CAST), self.some_time(), 40, products=[])],
            now=self.now,
        )
        newest = Touchpoint.objects.order_by("-seq").first()
        Touchpoint.objects.filter(seq=newest.seq).update(batch=batch)
        if self.random.random() < 0.5:
            retract_batch(batch=batch.id, now=self.now)

    def somebody(self) -> int | None:
        people = list(Person.objects.filter(survivor=None).order_by("id").values_list("id", flat=True))
        return self.random.choice(people) if people else None

    def merge(self) -> None:
        one, other = self.somebody(), self.somebody()
        if one and other and one != other:
            merge_people(survivor=one, absorbed=other, by="staff:1", now=self.now, evidence={})

    def part(self) -> None:
        undone = set(Joining.objects.exclude(undoes=None).values_list("undoes_id", flat=True))
        standing = [j for j in Joining.objects.filter(kind="merge").order_by("seq") if j.seq not in undone]
        if standing:
            unmerge(joining=self.random.choice(standing).seq, by="staff:1", now=self.now)

    def tell(self) -> None:
        person = self.somebody()
        name, value = self.random.choice(
            [
                ("country", "GB"),
                ("country", "FR"),
                ("seats", 12),
                ("seats", 3),
                ("trial_ends_on", (self.now + timedelta(days=self.random.randint(-2, 5))).date().isoformat()),
            ]
        )
        if person:
            set_field(person=person, name=name, value=value, by="staff:1", now=self.now)

    def agree(self) -> None:
        person, when = self.somebody(), self.some_time()
        channel = self.random.choice(["email", "sms", "*"])
        if person and self.random.random() < 0.6:
            agrees(
                person=person,
                purpose="news",
                source="test",
                now=self.now,
                channel=channel,
                occurred_at=when,
                wording="1",
            )
        elif person:
            withdraws(
                person=person,
                purpose="news",
                source="test",
                now=self.now,
                channel=channel,
                occurred_at=when,
            )

    def limit(self) -> None:
        person = self.somebody()
        if person:
            do = restrict if self.random.random() < 0.6 else lift_restriction
            do(person=person, kind="restricted", by="staff:1", now=self.now)

    def erase(self) -> None:
        person = self.somebody()
        if person and self.random.random() < 0.4:
            erase_person(person=person, by="staff:1", now=self.now)

    def wait(self) -> None:
        self.now += timedelta(minutes=self.random.choice([1, 60, 600, 1440, 4000, 11_000, 44_000]))

    def step(self) -> None:
        chances = (
            [self.arrive] * 4
            + [self.wait] * 4
            + [
                self.arrive_again,
                self.merge,
                self.part,
                self.tell,
                self.tell,
                self.import_and_undo,
                self.erase,
                self.agree,
                self.agree,
                self.limit,
            ]
        )
        for _ in range(self.random.randint(1, 3)):
            self.random.choice(chances)()
