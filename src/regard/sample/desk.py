"""The invented work of colleagues: notes, promises kept and broken, complaints taken over, thanks said."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from uuid import UUID

from django.db.models import Model

from regard.act.models import HumanTask
from regard.collect.contracts import Incoming, Recorded
from regard.kernel.ids import public_id, uuid7
from regard.profile.models import Note, Promise
from regard.sample.answers import Given
from regard.sample.overlay import Invented, Ticket
from regard.sample.shop import Buyer, Shop, at, at_work, us
from regard.sample.words import NOTES, OUTCOMES, PROMISES
from regard.staff.models import Role, User

STAFF = (
    ("Maya Lindqvist", "maya", Role.LEAD),
    ("Tomas Hale", "tomas", Role.AGENT),
    ("Priya Nair", "priya", Role.AGENT),
    ("Jonas Weber", "jonas", Role.MARKETER),
    ("Ruth Adeyemi", "ruth", Role.PRIVACY),
)


@dataclass(frozen=True, slots=True)
class Item:
    """A deed in the log and the row that goes with it, made once the log gave the deed its number."""

    message: Incoming
    row: Callable[[Recorded], Model] | None = None


def ensure_staff() -> dict[str, int]:
    """Make the invented colleagues, who cannot sign in; returns their ids by name."""
    ids = {}
    for name, local, role in STAFF:
        user, is_new = User.objects.get_or_create(
            email=f"{local}@harbour-records.example",
            defaults={
                "name": name,
                "role": role,
                "is_invented": True,
                "time_zone": "Europe/London",
            },
        )
        if is_new:
            user.set_unusable_password()
            user.save()
        ids[name] = user.pk
    return ids


class Desk:
    """Makes the deeds of colleagues."""

    def __init__(self, invented: Invented, staff: dict[str, int]) -> None:
        self._invented = invented
        self._staff = staff

    def note(self, buyer: Buyer, key: str, text: str, agent: str, when: datetime) -> list[Item]:
        """Return a note."""
        by = f"staff:{self._staff[agent]}"
        message = self._invented.message(
            buyer,
            f"note:{key}",
            "Note Added",
            when,
            channel="staff",
            direction="none",
            actor="staff",
            properties={"by": agent},
        )
        return [Item(message, lambda row: Note(person_id=row.origin, text=text, by=by, at=when))]

    def promise(
        self,
        buyer: Buyer,
        key: str,
        text: str,
        agent: str,
        made_at: datetime,
        due_at: datetime,
        settled: tuple[str, datetime] | None = None,
    ) -> list[Item]:
        """Return a promise; `settled` is ("kept" or "broken", when)."""
        owner = self._staff[agent]
        said = {"text": text, "due": due_at.isoformat(), "by": agent}
        made = self._staff_deed(buyer, f"promise:{key}:made", "Promise Made", made_at, said)
        state, settled_at = settled or ("open", None)

        def row(recorded: Recorded) -> Promise:
            return Promise(
                person_id=recorded.origin,
                text=text,
                due_at=due_at,
                owner_id=owner,
                state=state,
                made_at=made_at,
                made_seq=_number(recorded),
                settled_at=settled_at,
                is_invented=True,
            )

        items = [Item(made, row)]
        if settled_at is not None:
            name = "Promise Kept" if state == "kept" else "Promise Broken"
            items.append(
                Item(
                    self._staff_deed(
                        buyer,
                        f"promise:{key}:{state}",
                        name,
                        settled_at,
                        {"text": text, "by": agent},
                    )
                )
            )
        return items

    def task(
        self,
        buyer: Buyer,
        key: str,
        *,
        kind: str,
        title: str,
        opened_at: datetime,
        context: Mapping[str, object],
        agent: str | None = None,
        due_at: datetime | None = None,
        pauses: bool = False,
        minutes: int = 10,
        closed: tuple[datetime, str] | None = None,
    ) -> list[Item]:
        """Return a task; `closed` is (when, what came of it)."""
        identity = _uuid(opened_at, f"{buyer.number}:{key}")
        about = {"kind": kind, "task": public_id("tsk", identity), "pauses_promotions": pauses}
        opened = self._staff_deed(buyer, f"task:{key}:opened", "Task Opened", opened_at, about, actor="automation")
        closing = None
        if closed is not None:
            outcome = about | {"outcome": closed[1], "told_customer": True}
            closing = self._staff_deed(buyer, f"task:{key}:closed", "Task Closed", closed[0], outcome)

        def row(recorded: Recorded) -> HumanTask:
            task = HumanTask(
                public_id=identity,
                person_id=recorded.origin,
                kind=kind,
                title=title,
                context=dict(context),
                pauses_promotions=pauses,
                owner_id=self._staff[agent] if agent else None,
                minutes=minutes,
                opened_at=opened_at,
                opened_seq=_number(recorded),
                due_at=due_at,
                is_invented=True,
            )
            if closed is not None:
                task.state, task.closed_at, task.outcome = (
                    HumanTask.State.DONE,
                    closed[0],
                    closed[1],
                )
                task.closed_by, task.told_customer = (
                    f"staff:{self._staff[agent]}" if agent else "",
                    True,
                )
            return task

        items = [Item(opened, row)]
        if closing is not None:
            items.append(Item(closing))
        return items

    def _staff_deed(
        self,
        buyer: Buyer,
        key: str,
        name: str,
        when: datetime,
        properties: Mapping[str, object],
        actor: str = "staff",
    ) -> Incoming:
        return self._invented.message(
            buyer,
            key,
            name,
            when,
            channel="staff",
            direction="none",
            actor=actor,
            properties=properties,
        )


def _number(recorded: Recorded) -> int:
    """Return the number of a touchpoint that is in the log for the first time: rows are made of no other."""
    assert recorded.seq is not None  # noqa: S101
    return recorded.seq


def _uuid(when: datetime, text: str) -> UUID:
    return uuid7(us(when), blake2b(text.encode(), digest_size=10).digest())


def past_work(
    shop: Shop, desk: Desk, tickets: Sequence[Ticket], given: Sequence[Given], agents: Sequence[str]
) -> list[Item]:
    """Return what colleagues did until yesterday: notes, promises to people who wrote, complaints answered, thanks."""
    items: list[Item] = []
    for buyer in shop.buyers:
        random = buyer.luck("note")
        if random.random() < 0.025:
            agent = random.choice(agents)
            when = at(buyer.last_on + timedelta(days=2), random.uniform(10, 17))
            if when < shop.now:
                items += desk.note(buyer, "1", buyer.fill(random.choice(NOTES), agent), agent, when)
    for ticket in tickets:
        items += _promise_of(shop, desk, ticket)
    for answer in given:
        if answer.score <= 6 and answer.answered_at < shop.now - timedelta(days=3):
            items += _complaint_of(desk, answer, agents)
        elif answer.score >= 9 and answer.answered_at < shop.now - timedelta(days=7):
            items += _thanks_of(shop, desk, answer, agents)
    return items


def _promise_of(shop: Shop, desk: Desk, ticket: Ticket) -> list[Item]:
    buyer, random = ticket.buyer, ticket.buyer.luck(f"promise:{ticket.order}")
    if random.random() > 0.6:
        return []
    made = ticket.answered_at
    due = at((made + timedelta(days=random.randrange(1, 6))).date(), 12)
    is_kept = random.random() < 0.93
    settled = due - timedelta(minutes=random.randrange(5, 170)) if is_kept else due + timedelta(days=1)
    if settled < made or settled > shop.now:
        return []
    text = buyer.fill(random.choice(PROMISES), ticket.agent, ticket.order)
    return desk.promise(
        buyer,
        f"{ticket.order}",
        text,
        ticket.agent,
        made,
        due,
        ("kept" if is_kept else "broken", settled),
    )


def _complaint_of(desk: Desk, answer: Given, agents: Sequence[str]) -> list[Item]:
    random = answer.buyer.luck(f"settled:{answer.order}")
    closed = at_work(answer.answered_at + timedelta(minutes=random.randrange(40, 1100)), random)
    return desk.task(
        answer.buyer,
        f"complaint:{answer.order}",
        kind="complaint",
        title="Make it right in person",
        opened_at=answer.answered_at + timedelta(minutes=1),
        context={"why": f"Gave us {answer.score} of 10.", "quote": answer.comment},
        agent=random.choice(agents),
        pauses=True,
        minutes=15,
        closed=(closed, random.choice(OUTCOMES)),
    )


def _thanks_of(shop: Shop, desk: Desk, answer: Given, agents: Sequence[str]) -> list[Item]:
    random = answer.buyer.luck(f"settled:{answer.order}")
    closed = at_work(answer.answered_at + timedelta(hours=random.uniform(2, 40)), random)
    if closed > shop.now or (
        not answer.comment and random.random() < 0.6 and answer.answered_at < shop.now - timedelta(days=14)
    ):
        return []
    return desk.task(
        answer.buyer,
        f"thanks:{answer.order}",
        kind="thank_you",
        title=f"Thank for {answer.score} of 10",
        opened_at=answer.answered_at + timedelta(minutes=1),
        context={"why": f"Gave us {answer.score} of 10.", "quote": answer.comment},
        agent=random.choice(agents),
        minutes=5,
        closed=(closed, "Thanked by a person"),
    )
