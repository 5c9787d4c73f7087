"""What was invented over the real orders, as messages of one source of kind `invented`.

Who they are, what they looked at, letters they opened, what they wrote to us and what we wrote back. Everything is older
than `now`; the same shop gives the same messages.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from regard.collect.contracts import Incoming
from regard.kernel.money import to_decimal
from regard.sample.history import CURRENCY, user_id
from regard.sample.shop import AGENTS, Buyer, Shop, at_work, daytime, ordered_at, us
from regard.sample.words import LETTERS, TOPICS, Topic

_LOOKING_BACK = timedelta(days=120)


@dataclass(frozen=True, slots=True)
class Ticket:
    """A question or complaint with its answer; `order` is the place of the order it is about."""

    buyer: Buyer
    order: int
    topic: Topic
    subject: str
    said: str
    answered: str
    agent: str
    opened_at: datetime
    answered_at: datetime
    closed_at: datetime


class Invented:
    """Makes messages of the invented source."""

    def __init__(self, source: int, now: datetime) -> None:
        self._source = source
        self._now_us = us(now)

    def message(
        self,
        buyer: Buyer,
        key: str,
        name: str,
        when: datetime,
        *,
        channel: str = "web",
        direction: str = "in",
        actor: str = "customer",
        score: int | None = None,
        properties: Mapping[str, Any] | None = None,
        context: dict[str, Any] | None = None,
        traits: dict[str, Any] | None = None,
        more_ids: tuple[tuple[str, str], ...] = (),
    ) -> Incoming:
        """Return one message about a buyer; `key` makes it once."""
        return Incoming(
            source=self._source,
            message_id=f"invented:{buyer.number}:{key}",
            type="identify" if traits else "import",
            name=name,
            channel=channel,
            direction=direction,
            actor=actor,
            occurred_us=us(when),
            received_us=self._now_us,
            ids=(("user_id", user_id(buyer.number)), *more_ids),
            traits=traits,
            score_milli=None if score is None else score * 1000,
            properties=json.dumps(dict(properties or {}), ensure_ascii=False),
            context=json.dumps({"invented": True} | (context or {}), ensure_ascii=False),
        )


def introductions(shop: Shop, invented: Invented) -> Iterator[Incoming]:
    """Yield who everybody is: told with the first order."""
    for buyer in shop.buyers:
        who = buyer.persona
        traits = {
            "first_name": who.first_name,
            "last_name": who.last_name,
            "email": who.email,
            "city": who.city,
            "postal_code": who.postal_code,
            "country": who.country,
            "time_zone": who.time_zone,
            "language": who.language,
        }
        ids = [("email", who.email)]
        if who.phone:
            traits["phone"] = who.phone
            ids.append(("phone", who.phone))
        yield invented.message(
            buyer,
            "who",
            "Identified",
            ordered_at(buyer.orders[0]) - timedelta(minutes=3),
            traits=traits,
            more_ids=tuple(ids),
        )


def visits(shop: Shop, invented: Invented) -> Iterator[Incoming]:
    """Yield what people looked at lately: before and after orders, and some who only look."""
    for buyer in shop.buyers:
        random = buyer.luck("visits")
        days = [
            order.on - timedelta(days=random.randrange(0, 6))
            for order in buyer.orders
            if ordered_at(order) > shop.now - _LOOKING_BACK
        ]
        if random.random() < 0.22:
            days.append((shop.now - timedelta(days=random.randrange(2, 120))).date())
        for number, day in enumerate(days):
            moment = daytime(random, day, 7, 23)
            for step in range(random.choice((1, 2, 2, 3))):
                moment += timedelta(seconds=random.randrange(20, 400))
                if moment < shop.now:
                    yield _visit(shop, invented, buyer, f"visit:{number}:{step}", moment, random)


def _visit(shop: Shop, invented: Invented, buyer: Buyer, key: str, moment: datetime, random: Random) -> Incoming:
    fitting = [product for product in shop.products if product.genre in buyer.taste]
    product = random.choice(fitting)
    if random.random() < 0.35:
        page = {"name": product.genre, "path": f"/shelf/{product.genre.lower()}"}
        return invented.message(buyer, key, "Page Viewed", moment, properties=page)
    seen = {
        "sku": product.sku,
        "name": product.name,
        "brand": product.artist,
        "category": product.genre,
        "price": float(to_decimal(product.minor, CURRENCY)),
    }
    name = "Product Added" if random.random() < 0.12 else "Product Viewed"
    return invented.message(buyer, key, name, moment, properties=seen)


def letters(shop: Shop, invented: Invented) -> Iterator[Incoming]:
    """Yield opened and followed letters of the shop's former mail tool, to people who had agreed."""
    for buyer in shop.buyers:
        if buyer.offers == "unknown":
            continue
        random = buyer.luck("letters")
        likes_mail = random.random()
        for month in range(2, 8):
            sent = daytime(random, (shop.now - timedelta(days=30 * month + 3)).date(), 9, 11)
            if sent < ordered_at(buyer.orders[0]) or random.random() > likes_mail * 0.7:
                continue
            subject = buyer.fill(random.choice(LETTERS), AGENTS[0])
            about = {"email_id": f"letter-{month}", "subject": subject}
            opened = sent + timedelta(minutes=random.randrange(4, 3000))
            unconfirmed = {"confirmed": False}
            yield invented.message(
                buyer,
                f"open:{month}",
                "Email Opened",
                opened,
                channel="email",
                properties=about,
                context=unconfirmed,
            )
            if random.random() < 0.25:
                clicked = opened + timedelta(seconds=random.randrange(5, 90))
                yield invented.message(
                    buyer,
                    f"click:{month}",
                    "Email Link Clicked",
                    clicked,
                    channel="email",
                    properties=about,
                    context=unconfirmed,
                )


