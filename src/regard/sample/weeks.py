"""Some past weeks of the loop over the sample, so that journeys have a history, and invented answers to what they asked.

Each week: one cycle as of then; then people open letters and answer questions, and colleagues settle what that made.
Nothing is sent: the messages are of people of the sample and have no transport.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random

from django.db import transaction

from regard import flow
from regard.act.models import HumanTask, Message
from regard.act.services.tasks import PREFIX
from regard.collect.contracts import Incoming
from regard.collect.models import Cursor
from regard.identify.models import Identifier
from regard.kernel.ids import public_id
from regard.listen.models import Answer, SurveyInvitation
from regard.playbooks.feelings import DELIGHTED_FROM, LET_DOWN_UP_TO
from regard.sample.shop import AGENTS, SEED, Shop, at, at_work, daytime, us
from regard.sample.words import DELIGHTED, LET_DOWN, OUTCOMES

WEEKS = 4
_CURSOR = "sample.weeks"


def cycle_times(now: datetime) -> list[datetime]:
    """Return the instants of the past cycles: a week apart, by turns at a time fit for east and west of the shop."""
    days = [(now - timedelta(weeks=weeks)).date() for weeks in range(WEEKS, 0, -1)]
    return [at(day, 10.5 if turn % 2 else 17.5) for turn, day in enumerate(days)]


def live_through(shop: Shop, source: int, staff: dict[str, int], number: int, when: datetime) -> None:
    """Run one past week, once: its cycle, and what people and colleagues made of it until the next."""
    if _position() >= number:
        return
    flow.run_cycle(as_of=when)
    with transaction.atomic():
        react = _Reactions(shop, source, staff, when, when + timedelta(days=6, hours=12))
        react.read_letters()
        react.answer_questions()
        react.settle_tasks()
        Cursor.objects.update_or_create(name=_CURSOR, defaults={"position": number})


def _position() -> int:
    return Cursor.objects.filter(name=_CURSOR).values_list("position", flat=True).first() or 0


class _Reactions:
    """What happened in the days after one cycle; all of it invented, and none of it later than the shop's now."""

    def __init__(self, shop: Shop, source: int, staff: dict[str, int], since: datetime, until: datetime) -> None:
        self._now, self._source, self._staff = shop.now, source, staff
        self._since, self._until = since, min(until, shop.now - timedelta(hours=20))
        self._random = Random(f"{SEED}:{since.isoformat()}")  # noqa: S311 (a sample, not a secret)
        numbers = Identifier.objects.filter(kind="user_id").values_list("person_id", "value")
        buyers = {f"cdnow-{buyer.number:04d}": buyer for buyer in shop.buyers}
        self._buyer_of = {person: buyers[value] for person, value in numbers if value in buyers}

    def read_letters(self) -> None:
        """Some open their letter; opens are unconfirmed, as always."""
        letters = Message.objects.filter(state=Message.State.SAMPLE, queued_at=us(self._since)).order_by("id")
        seen = []
        for message in letters:
            when = self._later(0.02, 3)
            if self._random.random() < 0.5 and when is not None:
                about = {
                    "message": public_id("msg", message.public_id),
                    "template": message.template,
                    "subject": message.subject,
                }
                seen.append(
                    self._message(
                        message.person_id,
                        f"open:{message.id}",
                        "Email Opened",
                        when,
                        "email",
                        about,
                        confirmed=False,
                    )
                )
        flow.receive(seen, now=self._now)

    def answer_questions(self) -> None:
        """About half of those asked answer; most are happy, some are not and say why."""
        asked = SurveyInvitation.objects.filter(asked_at=us(self._since)).order_by("id")
        given = []
        for invitation in asked:
            when = self._later(0.2, 4)
            if self._random.random() < 0.55 and when is not None:
                score = self._random.choices((3, 5, 6, 7, 8, 9, 10), (6, 7, 7, 8, 16, 26, 30))[0]
                given.append((invitation, when, score, self._comment(invitation.person_id, score)))
        messages = [self._answer(invitation, when, score, comment) for invitation, when, score, comment in given]
        recorded = flow.receive(messages, now=self._now)
        Answer.objects.bulk_create(
            Answer(
                seq=row.seq,
                invitation=invitation,
                survey=invitation.survey,
                person_id=invitation.person_id,
                score=score,
                comment=comment,
                answered_at=when,
                is_invented=True,
            )
            for (invitation, when, score, comment), row in zip(given, recorded, strict=True)
            if row.seq is not None
        )

    def settle_tasks(self) -> None:
        """Colleagues settle what journeys handed to them, but for what came in the last days."""
        waiting = HumanTask.objects.filter(state=HumanTask.State.OPEN, opened_at=us(self._since)).order_by("id")
        for task in waiting:
            agent = self._random.choice(AGENTS)
            closed_at = at_work(task.opened_at + timedelta(minutes=self._random.randrange(30, 900)), self._random)
            if closed_at > self._until:
                continue
            outcome = self._random.choice(OUTCOMES)
            about = {
                "kind": task.kind,
                "task": public_id(PREFIX, task.public_id),
                "pauses_promotions": task.pauses_promotions,
            }
            done = self._message(
                task.person_id,
                f"task:{task.id}",
                "Task Closed",
                closed_at,
                "staff",
                about | {"outcome": outcome, "told_customer": True},
            )
            (row,) = flow.receive([done], now=self._now)
            HumanTask.objects.filter(id=task.id).update(
                state=HumanTask.State.DONE,
                closed_at=closed_at,
                closed_seq=row.seq,
                closed_by=f"staff:{self._staff[agent]}",
                outcome=outcome,
                told_customer=True,
                owner_id=self._staff[agent],
            )

    def _later(self, first_days: float, last_days: float) -> datetime | None:
        day = (self._since + timedelta(days=self._random.uniform(first_days, last_days))).date()
        when = max(
            daytime(self._random, day),
            self._since + timedelta(minutes=self._random.randrange(4, 90)),
        )
        return when if when < self._until else None

    def _comment(self, person: int, score: int) -> str:
        words = DELIGHTED if score >= DELIGHTED_FROM else LET_DOWN if score <= LET_DOWN_UP_TO else ()
        if not words or self._random.random() < 0.3:
            return ""
        return self._buyer_of[person].fill(self._random.choice(words), self._random.choice(AGENTS))

    def _answer(self, invitation: SurveyInvitation, when: datetime, score: int, comment: str) -> Incoming:
        about = {"survey": invitation.survey, "invitation": public_id("inv", invitation.public_id)}
        if comment:
            about["comment"] = comment
        return self._message(
            invitation.person_id,
            f"asked:{invitation.id}",
            "Survey Answered",
            when,
            "survey",
            about,
            score=score,
        )

    def _message(
        self,
        person: int,
        key: str,
        name: str,
        when: datetime,
        channel: str,
        properties: Mapping[str, object],
        *,
        score: int | None = None,
        confirmed: bool = True,
    ) -> Incoming:
        context = {"invented": True} if confirmed else {"invented": True, "confirmed": False}
        is_staff = channel == "staff"
        return Incoming(
            source=self._source,
            message_id=f"invented:week:{self._since:%Y%m%d}:{key}",
            type="product",
            name=name,
            channel=channel,
            direction="none" if is_staff else "in",
            actor="staff" if is_staff else "customer",
            occurred_us=us(when),
            received_us=us(self._now),
            origin=person,
            score_milli=None if score is None else score * 1000,
            properties=json.dumps(dict(properties), ensure_ascii=False),
            context=json.dumps(context),
        )
