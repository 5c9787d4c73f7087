"""Invented survey answers: scores that fit what happened, and words for about half of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from regard.collect.contracts import Incoming, Recorded
from regard.listen.models import Answer
from regard.playbooks.feelings import DELIGHTED_FROM, LET_DOWN_UP_TO
from regard.sample.overlay import Invented, Ticket
from regard.sample.shop import AGENTS, Buyer, Shop, daytime
from regard.sample.words import CONTENT, DELIGHTED, LET_DOWN, UNHAPPY

SURVEY = "after-order"
_SINCE = timedelta(days=300)


@dataclass(frozen=True, slots=True)
class Given:
    """One answer about one order."""

    buyer: Buyer
    order: int
    score: int
    comment: str
    answered_at: datetime


def make_answers(shop: Shop, tickets: Sequence[Ticket]) -> list[Given]:
    """Return who answered after which order. Who had a complaint about it answers lower, as people do."""
    hurt = {(t.buyer.number, t.order) for t in tickets if t.topic.is_complaint}
    given = []
    for buyer in shop.buyers:
        if buyer.surveys != "granted":
            continue
        for place, order in enumerate(buyer.orders):
            is_hurt = (buyer.number, place) in hurt
            random = buyer.luck(f"answer:{place}")
            if random.random() > (0.45 if is_hurt else 0.2):
                continue
            when = daytime(random, order.on + timedelta(days=random.randrange(5, 12)))
            if shop.now - _SINCE < when < shop.now - timedelta(hours=20):
                given.append(_answer(buyer, place, when, is_hurt=is_hurt))
    return given


def _answer(buyer: Buyer, order: int, when: datetime, *, is_hurt: bool) -> Given:
    random = buyer.luck(f"score:{order}")
    if is_hurt:
        score = random.choices((1, 2, 3, 4, 5, 6, 7, 8, 9), (4, 7, 10, 8, 10, 9, 9, 8, 5))[0]
    else:
        score = random.choices((3, 5, 6, 7, 8, 9, 10), (1, 3, 5, 14, 22, 27, 28))[0]
    words: tuple[str, ...] = UNHAPPY if score <= LET_DOWN_UP_TO else CONTENT if score < DELIGHTED_FROM else DELIGHTED
    says = random.random() < (0.7 if score <= LET_DOWN_UP_TO else 0.45)
    # Somebody who never complained says nothing of parcels that were lost.
    if score <= LET_DOWN_UP_TO and not is_hurt:
        words = LET_DOWN
    comment = buyer.fill(random.choice(words), random.choice(AGENTS), order) if says else ""
    return Given(buyer, order, score, comment, when)


def messages_of(given: Sequence[Given], invented: Invented) -> Iterator[Incoming]:
    """Yield the answers as touchpoints."""
    for answer in given:
        properties = {"survey": SURVEY, "survey_name": "After an order"}
        if answer.comment:
            properties["comment"] = answer.comment
        yield invented.message(
            answer.buyer,
            f"answer:{answer.order}",
            "Survey Answered",
            answer.answered_at,
            channel="survey",
            score=answer.score,
            properties=properties,
        )


def keep_answers(given: Sequence[Given], recorded: Sequence[Recorded]) -> None:
    """Write the answers' own rows beside their touchpoints."""
    Answer.objects.bulk_create(
        Answer(
            seq=row.seq,
            survey=SURVEY,
            person_id=row.origin,
            score=answer.score,
            comment=answer.comment,
            answered_at=answer.answered_at,
            is_invented=True,
        )
        for answer, row in zip(given, recorded, strict=True)
        if row.seq is not None
    )