def make_tickets(shop: Shop) -> list[Ticket]:
    """Return what people wrote about their orders: every sixteenth order or so, answered within a day or two."""
    tickets = []
    weights = [topic.weight for topic in TOPICS]
    for buyer in shop.buyers:
        random = buyer.luck("tickets")
        for place, order in enumerate(buyer.orders):
            if random.random() > 0.06:
                continue
            topic = random.choices(TOPICS, weights)[0]
            agent = random.choice(AGENTS)
            opened = daytime(random, order.on + timedelta(days=random.randrange(3, 13)))
            answered = at_work(opened + timedelta(minutes=random.randrange(20, 1800)), random)
            closed = at_work(answered + timedelta(minutes=random.randrange(60, 4000)), random)
            if closed < shop.now - timedelta(days=1):
                said, reply = random.choice(topic.said), random.choice(topic.answered)
                ticket = Ticket(
                    buyer,
                    place,
                    topic,
                    random.choice(topic.subjects),
                    buyer.fill(said, agent, place),
                    buyer.fill(reply, agent, place),
                    agent,
                    opened,
                    answered,
                    closed,
                )
                tickets.append(ticket)
    return tickets


def conversations(tickets: list[Ticket], invented: Invented) -> Iterator[Incoming]:
    """Yield each ticket as it went: opened, answered by a colleague, closed."""
    for number, ticket in enumerate(tickets):
        buyer = ticket.buyer
        channel = buyer.luck(f"channel:{ticket.order}").choices(("email", "chat", "web"), (70, 20, 10))[0]
        about = {
            "ticket_id": f"T-{1001 + number}",
            "subject": ticket.subject,
            "category": ticket.topic.name,
        }
        key = f"ticket:{ticket.order}"
        opened = about | {
            "text": ticket.said,
            "order_id": f"HR-{buyer.number:04d}-{ticket.order + 1:02d}",
        }
        yield invented.message(
            buyer,
            f"{key}:open",
            "Ticket Opened",
            ticket.opened_at,
            channel=channel,
            properties=opened,
        )
        reply = about | {"text": ticket.answered, "agent": ticket.agent}
        yield invented.message(
            buyer,
            f"{key}:reply",
            "Ticket Replied",
            ticket.answered_at,
            channel=channel,
            direction="out",
            actor="staff",
            properties=reply,
        )
        closed = about | {"agent": ticket.agent, "outcome": "solved"}
        yield invented.message(
            buyer,
            f"{key}:close",
            "Ticket Closed",
            ticket.closed_at,
            channel="staff",
            direction="none",
            actor="staff",
            properties=closed,
        )
